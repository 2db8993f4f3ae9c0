// Which processes a project has: every one that the soak starts carries the project's path in SIDESTEP_SOAK, and so do its
// children. Linux says so below /proc; elsewhere none are found.
import {readdirSync, readFileSync} from 'node:fs';
import {setTimeout as sleep} from 'node:timers/promises';

/** A worker whose runner was killed notices within this, also on a busy machine. */
const PATIENCE_MS = 30_000;

/** `PID COMMAND LINE` of those that do not end by themselves. */
export async function processesOf(path) {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = listed(path);
    if (found.length === 0 || Date.now() > end) return found;
    await sleep(100);
  }
}

function listed(path) {
  return processIds().flatMap((pid) => {
    const environment = textOf(`/proc/${pid}/environ`).split('\0');
    if (!environment.includes(`SIDESTEP_SOAK=${path}`)) return [];
    return [`${pid} ${textOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim()}`];
  });
}

/** The children of a process, and theirs. */
export function descendantsOf(pid) {
  const children = processIds().filter((each) => parentOf(each) === pid);
  return [...children, ...children.flatMap(descendantsOf)];
}

function parentOf(pid) {
  const status = textOf(`/proc/${pid}/stat`);
  return Number(status.slice(status.lastIndexOf(')') + 2).split(' ')[1]);
}

function processIds() {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return []; // not Linux
  }
}

function textOf(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // it ended meanwhile, or is somebody else's
  }
}
