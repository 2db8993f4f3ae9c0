import {type BigIntStats, statSync} from 'node:fs';

/**
 * What changes with every change of a file, short of reading it. The change time (`ctime`) is the system's own and cannot
 * be set back, as tag editors set back the modification time.
 */
export interface FileMark {
  readonly size: number;
  /** Nanoseconds as text: they do not fit a double. */
  readonly mtime_ns: string;
  readonly ctime_ns: string;
  readonly inode: string;
}

/** Throws the file system's error. */
export function markOf(path: string): FileMark {
  return markFrom(statSync(path, {bigint: true}));
}

export function markFrom(stat: BigIntStats): FileMark {
  return {
    size: Number(stat.size),
    mtime_ns: String(stat.mtimeNs),
    ctime_ns: String(stat.ctimeNs),
    inode: String(stat.ino),
  };
}

export function sameMark(a: FileMark, b: FileMark): boolean {
  return a.ctime_ns === b.ctime_ns && sameButForLinks(a, b);
}

/** Another hard link to a file, or one less, changes its change time and nothing else. */
export function sameButForLinks(a: FileMark, b: FileMark): boolean {
  return a.size === b.size && a.mtime_ns === b.mtime_ns && a.inode === b.inode;
}

/** When the file was last changed in any way, in milliseconds since the epoch. */
export function changedAt({mtime_ns, ctime_ns}: FileMark): number {
  return Math.max(Number(mtime_ns), Number(ctime_ns)) / 1e6;
}
