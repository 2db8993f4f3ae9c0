// Where strangers live: this system, as an ordinary user; or a Debian of their own in a folder, of which they see nothing else.
import {execFileSync} from 'node:child_process';
import {mkdirSync} from 'node:fs';
import {join} from 'node:path';

/** No one in particular, where root runs this. */
const NOBODY = 65534;
const isRoot = process.getuid?.() === 0;

/** This system. `command` gives what to spawn, so that `words` run in `cwd` with `env` and nothing else. */
export function thisSystem(work) {
  return {
    title: undefined,
    work,
    owner: isRoot ? NOBODY : undefined,
    inside: (path) => path,
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
  const home = join(root, 'srv');
  mkdirSync(home, {recursive: true});
  const inside = (path) => (path.startsWith(root) ? path.slice(root.length) : path);
  const [libc] = execFileSync('chroot', [root, 'ldd', '--version'], {encoding: 'utf8'}).split('\n');
  return {
    title: `Debian ${suite}, ${libc}`,
    work: home,
    owner: NOBODY,
    inside,
    // The mount is seen by this command alone, and ends with it.
    command: (words, {cwd, env}) => ({
      words: [
        ...['unshare', '--mount', '--propagation', 'private', 'sh', '-c'],
        'mount -t proc proc "$0/proc" && exec chroot --userspec=65534:65534 "$0" env -i "$@"',
        ...[root, `--chdir=${inside(cwd)}`],
        ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
        ...words,
      ],
      options: {cwd: work, env: process.env},
    }),
  };
}
