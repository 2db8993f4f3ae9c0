import pLimit from 'p-limit';
import {isFileError} from '../../base/durable.js';
import {sha256} from '../../base/hash.js';
import type {Problem} from '../../base/problem.js';
import type {CacheEntry, ObjectRef} from '../entry.js';
import {objectsOf} from '../entry.js';
import {entryText} from '../entry-form.js';
import {objectPath} from '../layout.js';
import type {FlushOrder, Sent} from '../source.js';
import type {Address} from './address.js';
import type {RemoteServer} from './server.js';
import {entryFile, isInUse, type Line, noteFailure, objectFile, type SourceState} from './standing.js';

/** What is being sent, behind the work: it never holds a stage up and never fails one. */
export interface Uploads {
  readonly add: (entry: CacheEntry, root: string) => void;
  readonly flush: (order: FlushOrder) => Promise<void>;
}

interface Where {
  readonly namespace: string;
  readonly address: Address;
  /** Shared with reading: what went wrong is said in one place. */
  readonly line: Line;
}

/** Files at once: the line is the limit, and stages may be reading their inputs over it. */
const AT_ONCE = 3;
/** S3 takes no more in one piece. */
const LARGEST = 5 * 1024 ** 3;

export function uploadsTo(server: RemoteServer, {namespace, address, line}: Where): Uploads {
  const standing: SourceState = {line, of: 'writing', state: 'in_use', failures: 0};
  const stop = new AbortController();
  const tally = new Tally();
  const send = entrySender({server, namespace, standing, tally, signal: stop.signal});
  let open = 0;
  let abandoned = 0;
  let allEnded: (() => void) | undefined;
  return {
    add: (entry, root) => {
      if (!isInUse(standing) || stop.signal.aborted) {
        abandoned += 1;
        return;
      }
      open += 1;
      void send(entry, root)
        .catch((error: unknown) => {
          abandoned += 1;
          if (error instanceof NotSent || stop.signal.aborted || isFileError(error, 'ENOENT')) return; // gc, or a person
          noteFailure(standing, error);
        })
        .finally(() => {
          open -= 1;
          if (open === 0) allEnded?.();
        });
    },
    flush: async (order) => {
      tally.listener = order.progress;
      if (open > 0) tally.report();
      const end = () => stop.abort();
      order.signal.addEventListener('abort', end);
      if (order.signal.aborted) end();
      if (open > 0) await new Promise<void>((resolve) => (allEnded = resolve));
      order.signal.removeEventListener('abort', end);
      if (abandoned > 0) line.troubles.push(notStored(address, abandoned));
      abandoned = 0;
    },
  };
}

/** What was sent of what is to be sent. */
class Tally {
  listener: (state: Sent) => void = () => {};
  readonly #sent = {bytes: 0, total_bytes: 0, objects: 0, total_objects: 0};

  expect({size}: ObjectRef): void {
    this.#sent.total_bytes += size;
    this.#sent.total_objects += 1;
  }

  bytes(count: number): void {
    this.#sent.bytes += count;
    this.report();
  }

  /** The end of an object, and what of it was not counted yet. */
  object(rest: number): void {
    this.#sent.objects += 1;
    this.bytes(rest);
  }

  report(): void {
    this.listener({...this.#sent});
  }
}

interface Sending {
  readonly server: RemoteServer;
  readonly namespace: string;
  readonly standing: SourceState;
  readonly tally: Tally;
  readonly signal: AbortSignal;
}

/** Sends an entry with all that it names. Rejects with `NotSent`, or as the server does. */
function entrySender(sending: Sending): (entry: CacheEntry, root: string) => Promise<void> {
  const {server, namespace, tally, signal} = sending;
  const limit = pLimit(AT_ONCE);
  const begun = new Map<string, Promise<void>>(); // each object once, whatever entries name it
  /** Objects first, the entry last: who finds it finds all that it names. */
  return async (entry, root) => {
    const objects = new Map(objectsOf(entry).map((object) => [object.hash, object]));
    for (const object of objects.values()) {
      if (begun.has(object.hash)) continue;
      tally.expect(object);
      const sent = limit(() => sendObject(object, root, sending));
      sent.catch(() => {}); // reported by the entry that waits for it
      begun.set(object.hash, sent);
    }
    for (const hash of objects.keys()) await begun.get(hash);
    const text = entryText(entry);
    const order = {sha256: sha256(text), replace: false, signal} as const;
    await limit(() => server.upload(entryFile(namespace, entry.fingerprint), {kind: 'text', text}, order));
  };
}

async function sendObject(
  {hash, size}: ObjectRef,
  root: string,
  {server, namespace, standing, tally, signal}: Sending,
): Promise<void> {
  if (!isInUse(standing)) throw new NotSent();
  const path = objectFile(namespace, hash);
  const there = (await server.sizeOf(path, signal)) === size;
  let counted = 0;
  const sent = (bytes: number) => {
    counted += bytes;
    tally.bytes(bytes);
  };
  if (!there) {
    if (size > LARGEST) throw new NotSent();
    const body = {kind: 'file', path: objectPath(root, hash), size} as const;
    await server.upload(path, body, {sha256: hash, replace: true, sent, signal});
  }
  tally.object(size - counted); // what was there already, less what was sent twice
  standing.failures = 0;
}

/** The server was given up before this file's turn came, or takes none so large. */
class NotSent extends Error {}

function notStored({name}: Address, count: number): Problem {
  return {
    code: 'cache/remote-not-stored',
    message: `${count === 1 ? 'One result was' : `${count} results were`} not stored at ${name}`,
    hint: 'All are in the cache here. `sidestep cache push --for FILE` sends what is missing there.',
  };
}
