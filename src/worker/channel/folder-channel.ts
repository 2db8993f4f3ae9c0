import {appendFileSync, readFileSync} from 'node:fs';
import {readdir} from 'node:fs/promises';
import {join} from 'node:path';
import {isSystemError, systemErrorName} from '../../base/system-error.js';
import {newInbox} from '../../protocol/channel.js';
import {frameOf, frameReader} from '../../protocol/frame.js';
import {JOB_FILES, LOOK_EVERY_MS} from '../../protocol/job-files.js';
import type {RunnerMessage} from '../../protocol/message.js';
import type {RunnerChannel} from './runner-channel.js';

/** Events are appended together: opening and closing a file of a network disk for each would be slower than the work. */
const GATHER_MS = 200;

/**
 * Files in the folder of this job. The runner may be gone and come back; but a folder that is gone says that no one will
 * ever read what is written here.
 */
export function folderChannel(folder: string): RunnerChannel {
  const inbox = newInbox<RunnerMessage>();
  const frames = frameReader({message: (message) => inbox.take(message as RunnerMessage), text: () => {}});
  frames.take(readFileSync(join(folder, JOB_FILES.job), 'utf8'));
  const writer = appender(join(folder, JOB_FILES.events), inbox.close);
  let seen = '';
  let looking = true;
  const look = async (): Promise<void> => {
    const names = await readdir(join(folder, JOB_FILES.commands));
    for (const name of names.filter((each) => /^\d+$/.test(each) && each > seen).toSorted()) {
      frames.take(readFileSync(join(folder, JOB_FILES.commands, name), 'utf8'));
      seen = name;
    }
  };
  const timer = setInterval(() => {
    if (!looking) return;
    looking = false;
    look()
      .catch((error: unknown) => {
        if (systemErrorName(error) === 'ENOENT') inbox.close();
        else if (!isSystemError(error)) throw error; // a network disk that stumbles is looked at again
      })
      .finally(() => {
        looking = true;
      });
  }, LOOK_EVERY_MS);
  return {
    signals: 'stop',
    listen: inbox.listen,
    closed: inbox.closed,
    send: writer.add,
    leave: () => {
      clearInterval(timer);
      writer.flush();
    },
  };
}

function appender(
  path: string,
  lost: () => void,
): {add: (message: unknown) => Promise<void>; flush: () => void} {
  let pending: string[] = [];
  const written: (() => void)[] = [];
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (pending.length === 0) return;
    try {
      appendFileSync(path, pending.join(''), {flag: 'a'});
    } catch (error) {
      if (!isSystemError(error)) throw error;
      lost(); // what cannot be told was not done: the next attempt begins at what was saved
    }
    pending = [];
    for (const resolve of written.splice(0)) resolve();
  };
  return {
    flush,
    add: (message) => {
      pending.push(frameOf(message));
      timer ??= setTimeout(flush, GATHER_MS);
      return new Promise((resolve) => void written.push(resolve));
    },
  };
}
