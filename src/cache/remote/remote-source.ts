import {writeFile} from 'node:fs/promises';
import pLimit from 'p-limit';
import {type ContentHash, contentHash, type Fingerprint} from '../../base/hash.js';
import type {Problem} from '../../base/problem.js';
import type {CacheEntry, ObjectRef} from '../entry.js';
import {objectsOf} from '../entry.js';
import {parseEntry} from '../entry-form.js';
import type {BringOrder, CacheSource} from '../source.js';
import type {Address, RemoteChoice} from './address.js';
import {RemoteFailure} from './failure.js';
import type {ServerPatience} from './request.js';
import {type RemoteServer, remoteServer} from './server.js';
import {entryFile, isInUse, newLine, noteFailure, objectFile, type SourceState, sayOnce} from './standing.js';
import {type Uploads, uploadsTo} from './uploads.js';

/** More is no entry of ours. */
const LARGEST_ENTRY = 64 * 1024 * 1024;
/** JSON that planning reads is kept in memory until it is needed here. */
const LARGEST_JSON = 256 * 1024 * 1024;
/** Questions at once: an entry is a few hundred bytes, the way there is what takes time. */
const ASKED_AT_ONCE = 12;
/**
 * A cache on a server: `NAMESPACE/objects/HH/HASH` and `NAMESPACE/entries/HH/FINGERPRINT.json` below its address. Objects are checked
 * by their names, so that no one can pass off other bytes; an entry is believed of everyone who may write its namespace.
 */
export function remoteSource(choice: RemoteChoice, address: Address, patience: ServerPatience): CacheSource {
  const server = remoteServer(address, patience);
  const line = newLine();
  const hindered = address.hindrance !== undefined;
  if (hindered) sayOnce(line, 'no key', noKey(address));
  const standing: SourceState = {line, of: 'reading', state: hindered ? 'given_up' : 'in_use', failures: 0};
  const names = [...new Set([choice.namespace, ...choice.read_namespaces])];
  const reading = {server, address, standing, names};
  const found = foundEntries(reading);
  const uploads: Uploads | undefined =
    choice.mode === 'read' || hindered ? undefined : uploadsTo(server, {...choice, address, line});
  return {
    name: address.name,
    entry: found.entry,
    text: found.text,
    canAsk: found.canAsk,
    ask: found.ask,
    bring: (object, to, order) => bring(reading, object, {...order, to, text: found.text(object.hash)}),
    lacks: ({hash}, why) => {
      found.lacks(hash);
      if (why === 'wrong') noteFailure(standing, damaged(address, hash));
    },
    ...(uploads === undefined
      ? {}
      : {
          store: (entry: CacheEntry, root: string) => {
            if (found.namespaceOf(entry.fingerprint) !== choice.namespace) uploads.add(entry, root);
          },
          flush: uploads.flush,
        }),
    troubles: () => line.troubles.splice(0),
  };
}

/** What is read, and how that has gone so far. */
interface Reading {
  readonly server: RemoteServer;
  readonly address: Address;
  readonly standing: SourceState;
  /** The namespaces, in the order in which they are looked into. */
  readonly names: readonly string[];
}

/** The entries that were asked for, and the JSON in them. */
interface FoundEntries extends Required<Pick<CacheSource, 'entry' | 'text' | 'canAsk' | 'ask'>> {
  readonly namespaceOf: (fingerprint: Fingerprint) => string | undefined;
  /** An object of it could not be had: entries that name it are as good as absent. */
  readonly lacks: (hash: ContentHash) => void;
}

