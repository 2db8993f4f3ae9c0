import {existsSync, readlinkSync} from 'node:fs';
import {basename, dirname, join, sep} from 'node:path';
import {type ChokidarOptions, type FSWatcher, watch} from 'chokidar';
import {isFileSync} from '../base/if-there.js';
import type {Problem} from '../base/problem.js';
import {isSystemError} from '../base/system-error.js';
import {countsInFolder} from '../run/observe-files.js';
import {hitsLimit, troubleOf} from './watch-trouble.js';
import type {WatchedPaths} from './watched-paths.js';

export interface FileWatch {
  /** Looks at these from now on, in place of those before. */
  readonly look: (paths: WatchedPaths) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface FileWatchEvents {
  /** The first changed path of a burst, and when it was noticed (milliseconds since the epoch). */
  readonly onEdit: (path: string, at: number) => void;
  /** The system refused to watch something; `polled` says which folders are looked at now and then in place of that. */
  readonly onTrouble: (problem: Problem, polled: readonly string[]) => void;
  /** Changes that are no edits, such as the product's own. */
  readonly isOwn: (path: string) => boolean;
  readonly now: () => number;
}

/** Editors write several times, or beside the file and rename: one save is one edit. Long enough for that, short to people. */
const DEBOUNCE_MS = 60;
/** How often what cannot be watched is looked at. */
const POLL_MS = 1000;

/** Calls `onEdit` once per burst of changes. Files are watched through their folders: one that is replaced, vanishes or is not there yet is noticed too. */
export function watchFiles(events: FileWatchEvents): FileWatch {
  let current: {readonly text: string; readonly watching: readonly Watching[]} | undefined;
  let files: ReadonlySet<string> = new Set();
  let links: ReadonlyMap<string, string | undefined> = new Map();
  /** A folder or a link came, went or was put in place of another: what was watched there may be gone. */
  let rebuild = false;
  const burst = burstOf(events);
  const told = new Set<string>();

  const note = (path: string): void => {
    if (events.isOwn(path)) return;
    if (links.has(path)) {
      if (targetOf(path) === links.get(path)) return; // chokidar tells of every link it meets, also of those that are
      rebuild = true;
    }
    burst.note(path);
  };
  const noteSingle = (path: string): void => {
    if (!files.has(path) && !links.has(path)) rebuild = true;
    note(path);
  };
  const gone = (folder: string): void => {
    rebuild = true;
    note(folder);
  };
  const report = (error: unknown, polled: string | undefined): void => {
    const problem = troubleOf(error, polled);
    const key = JSON.stringify([problem.code, polled ?? problem.message]);
    if (!told.has(key)) events.onTrouble(problem, polled === undefined ? [] : [polled]);
    told.add(key);
  };

  return {
    look: async (paths) => {
      const [single, whole] = [watchSingly(paths), watchFolders(paths)];
      const text = JSON.stringify([paths, single.roots]);
      if (current?.text === text && !rebuild) return;
      const before = current?.watching ?? [];
      const closed = async () => void (await Promise.all(before.map(({close}) => close())));
      // Two watchers of one path share what chokidar has there, also when it hangs on a folder that is gone.
      if (rebuild) await closed();
      rebuild = false;
      files = new Set(paths.files);
      links = new Map(paths.links.map((link) => [link, targetOf(link)]));
      const watching = [
        startWatching(single, {change: noteSingle, gone}, report),
        startWatching(whole, {change: note, gone}, report),
      ];
      current = {text, watching};
      await Promise.all(watching.map(({ready}) => ready));
      await closed();
    },
    close: async () => {
      burst.drop();
      await Promise.all((current?.watching ?? []).map(({close}) => close()));
    },
  };
}

/** Changes that follow one another at once are one edit, of the file that was the first. */
function burstOf({now, onEdit}: Pick<FileWatchEvents, 'now' | 'onEdit'>) {
  let burst: {readonly path: string; readonly at: number; readonly timer: NodeJS.Timeout} | undefined;
  const drop = (): void => {
    clearTimeout(burst?.timer);
    burst = undefined;
  };
  const flush = (): void => {
    const edit = burst;
    burst = undefined;
    if (edit !== undefined) onEdit(edit.path, edit.at);
  };
  return {
    note: (path: string): void => {
      clearTimeout(burst?.timer);
      const first = burst ?? {path, at: now()};
      burst = {path: first.path, at: first.at, timer: setTimeout(flush, DEBOUNCE_MS)};
    },
    drop,
  };
}

interface Noted {
  /** Something that matters came, went or changed. */
  readonly change: (path: string) => void;
  /** A folder that was watched was removed; one of the same name may be there already. */
  readonly gone: (folder: string) => void;
}

/** Some folders, and what in them matters. */
interface Scope {
  readonly roots: readonly string[];
  readonly depth: number | undefined;
  readonly matters: (path: string) => boolean;
  readonly links: ReadonlySet<string>;
}

/** Files and links, through the folders they are in; of what does not exist yet, the nearest folder that does. */
function watchSingly({files, links, folders}: WatchedPaths): Scope {
  const ends = [...files, ...links, ...folders];
  const onTheWay = new Set(ends);
  for (const path of ends) for (let at = dirname(path); !onTheWay.has(at); at = dirname(at)) onTheWay.add(at);
  const roots = [...new Set(ends.map(nearestFolder))];
  return {roots, depth: 0, matters: (path) => onTheWay.has(path), links: new Set(links)};
}

/** Folders with all that planning finds below them. */
function watchFolders({folders, links}: WatchedPaths): Scope {
  const matters = (path: string): boolean =>
    folders.some((root) => {
      if (path === root) return true;
      return (
        path.startsWith(root + sep) &&
        path
          .slice(root.length + 1)
          .split(sep)
          .every(countsInFolder)
      );
    });
  return {roots: folders, depth: undefined, matters, links: new Set(links)};
}

interface Watching {
  readonly ready: Promise<void>;
  readonly close: () => Promise<void>;
}

/** Watches a scope with the system's notifications, and those of its folders by polling for which the system has none left. */
function startWatching(
  scope: Scope,
  noted: Noted,
  report: (error: unknown, polled: string | undefined) => void,
): Watching {
  if (scope.roots.length === 0) return {ready: Promise.resolve(), close: async () => {}};
  const polled = new Set<string>();
  let poller: FSWatcher | undefined;
  const refused = (error: unknown): void => {
    if (!hitsLimit(error)) {
      report(error, undefined);
      return;
    }
    const roots = rootsOf((error as NodeJS.ErrnoException).path, scope).filter((root) => !polled.has(root));
    for (const root of roots) {
      polled.add(root);
      report(error, root);
    }
    if (roots.length === 0) return;
    if (poller === undefined)
      poller = open(scope, roots, {usePolling: true, interval: POLL_MS}, noted, report);
    else poller.add(roots);
  };
  const watcher = open(scope, scope.roots, {}, noted, refused);
  const ready = new Promise<void>((resolve) => watcher.once('ready', resolve));
  return {ready, close: async () => void (await Promise.all([watcher.close(), poller?.close()]))};
}

function open(
  scope: Scope,
  roots: readonly string[],
  how: ChokidarOptions,
  noted: Noted,
  refused: (error: unknown, polled: undefined) => void,
): FSWatcher {
  const watcher = watch([...roots], {
    ...how,
    ignoreInitial: true,
    followSymlinks: false, // links and what they lead to are in the scope, each by its own path
    ignored: (path) => !scope.matters(path) && !scope.roots.includes(path),
    ...(scope.depth === undefined ? {} : {depth: scope.depth}),
  });
  watcher.on('all', (_event, path) => {
    if (scope.matters(path)) noted.change(path);
  });
  // What chokidar takes for no change: a link that leads nowhere before or after, a folder that is there again at once.
  watcher.on('raw', (event, name, details) => {
    const watched = (details as {readonly watchedPath?: string}).watchedPath ?? '';
    if (scope.links.has(join(watched, name ?? ''))) noted.change(join(watched, name));
    if (event === 'rename' && name === basename(watched) && !isFileSync(watched)) noted.gone(watched);
  });
  watcher.on('error', (error) => refused(error, undefined));
  return watcher;
}

/** The folders of a scope that a path is in; all of them where the system does not say which it refused. */
function rootsOf(path: string | undefined, {roots}: Scope): readonly string[] {
  const within = roots.filter((root) => path === root || path?.startsWith(root + sep));
  return within.length > 0 ? within : roots;
}

/** Undefined where there is no link any more. */
function targetOf(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}

function nearestFolder(path: string): string {
  const parent = dirname(path);
  return existsSync(parent) || parent === path ? parent : nearestFolder(parent);
}
