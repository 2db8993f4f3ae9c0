import {mkdirSync, writeFileSync} from 'node:fs';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {synthesise, waveFile} from '../../src/worker/fixture/music.js';
import {computedParts, kindsOf, Project, preparation, root, type Stages, training} from './project.js';

/** A training whose prepared songs are temporary: latents and conditions go when the adapter is there. Tests build on each other. */
const project = new Project();
const plain = new Project();

function stages(options: object = {}, temporary: object = {temporary: true}): Stages {
  const {latents, conditions} = preparation();
  return {
    model: {uses: 'scan', with: {checkpoint_dir: `${root}test/golden/tiny_checkpoint`, model: 'turbo'}},
    songs: {uses: 'dataset', with: {audio_dir: 'songs', missing_lyrics: 'instrumental'}},
    latents: {...latents!, ...temporary},
    conditions: {...conditions!, ...temporary},
    adapter: training('it', {
      schedule: {type: 'constant', warmup_steps: 0},
      checkpoint: {every_epochs: 1},
      ...options,
    }),
    exported: {
      uses: 'export',
      with: {adapter: '${stages.adapter}', output_dir: 'exported', formats: ['peft']},
    },
  };
}

function addSong(number: number): void {
  for (const {path} of [project, plain])
    writeFileSync(`${path}/songs/clip-${number}.wav`, waveFile(synthesise(42, number, 1)));
}

/** Sizes of the prepared tensors that the cache holds, largest first. */
function tensorsHeld(): number {
  const all = JSON.parse(project.command(['cache', 'ls', '--json']).stdout) as {
    entries: {made_by: string; bytes: number}[];
  };
  return all.entries
    .filter(({made_by}) => /^preprocess\.pass[12]\//.test(made_by))
    .reduce((sum, {bytes}) => sum + bytes, 0);
}

beforeAll(() => {
  for (const each of [project, plain]) mkdirSync(each.file('songs'));
  for (const number of [1, 2, 3]) addSong(number);
});
afterAll(() => {
  project.remove();
  plain.remove();
});

test('prepared songs, each of them, go when the adapter is there; then there is nothing to do', async () => {
  const ended = await project.complete(stages());
  expect(ended.events).toContainEqual(
    expect.objectContaining({
      kind: 'temporary_removed',
      outcome: 'removed',
      stages: ['latents', 'conditions'],
    }),
  );
  expect(tensorsHeld()).toBe(0);
  const again = await project.complete(stages());
  expect(new Set(Object.values(kindsOf(again)))).toEqual(new Set(['cached']));
  expect(project.command(['cache', 'verify']).code).toBe(0);
  const status = project.command(['status']);
  expect(status.code, status.stdout + status.stderr).toBe(0);
});

test('another export reads the adapter alone', async () => {
  const changed = {...stages()};
  changed.exported = {
    ...changed.exported!,
    with: {...(changed.exported!.with as object), formats: ['peft', 'comfyui']},
  };
  const ended = await project.complete(changed);
  expect(kindsOf(ended)).toEqual({
    model: 'cached',
    songs: 'cached',
    latents: 'cached',
    conditions: 'cached',
    adapter: 'cached',
    exported: 'succeeded',
  });
});

test('more epochs: the songs are prepared again, and the training goes on from what it had, to the same bytes', async () => {
  const ended = await project.complete(stages({epochs: 3}));
  expect(kindsOf(ended)).toMatchObject({latents: 'succeeded', conditions: 'succeeded', adapter: 'succeeded'});
  const started = ended.events.find((event) => event.kind === 'stage_started' && event.stage === 'adapter');
  expect(started).toMatchObject({start: {kind: 'other_state'}});
  expect(tensorsHeld()).toBe(0);
  await plain.complete(stages({epochs: 3}, {}));
  expect(project.trained('adapters/it')).toEqual(plain.trained('adapters/it'));
});

test('a run that is killed while it trains has lost nothing, and the next one removes what it left', async () => {
  project.writePipeline(stages({epochs: 400}));
  const {child, ended} = project.start();
  let heard = '';
  const trains = new Promise<void>((resolve) => {
    child.stdout!.on('data', (text: string) => {
      heard += text;
      if (/"kind":"state_saved"|"kind":"step_finished".*"stage":"adapter"/.test(heard)) resolve();
    });
  });
  await Promise.race([trains, ended]);
  child.kill('SIGKILL');
  await ended;
  const next = await project.complete(stages({epochs: 4}));
  expect(kindsOf(next)).toMatchObject({latents: 'cached', conditions: 'cached', adapter: 'succeeded'});
  expect(computedParts(next)).toEqual({});
  expect(tensorsHeld()).toBe(0);
});

test('a model in a temporary folder stays until all that follows from it is done, and comes back for it', async () => {
  const folder = new Project();
  try {
    const own = (rank: number): Stages => {
      const {tiny, ...rest} = preparation({clips: 1, clip_duration: 1});
      return {
        tiny: {...tiny!, temporary: true},
        ...rest,
        adapter: training('it', {epochs: 1, adapter: {type: 'lora', rank, alpha: 2}}),
      };
    };
    const ended = await folder.complete(own(2));
    expect(ended.events).toContainEqual(
      expect.objectContaining({kind: 'temporary_removed', stages: ['tiny']}),
    );
    folder.writePipeline(own(3));
    const {stdout} = folder.command(['plan']);
    expect(stdout).toMatch(/tiny +runs .*\n +because .*removed, and adapter reads? them/);
    expect(stdout).toMatch(/memory: known once tiny has run/);
    expect(kindsOf(await folder.complete(own(3)))).toMatchObject({
      tiny: 'succeeded',
      model: 'cached',
      conditions: 'cached',
      adapter: 'succeeded',
    });
  } finally {
    folder.remove();
  }
});