function foundEntries(reading: Reading): FoundEntries {
  const {names, standing} = reading;
  const found = new Map<Fingerprint, {readonly entry: CacheEntry; readonly namespace: string}>();
  const texts = new Map<ContentHash, string>();
  const lacking = new Set<ContentHash>();
  const asked = new Set<Fingerprint>();
  const limit = pLimit(ASKED_AT_ONCE);
  const canAsk = (fingerprint: Fingerprint) => isInUse(standing) && !asked.has(fingerprint);

  const find = async (fingerprint: Fingerprint, signal: AbortSignal | undefined): Promise<boolean> => {
    for (const namespace of names) {
      const entry = await readEntry(reading, {namespace, fingerprint, signal});
      if (entry === undefined) continue;
      for (const [hash, text] of await readJson(reading, {namespace, entry, signal})) texts.set(hash, text);
      found.set(fingerprint, {entry, namespace});
      return true;
    }
    return false;
  };

  const askFor = async (fingerprint: Fingerprint, signal: AbortSignal | undefined): Promise<number> => {
    if (!canAsk(fingerprint)) return 0;
    asked.add(fingerprint);
    try {
      const there = await find(fingerprint, signal);
      standing.failures = 0;
      return there ? 1 : 0;
    } catch (error) {
      if (signal?.aborted !== true) noteFailure(standing, error);
      return 0;
    }
  };

  return {
    entry: (fingerprint) => {
      const entry = found.get(fingerprint)?.entry;
      return entry === undefined || objectsOf(entry).some(({hash}) => lacking.has(hash)) ? undefined : entry;
    },
    text: (hash) => texts.get(hash),
    canAsk,
    ask: async (fingerprints, signal) => {
      const counts = [...fingerprints].map((each) => limit(() => askFor(each, signal)));
      return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
    },
    namespaceOf: (fingerprint) => found.get(fingerprint)?.namespace,
    lacks: (hash) => lacking.add(hash),
  };
}

type Order = BringOrder & {
  readonly to: string;
  /** What is in memory already. */
  readonly text: string | undefined;
};

/** Puts an object into a file; false where no namespace has it. */
async function bring(
  {server, standing, names}: Reading,
  {hash, size}: ObjectRef,
  {to, text, signal, received}: Order,
): Promise<boolean> {
  if (text !== undefined) {
    await writeFile(to, text);
    received(size);
    return true;
  }
  for (const namespace of isInUse(standing) ? names : []) {
    try {
      if (!(await server.download(objectFile(namespace, hash), {to, size, received, signal}))) continue;
      standing.failures = 0;
      return true;
    } catch (error) {
      if (signal?.aborted !== true) noteFailure(standing, error);
    }
  }
  return false;
}

interface Place {
  readonly namespace: string;
  readonly signal: AbortSignal | undefined;
}

async function readEntry(
  {server, address}: Reading,
  {namespace, fingerprint, signal}: Place & {readonly fingerprint: Fingerprint},
): Promise<CacheEntry | undefined> {
  const text = await server.text(entryFile(namespace, fingerprint), LARGEST_ENTRY, signal);
  if (text === undefined) return undefined;
  const entry = parseEntry(text, fingerprint);
  if (entry === undefined) throw damaged(address, fingerprint);
  return entry;
}

/** What planning reads of an entry: a training is stale or not by what is in it. */
async function readJson(
  {server, address}: Reading,
  {namespace, entry, signal}: Place & {readonly entry: CacheEntry},
): Promise<Map<ContentHash, string>> {
  const texts = new Map<ContentHash, string>();
  for (const {kind, hash, size} of Object.values(entry.outputs)) {
    if (kind !== 'json') continue;
    if (size > LARGEST_JSON) throw damaged(address, hash);
    const text = await server.text(objectFile(namespace, hash), size, signal);
    if (text === undefined || contentHash(text) !== hash) throw damaged(address, hash);
    texts.set(hash, text);
  }
  return texts;
}

function damaged({name}: Address, what: string): RemoteFailure {
  return new RemoteFailure(
    {
      code: 'cache/remote-damaged',
      message: `${what.slice(0, 12)} in the cache at ${name} is missing or not what its name says, and is not used`,
      hint: 'What it should have been is computed here.',
    },
    'one',
  );
}

function noKey({name, hindrance}: Address): Problem {
  return {
    code: 'cache/remote-no-right',
    message: `The cache at ${name} is not used: ${hindrance}`,
    hint: 'Set it in the environment that sidestep is started with. The run goes on without it.',
  };
}
