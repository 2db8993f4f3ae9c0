import type {Problem} from './problem.js';
import {type SystemError, systemErrorName} from './system-error.js';

/** What happened in words, on what, and what a person can do. `undefined` for what is not the system's doing. */
export function accidentOf(error: unknown): Problem | undefined {
  const name = systemErrorName(error);
  if (name === undefined) return memoryProblem(error);
  const {code, what, hint} = ACCIDENTS[name] ?? {
    code: 'run/system-refused',
    what: 'The system refused it',
    hint: 'What was finished is kept: run again once the cause is gone.',
  };
  return {code, message: `${what}: ${doingOf(error as SystemError)} (${name})`, hint};
}

/** What no one foresaw. */
export function bugProblem(code: 'run/bug' | 'worker/bug', error: unknown): Problem {
  return {
    code,
    message: `This is a bug in sidestep: ${error instanceof Error ? error.message : String(error)}`,
    hint: 'The log holds the full stack trace; please report it.',
  };
}

/** V8 has its own words for memory that the system does not give. */
function memoryProblem(error: unknown): Problem | undefined {
  if (!(error instanceof Error)) return undefined;
  const buffer = error instanceof RangeError && error.message === 'Array buffer allocation failed';
  const heap = 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
  if (!buffer && !heap) return undefined;
  return {code: noMemory.code, message: `${noMemory.what} (${error.message})`, hint: noMemory.hint};
}

/** Of a place that refuses to be written, the reason in words; undefined for what has nothing to do with the place. */
export function placeProblem(error: unknown): string | undefined {
  const name = systemErrorName(error);
  const reason = name === undefined ? undefined : PLACES[name];
  return reason === undefined ? undefined : `${reason} (${doingOf(error as SystemError)}: ${name})`;
}

const PLACES: Readonly<Record<string, string>> = {
  EACCES: 'you may not write there',
  EPERM: 'you may not write there',
  EROFS: 'the disk is mounted read-only',
  ENOTDIR: 'a file is where a folder has to be',
  EEXIST: 'something that is no folder is there',
  ENOENT: 'a link on the way leads nowhere, or the system makes no folders there',
  ELOOP: 'links on the way lead in a circle',
  ENAMETOOLONG: 'the name is longer than the file system allows',
};

/** `open /cache/tmp/x`, `rename a to b`; a program that could not be started has its name there. */
function doingOf({syscall = 'write', path, dest}: SystemError): string {
  const verb = VERBS[syscall] ?? syscall;
  if (path === undefined) return verb;
  return dest === undefined ? `${verb} ${path}` : `${verb} ${path} to ${dest}`;
}

const VERBS: Readonly<Record<string, string>> = {
  mkdir: 'make the folder',
  scandir: 'list the folder',
  opendir: 'list the folder',
  rmdir: 'remove the folder',
  unlink: 'remove',
  rm: 'remove',
  copyfile: 'copy',
  stat: 'look at',
  lstat: 'look at',
  fsync: 'write to the disk',
  realpath: 'follow',
  chmod: 'change the permissions of',
};

interface Accident {
  readonly code: string;
  readonly what: string;
  readonly hint: string;
}

const diskFull: Accident = {
  code: 'run/disk-full',
  what: 'There was no room to write',
  hint: 'What was finished is kept. Make room (`sidestep cache gc` drops what no lock file names) and run again.',
};
const quota: Accident = {
  ...diskFull,
  what: 'Your quota on this disk is used up',
};
const tooLarge: Accident = {
  ...diskFull,
  what: 'The file may not get so large here',
  hint: 'A limit of the shell (`ulimit -f`) or of the file system is in the way. What was finished is kept; raise it and run again.',
};
const diskFailed: Accident = {
  code: 'run/disk-failed',
  what: 'The disk or the network folder does not answer as it should',
  hint: 'Look at the system log (`dmesg`) and whether the folder is still mounted. What was finished is kept: run again, or choose another disk with the setting `cache.dir`.',
};
const notPermitted: Accident = {
  code: 'run/not-permitted',
  what: 'You may not do this here',
  hint: 'Change the permissions or the owner of the file or of its folder, or choose another place.',
};
const readOnly: Accident = {
  code: 'run/read-only',
  what: 'This disk is mounted read-only',
  hint: 'Mount it for writing, or choose another place: the setting `cache.dir` (or SIDESTEP_CACHE_DIR) moves the cache.',
};
const tooManyFiles: Accident = {
  code: 'run/too-many-open-files',
  what: 'No more files may be open at once',
  hint: 'Raise the limit (`ulimit -n 4096`) or run fewer stages at once (`--jobs 1`), and run again.',
};
const nameTooLong: Accident = {
  code: 'run/name-too-long',
  what: 'The name is longer than the file system allows',
  hint: 'Shorten the name of the file or of a folder above it, or move the project nearer to the root.',
};
const gone: Accident = {
  code: 'run/file-gone',
  what: 'Something that has to be there is gone',
  hint: 'Was it removed meanwhile, is a disk not mounted, does a link lead nowhere? Put it back and run again.',
};
const notAFolder: Accident = {
  code: 'run/not-a-folder',
  what: 'A file is where a folder has to be',
  hint: 'Move the file away, or choose another place.',
};
const isAFolder: Accident = {
  code: 'run/is-a-folder',
  what: 'A folder is where a file has to be',
  hint: 'Move the folder away, or choose another place.',
};
const busy: Accident = {
  code: 'run/in-use',
  what: 'Another program is using it',
  hint: 'Close that program and run again.',
};
const noMemory: Accident = {
  code: 'run/out-of-memory',
  what: 'The system has no memory or no process to spare',
  hint: 'Close other programs, run fewer stages at once (`--jobs 1`), or raise `ulimit -u` and `ulimit -v`.',
};

const ACCIDENTS: Readonly<Record<string, Accident>> = {
  ENOSPC: diskFull,
  EDQUOT: quota,
  EFBIG: tooLarge,
  EIO: diskFailed,
  ENXIO: diskFailed,
  ENODEV: diskFailed,
  ESTALE: diskFailed,
  EREMOTEIO: diskFailed,
  EHOSTDOWN: diskFailed,
  ENOTCONN: diskFailed,
  ETIMEDOUT: diskFailed,
  ENOLINK: diskFailed,
  EUCLEAN: diskFailed,
  EBADMSG: diskFailed,
  EACCES: notPermitted,
  EPERM: notPermitted,
  EROFS: readOnly,
  EMFILE: tooManyFiles,
  ENFILE: tooManyFiles,
  ENAMETOOLONG: nameTooLong,
  ENOENT: gone,
  ELOOP: {...gone, what: 'Links lead in a circle'},
  ENOTDIR: notAFolder,
  EEXIST: notAFolder,
  EISDIR: isAFolder,
  EBUSY: busy,
  ETXTBSY: busy,
  ENOMEM: noMemory,
  EAGAIN: noMemory,
};
