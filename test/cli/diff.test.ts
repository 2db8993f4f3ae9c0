import {execFileSync} from 'node:child_process';
import {cpSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';
import {sidesNamed} from '../../src/cli/diff.js';
import {documentOf, Folder} from './sidestep.js';

const golden = fileURLToPath(new URL('../golden', import.meta.url));

const pipeline = (rate: string, more = '') => `sidestep: 1
defaults: {device: cpu, seed: 42}
stages:
  model: {uses: scan, with: {checkpoint_dir: ${golden}/tiny_checkpoint, model: turbo}}
  train:
    uses: train
    preset: tiny
    with: {model: "\${stages.model}", tensors: songs, optimizer: {type: adamw, learning_rate: ${rate}}}
  note:
    uses: command
    with:
      argv: [cp, "\${inputs.adapter}/sidestep.json", "\${outputs.card}"]
      inputs: {adapter: "\${stages.train}"}
      outputs: {card: card.json}
${more}`;

const preset = (epochs: number) => `sidestep: 1
uses: train
with:
  adapter: {type: lora, rank: 2, alpha: 4}
  gradient_accumulation_steps: 1
  epochs: ${epochs}
  logging: {tensorboard: false}
`;

const old = '  gone: {uses: command, with: {argv: [touch, "${outputs.a}"], outputs: {a: a}}}\n';

interface Diff {
  readonly a: {readonly run: string | null};
  readonly added: readonly {readonly stage: string}[];
  readonly removed: readonly {readonly stage: string}[];
  readonly settings: readonly {readonly stage: string; readonly param: string; readonly decides: boolean}[];
  readonly records: readonly {readonly what: string; readonly key: string}[];
  readonly again: readonly {readonly stage: string; readonly because: readonly object[]}[];
  readonly losses: readonly {readonly a: {readonly best_loss: number} | null; readonly b: object | null}[];
}

test('between commits, what is there now, and runs: settings, presets, files, what runs again, losses', async () => {
  const folder = new Folder({
    'pipeline.yaml': pipeline('1e-3', old),
    'presets/tiny.yaml': preset(2),
    '.gitignore': '.config\n.sidestep\n',
  });
  cpSync(`${golden}/e2e/b_mono44k.pt`, folder.file('songs/song.pt'));
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', ...args], {cwd: folder.path});
  git('init', '-q', '-b', 'main');
  const ran = await folder.run(['run', '--plain']);
  expect(ran.code, ran.stdout + ran.stderr).toBe(0);
  git('add', '.');
  git('commit', '-qm', 'first');
  const read = async (...args: string[]) => {
    const {stdout, stderr} = await folder.run(['diff', ...args, '--json']);
    expect(stderr).toBe('');
    return documentOf(stdout, 'diff') as unknown as Diff;
  };

  const same = await read();
  expect(same).toMatchObject({settings: [], added: [], removed: [], records: [], again: []});
  expect(same.losses[0]!.a!.best_loss).toBeGreaterThan(0); // of the run that was set up so

  const added =
    '  more: {uses: command, with: {argv: [cp, "${inputs.a}", "${outputs.b}"], inputs: {a: "${stages.note}"}, outputs: {b: b}}}\n';
  folder.write(
    'pipeline.yaml',
    pipeline('3e-3', added).replace('tensors: songs', 'tensors: songs, output_dir: out'),
  );
  folder.write('presets/tiny.yaml', preset(3));
  const edited = await read('main');
  expect(edited.settings.map(({stage, param, decides}) => [stage, param, decides]).sort()).toEqual([
    ['train', 'epochs', true],
    ['train', 'optimizer.learning_rate', true],
    ['train', 'output_dir', false],
  ]);
  expect(edited.added).toEqual([{stage: 'more', uses: 'command'}]);
  expect(edited.removed).toEqual([{stage: 'gone', uses: 'command'}]);
  expect(edited.again).toMatchObject([
    {stage: 'train', because: [{param: 'optimizer.learning_rate'}, {param: 'epochs'}]},
    {stage: 'note', because: [{kind: 'upstream', stage: 'train'}]},
    {stage: 'more', because: [{kind: 'added'}]},
  ]);
  expect(edited.losses[0]!.b).toBeNull(); // not trained yet

  cpSync(`${golden}/e2e/b_mono44k.pt`, folder.file('songs/another.pt'));
  expect((await folder.run(['run', '--plain'])).code).toBe(0);
  git('add', '.');
  git('commit', '-qm', 'second');
  const committed = await read('main~1..main', 'pipeline.yaml');
  expect(committed.records).toContainEqual(expect.objectContaining({what: 'file', key: 'tensors'}));
  expect(committed.records).toContainEqual(expect.objectContaining({what: 'output', key: 'adapter'}));
  expect(committed.losses[0]!.a!.best_loss).not.toBe(
    (committed.losses[0]!.b as {best_loss: number}).best_loss,
  );
  const runs = await read('last~1', 'last');
  expect({...runs, a: 0, b: 0}).toEqual({...committed, a: 0, b: 0});

  const {stdout} = await folder.run(['diff', 'main~1..main', '--markdown']);
  expect(stdout).toMatch(/^### sidestep: pipeline\.yaml, main~1 \([0-9a-f]{7}\), trained by .* → main/);
  expect(stdout).toContain('3 stages run again.');
  expect(stdout).toContain('| `train.optimizer.learning_rate` | `0.001` | `0.003` |');
  expect(stdout).toContain('| `train.output_dir` (changes no result) | `unset` |');
  expect(stdout).toMatch(/\| `train` content of tensors \| `[0-9a-f]{8}` \| `[0-9a-f]{8}` \|/);
  expect(stdout).toMatch(/\| `train` \| best training loss [\d.]+.* \| best training loss [\d.]+/);
  const text = await folder.run(['diff', 'main~1..']);
  expect(text.stdout).toMatch(/train\.epochs: 2 → 3 {2}presets\/tiny\.yaml:6:\d+/);
  expect(text.stdout).toMatch(/Would run again\n {2}train: optimizer\.learning_rate, epochs/);
  expect(await folder.run(['diff', 'nowhere'])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/nowhere is neither a run of pipeline\.yaml nor a revision/),
  });
});

test.each([
  {words: ['HEAD', undefined], sides: ['HEAD', undefined, 'pipeline.yaml']},
  {words: ['my.yaml', undefined], sides: ['HEAD', undefined, 'my.yaml']},
  {words: ['main', 'my.yml'], sides: ['main', undefined, 'my.yml']},
  {words: ['main..topic', undefined], sides: ['main', 'topic', 'pipeline.yaml']},
  {words: ['main...topic', 'my.yaml'], sides: ['main...topic', 'topic', 'my.yaml']}, // their common ancestor
  {words: ['main..', undefined], sides: ['main', 'HEAD', 'pipeline.yaml']},
  {words: ['last~1', 'last'], sides: ['last~1', 'last', 'pipeline.yaml']},
] as const)('$words', ({words, sides}) => {
  const {a, b, pipeline: file} = sidesNamed(words, 'pipeline.yaml');
  expect([a, b, file]).toEqual(sides);
});
