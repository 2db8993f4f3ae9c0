import type {Problem} from '../base/problem.js';
import {systemErrorName} from '../base/system-error.js';

/** Has the system run out of what watching takes, so that only looking again and again is left? */
export function hitsLimit(error: unknown): boolean {
  return ['ENOSPC', 'EMFILE', 'ENFILE', 'ENOSYS'].includes(systemErrorName(error) ?? '');
}

/** Why something is not watched, and what to do. `polled` is the folder that is looked at again and again in place of it. */
export function troubleOf(error: unknown, polled: string | undefined): Problem {
  const name = systemErrorName(error);
  const {message, path} = error as NodeJS.ErrnoException;
  if (polled === undefined) {
    const readable = name === 'EACCES' || name === 'EPERM';
    return {
      code: 'watch/not-watched',
      message: readable
        ? `${path} may not be read: edits there are not noticed`
        : `Watching fails: ${message}`,
      hint: readable
        ? 'Change its permissions.'
        : 'Edits there may not be noticed; start watching again after one.',
    };
  }
  const limits: Readonly<Record<string, {readonly what: string; readonly sysctl: string}>> = {
    ENOSPC: {what: 'watches of files', sysctl: 'fs.inotify.max_user_watches=524288'},
    EMFILE: {what: 'watchers', sysctl: 'fs.inotify.max_user_instances=1024'},
    ENFILE: {what: 'open files', sysctl: 'fs.file-max=1000000'},
  };
  const limit = limits[name ?? ''];
  return {
    code: 'watch/system-limit',
    message: `The system has no ${limit?.what ?? 'notifications of edits'} left: ${polled} is looked at once a second instead`,
    ...(limit === undefined
      ? {}
      : {hint: `Raise the limit with \`sudo sysctl ${limit.sysctl}\`, then watch again.`}),
  };
}
