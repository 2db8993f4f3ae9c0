// Where strangers live: this system, as an ordinary user; or a system of their own in a folder, of which they see nothing else.
import {execFileSync, spawnSync} from 'node:child_process';
import {chmodSync, copyFileSync, existsSync, lstatSync, mkdirSync} from 'node:fs';
import {basename, join} from 'node:path';

/** No one in particular, where root runs this. */
const NOBODY = 65534;
const isRoot = process.getuid?.() === 0;

/** This system. `has`: whether a program is there; `command` gives what to spawn, so that `words` run in `cwd` with `env` and nothing else. */
export function thisSystem(work) {
  return {
    title: undefined,
    work,
    owner: isRoot ? NOBODY : undefined,
    inside: (path) => path,
    has: existsSync,
    node: undefined,
    command: (words, {cwd, env}) => ({
      words,
      options: {cwd, env, ...(isRoot ? {uid: NOBODY, gid: NOBODY} : {})},
    }),
  };
}

/** Debian `suite` as debootstrap leaves it: no compiler, and the C library of that time. For root, on a Debian. */
export function debian(suite, work) {
  const root = join(work, suite);
  execFileSync('debootstrap', ['--variant=minbase', suite, root], {stdio: ['ignore', 'ignore', 'inherit']});
  return within(root, `Debian ${suite}`, work);
}

/** A copy of the file system in `folder`: any Linux that has a shell, libraries that Node starts with, and no compiler. For root. */
export function copyOf(folder, work) {
  const root = join(work, 'root');
  execFileSync('cp', ['-a', folder, root]);
  for (const name of ['proc', 'dev', 'etc', 'tmp']) mkdirSync(join(root, name), {recursive: true});
  chmodSync(join(root, 'tmp'), 0o1777);
  copyFileSync('/etc/resolv.conf', join(root, 'etc/resolv.conf'));
  return within(root, basename(folder), work);
}

/** What the C library in `root` says of itself. */
function cLibrary(root) {
  const asked = [['ldd', '--version'], ['/lib/libc.so.6'], ['/lib/ld-musl-x86_64.so.1']].map((words) =>
    spawnSync('chroot', [root, ...words], {encoding: 'utf8'}),
  );
  const said = asked
    .map(({stdout, stderr}) => `${stdout}${stderr}`)
    .find((text) => /glibc|GNU C|musl/i.test(text));
  return said?.split('\n').slice(0, 2).join(' ').trim() ?? 'a C library of which nothing is known';
}

function within(root, name, work) {
  const home = join(root, 'srv');
  mkdirSync(home, {recursive: true});
  const inside = (path) => (path.startsWith(root) ? path.slice(root.length) : path);
  const own = join(root, 'usr/bin/node');
  return {
    title: `${name}, ${cLibrary(root)}`,
    work: home,
    owner: NOBODY,
    inside,
    // Links of a system lead to places in it: whether the link is there is all that can be seen from outside.
    has: (path) => lstatSync(join(root, path), {throwIfNoEntry: false}) !== undefined,
    node: existsSync(own) ? own : undefined,
    // The mounts are seen by this command alone, and end with it.
    command: (words, {cwd, env}) => ({
      words: [
        ...['unshare', '--mount', '--propagation', 'private', 'sh', '-c'],
        'mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && exec chroot --userspec=65534:65534 "$0" "$@"',
        ...[root, 'sh', '-c', 'cd "$0" && exec env -i "$@"', inside(cwd)],
        ...Object.entries(env).map(([variable, value]) => `${variable}=${value}`),
        ...words,
      ],
      options: {cwd: work, env: process.env},
    }),
  };
}
