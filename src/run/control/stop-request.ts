import {join} from 'node:path';
import {temporaryName} from '../../base/durable.js';
import {isJsonObject} from '../../base/json.js';
import {removeFile} from '../../base/remove.js';
import {rename} from '../../base/rename.js';
import {jsonIfReadable} from '../../base/state-file.js';
import {writeFile} from '../../base/write-file.js';
import type {StopHow, StopSwitch} from '../stop.js';
import {runnerOf} from './runner.js';

/**
 * The door of a running run: a small file in its record, which its runner looks for. A file needs no port, has no limit of
 * 108 bytes as the path of a socket has, works the same on every system and from another machine, and everyone who may write into
 * the record may use it.
 */
function requestPath(runDir: string): string {
  return join(runDir, 'stop.json');
}

/** How soon a runner hears. */
const LOOK_EVERY_MS = 200;

/** Asks the runner of this run to stop; it answers with the event `stop_requested`. false: no one is there to read it. */
export async function requestStop(runDir: string, how: StopHow, now: number): Promise<boolean> {
  if (runnerOf(runDir, now) === undefined) return false;
  const path = requestPath(runDir);
  const temporary = temporaryName(path);
  try {
    await writeFile(temporary, JSON.stringify({how, asked_at: now}));
    await rename(temporary, path); // a runner never reads half a request
  } finally {
    await removeFile(temporary);
  }
  return true;
}

/** Passes requests on to the run's own switch until the returned function is called, which removes what is left of them. */
export function onStopRequests(runDir: string, stop: Pick<StopSwitch, 'ask'>): () => Promise<void> {
  const path = requestPath(runDir);
  const look = setInterval(() => {
    const request = jsonIfReadable(path);
    if (!isJsonObject(request)) return;
    if (request.how === 'graceful' || request.how === 'force') stop.ask(request.how);
  }, LOOK_EVERY_MS);
  look.unref(); // the run keeps the process alive, not its door
  return async () => {
    clearInterval(look);
    await removeFile(path);
  };
}
