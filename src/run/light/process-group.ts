import {readdirSync, readFileSync} from 'node:fs';

/**
 * Whether all that is left of a process group has ended. A process that has ended stays a member, and takes signals, until its
 * parent collects it; of one whose parent is gone that is the first process of the system or the container, which may do so late
 * or never. False as well where the system does not say (only Linux does), and of a group that is gone.
 */
export function onlyEndedRemain(group: number): boolean {
  const states = processIds().flatMap((pid) => stateIn(pid, group));
  return states.length > 0 && states.every((state) => state === 'Z' || state === 'X');
}

function processIds(): readonly string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return []; // not Linux
  }
}

/** The state of a process of that group. After the command's name in parentheses (which may contain anything): state, parent, group. */
function stateIn(pid: string, group: number): readonly string[] {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, , itsGroup] = status.slice(status.lastIndexOf(')') + 2).split(' ');
    return itsGroup === String(group) ? [state!] : [];
  } catch {
    return []; // it has just gone
  }
}
