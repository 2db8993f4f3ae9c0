import {spawn, spawnSync} from 'node:child_process';
import {expect, onTestFinished, test} from 'vitest';
import {hitsLimit, troubleOf} from '../../src/watch/watch-trouble.js';
import {Folder, linesOf, main} from '../cli/sidestep.js';

const pipeline = `sidestep: 1
name: demo
stages:
  a: {uses: command, with: {argv: [sh, -c, "ls -R \${inputs.x} > \${outputs.o}"], inputs: {x: ./songs}, outputs: {o: o}}}
`;

/** Users may set limits of their own in a namespace of their own, where the system lets them make one. */
const possible =
  process.platform === 'linux' &&
  spawnSync('unshare', ['-Ur', 'test', '-w', '/proc/sys/user/max_inotify_watches']).status === 0;

test.skipIf(!possible).each([
  {name: 'watches', limit: 'max_inotify_watches', value: 2, sysctl: 'fs.inotify.max_user_watches'},
  {name: 'instances', limit: 'max_inotify_instances', value: 0, sysctl: 'fs.inotify.max_user_instances'},
])(
  'without $name left, that is said once for each folder, and every edit is noticed all the same',
  async ({limit, value, sysctl}) => {
    const folder = new Folder({
      'pipeline.yaml': pipeline,
      'songs/a/one.wav': '1',
      'songs/b/two.wav': '1',
      'songs/c/three.wav': '1',
    });
    const script = `echo ${value} > /proc/sys/user/${limit} && exec "$@"`;
    const child = spawn(
      'unshare',
      ['-Ur', 'sh', '-c', script, 'x', process.execPath, main, 'watch', '--json'],
      {
        cwd: folder.path,
        env: {PATH: process.env.PATH, HOME: folder.path, SIDESTEP_CONFIG_DIR: folder.file('.config')},
      },
    );
    onTestFinished(() => void child.kill('SIGKILL'));
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (more: string) => {
      text += more;
    });
    const count = (kind: string) => text.split(`"kind":"${kind}"`).length - 1;
    await expect.poll(() => count('watch_waiting'), {timeout: 60_000}).toBe(1);
    for (const [times, file] of ['songs/a/one.wav', 'songs/c/new.wav', 'pipeline.yaml'].entries()) {
      folder.write(file, file === 'pipeline.yaml' ? pipeline.replace('ls ', 'ls -1 ') : '22');
      await expect
        .poll(() => count('watch_waiting'), {timeout: 30_000, message: file})
        .toBeGreaterThan(times + 1);
    }
    child.kill('SIGINT');
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(code).toBe(130);
    const troubles = linesOf(text, 'watch').filter(({kind}) => kind === 'watch_trouble');
    const folders = troubles.map(({polled}) => JSON.stringify(polled));
    expect(new Set(folders).size).toBe(folders.length);
    expect(troubles.length).toBeGreaterThan(0);
    for (const {problem} of troubles)
      expect(problem).toMatchObject({code: 'watch/system-limit', hint: expect.stringContaining(sysctl)});
  },
);

test('a folder that may not be read is named with what helps; it is no limit of the system', () => {
  const denied = Object.assign(new Error("EACCES: permission denied, watch '/songs'"), {
    code: 'EACCES',
    errno: -13,
    path: '/songs',
  });
  expect(hitsLimit(denied)).toBe(false);
  expect(troubleOf(denied, undefined)).toEqual({
    code: 'watch/not-watched',
    message: '/songs may not be read: edits there are not noticed',
    hint: 'Change its permissions.',
  });
});
