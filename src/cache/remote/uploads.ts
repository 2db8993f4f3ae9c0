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
  const limit = pLimit(AT_ONCE);
  const begun = new Map<string, Promise<void>>(); // each object once, whatever entries name it
  const sent = {bytes: 0, total_bytes: 0, objects: 0, total_objects: 0};
  let open = 0;
  let progress: (state: Sent) => void = () => {};
  let idle: (() => void) | undefined;

  const sendObject = async ({hash, size}: ObjectRef, root: string): Promise<void> => {
    if (!isInUse(standing)) throw new NotSent();
    const path = objectFile(namespace, hash);
    const there = (await server.sizeOf(path, stop.signal)) === size;
    let counted = 0;
    const count = (bytes: number) => {
      counted += bytes;
      sent.bytes += bytes;
      progress({...sent});
    };
    if (!there) {
      if (size > LARGEST) throw new NotSent();
      const body = {kind: 'file', path: objectPath(root, hash), size} as const;
      await server.upload(path, body, {sha256: hash, replace: true, sent: count, signal: stop.signal});
    }
    sent.bytes += size - counted; // what was there already, less what was sent twice
    sent.objects += 1;
    progress({...sent});
    standing.failures = 0;
  };

  /** Objects first, the entry last: who finds it finds all that it names. */
  const sendEntry = async (entry: CacheEntry, root: string): Promise<void> => {
    const objects = new Map(objectsOf(entry).map((object) => [object.hash, object]));
    for (const object of objects.values()) {
      if (begun.has(object.hash)) continue;
      sent.total_bytes += object.size;
      sent.total_objects += 1;
      const sending = limit(() => sendObject(object, root));
      sending.catch(() => {}); // told by the entry that waits for it
      begun.set(object.hash, sending);
    }
    for (const hash of objects.keys()) await begun.get(hash);
    const text = entryText(entry);
    const order = {sha256: sha256(text), replace: false, signal: stop.signal} as const;
    await limit(() => server.upload(entryFile(namespace, entry.fingerprint), {kind: 'text', text}, order));
  };

  let abandoned = 0;
  return {
    add: (entry, root) => {
      if (!isInUse(standing) || stop.signal.aborted) {
        abandoned += 1;
        return;
      }
      open += 1;
      void sendEntry(entry, root)
        .catch((error: unknown) => {
          abandoned += 1;
          if (error instanceof NotSent || stop.signal.aborted || isFileError(error, 'ENOENT')) return; // gc, or a person
          noteFailure(standing, error);
        })
        .finally(() => {
          open -= 1;
          if (open === 0) idle?.();
        });
    },
    flush: async (order) => {
      ({progress} = order);
      if (open > 0) progress({...sent});
      const end = () => stop.abort();
      order.signal.addEventListener('abort', end);
      if (order.signal.aborted) end();
      if (open > 0) await new Promise<void>((resolve) => (idle = resolve));
      order.signal.removeEventListener('abort', end);
      if (abandoned > 0) line.troubles.push(notStored(address, abandoned));
      abandoned = 0;
    },
  };
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
