import {readdirSync} from 'node:fs';
import {expect, test} from 'vitest';
import {tone} from '../dataset/dataset-rig.js';
import {Folder} from './sidestep.js';

const NAME = '\u001b[31mred\u001b]0;PWN\u0007\u001b[2J\n15:00:00 train  done\n::error::FAKE\u009b2J\u202e';

// biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
const COLOUR = /\u001b\[\d+m/g;

const pipeline = `sidestep: 1
stages:
  songs: {uses: dataset, with: {audio_dir: songs}}
  says: {uses: command, matrix: {a: [${JSON.stringify(NAME)}]}, with: {argv: [sh, -c, ${JSON.stringify(`printf '\\033[2J::error::x\\n%s\\n' "$1"; exit 3`)}, x, "\${matrix.a}"]}}
`;

test.each([{}, {FORCE_COLOR: '1'}, {GITHUB_ACTIONS: 'true'}])(
  'names and words of others are shown, not obeyed (%j)',
  async (env: Record<string, string>) => {
    const folder = new Folder({'pipeline.yaml': pipeline, [`songs/${NAME}.wav`]: 'no audio'});
    for (const start of ['1\n  ', '2\n  ', '1\n', '2\n']) {
      folder.write(`songs/${start}15:00:00 train.wav`, 'no audio');
      folder.write(`songs/is ${start}15:00:00 train.wav`, tone(Number.parseInt(start, 10) * 100)); // several alike are listed
    }
    const commands = [
      ['run', '--keep-going'],
      ['plan'],
      ['status'],
      ['history'],
      ['validate'],
      ['run', '--plain', '--set', `vars.x=1`],
    ];
    for (const args of commands) {
      const {stdout, stderr} = await folder.run(args, env);
      const text = stdout + stderr;
      const obeyed = text.replaceAll(COLOUR, '').match(CONTROL);
      expect(obeyed, `${args.join(' ')}: ${JSON.stringify(text)}`).toBeNull();
      expect(text, args.join(' ')).not.toMatch(/^\s*(15:00:00 train|::error::(FAKE|x))/m);
      expect(text).not.toContain('\u001b[31mred');
    }
  },
);

test('what a program prints is bounded on the screen, and its log keeps it', async () => {
  const script =
    'head -c 700000000 /dev/zero | tr "\\0" x; echo; yes hello | head -n 1000000; printf "\\033[2Jlast"; exit 3';
  const folder = new Folder({
    'pipeline.yaml': `sidestep: 1\nstages:\n  s: {uses: command, with: {argv: [sh, -c, ${JSON.stringify(script)}]}}\n`,
  });
  const {code, stderr} = await folder.run(['run']);
  expect(code).toBe(1);
  expect(stderr.length).toBeLessThan(5_000);
  expect(stderr).toContain('| \\u001b[2Jlast');
  const [run] = readdirSync(folder.file('.sidestep/runs'));
  const log = folder.read(`.sidestep/runs/${run}/logs/s.log`).split('\n');
  expect(log[0]).toMatch(/^x{65536} … and 699934464 more characters in this line$/);
  expect(log.filter((line) => line === 'hello')).toHaveLength(1_000_000);
  expect(log).toContain('\u001b[2Jlast');
});
