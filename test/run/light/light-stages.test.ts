import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {describe, expect, test} from 'vitest';
import {hashFile} from '../../../src/base/hash.js';
import {SidestepError} from '../../../src/base/problem.js';
import type {StageId} from '../../../src/base/stage-id.js';
import type {Dataset} from '../../../src/dataset/sample.js';
import {lightDataset} from '../../../src/run/light/dataset.js';
import {lightScan} from '../../../src/run/light/scan.js';
import type {LightContext, LightEvent} from '../../../src/run/light-stage.js';
import type {ParamObject} from '../../../src/stage/param.js';
import {defaults, folderOf, tone} from '../../dataset/dataset-rig.js';
import {temporaryFolder} from '../../temporary-folder.js';

/** What a stage gets from the runner, with everything it tells and reads written down. */
async function contextOf(params: ParamObject, given: Partial<LightContext> = {}) {
  const events: LightEvent[] = [];
  const context: LightContext = {
    stage: 'songs' as StageId,
    params,
    inputs: {},
    out_dir: await temporaryFolder(),
    memory_dir: join(await temporaryFolder(), 'memory'),
    env: {},
    signal: new AbortController().signal,
    force: new AbortController().signal,
    emit: (event) => events.push(event),
    log: () => {},
    hashFile,
    ...given,
  };
  return {context, events};
}

const parameters = (more: object) => ({...defaults, ...more}) as unknown as ParamObject;

async function outputOf({out_dir}: LightContext): Promise<Dataset> {
  return JSON.parse(await readFile(join(out_dir, 'dataset.json'), 'utf8')) as Dataset;
}

async function problemOf(attempt: Promise<unknown>): Promise<{code: string; message: string}> {
  const error = await attempt.catch((reason: unknown) => reason);
  if (!(error instanceof SidestepError)) throw new Error(`expected a problem, got ${String(error)}`);
  return error.problem;
}

describe('the dataset stage', () => {
  test('leaves dataset.json and reports how far it is', async () => {
    const folder = await folderOf({'a.wav': tone(200), 'b.wav': tone(210)});
    const {context, events} = await contextOf(parameters({audio_dir: folder}));
    await lightDataset(context);
    expect((await outputOf(context)).samples.map(({name}) => name)).toEqual(['a.wav', 'b.wav']);
    expect(events.filter(({kind}) => kind === 'stage_progress')).toEqual([
      {kind: 'stage_progress', done: 1, total: 2, unit: 'samples'},
      {kind: 'stage_progress', done: 2, total: 2, unit: 'samples'},
    ]);
  });

  test('takes its folder from another stage', async () => {
    const folder = await folderOf({'a.wav': tone(200)});
    const input = {
      stage: 'tiny' as StageId,
      output: 'songs',
      kind: 'tree',
      hash: '',
      path: folder,
      json: undefined,
    };
    const inputs = {audio_dir: input} as unknown as LightContext['inputs'];
    const {context} = await contextOf(parameters({audio_dir: {$stage: 'tiny'}}), {inputs});
    await lightDataset(context);
    expect((await outputOf(context)).samples).toHaveLength(1);
  });

  const broken = {
    'a.wav': tone(200),
    'broken.wav': tone(210).subarray(0, 3000),
    'none.wav': new Uint8Array(0),
  };

  test('fails after looking at all songs, naming each that cannot be used', async () => {
    const {context, events} = await contextOf(parameters({audio_dir: await folderOf(broken)}));
    const problem = await problemOf(lightDataset(context));
    expect(problem.code).toBe('dataset/unusable-songs');
    expect(problem.message).toMatch(/2 of the songs.*broken\.wav.*none\.wav/s);
    const failed = events.flatMap((event) => (event.kind === 'sample_failed' ? [event.sample] : []));
    expect(failed).toEqual(['broken.wav', 'none.wav']);
  });

  test('goes on without them when on_error is skip', async () => {
    const {context} = await contextOf(parameters({audio_dir: await folderOf(broken), on_error: 'skip'}));
    await lightDataset(context);
    expect((await outputOf(context)).samples.map(({name}) => name)).toEqual(['a.wav']);
  });

  test('listens to a song once, whatever it is called', async () => {
    const first = await contextOf(
      parameters({audio_dir: await folderOf({'a.wav': tone(200), 'b.wav': tone(210)})}),
    );
    await lightDataset(first.context);
    // The same content under other names, now in files that no decoder could read: only the memory can answer
    const folder = await folderOf({'x.wav': 'not audio', 'y.wav': 'not audio either'});
    const [a, b] = (await outputOf(first.context)).samples;
    const hashes = new Map([
      ['x.wav', a!.audio_hash],
      ['y.wav', b!.audio_hash],
    ]);
    const {memory_dir} = first.context;
    const {context} = await contextOf(parameters({audio_dir: folder}), {
      memory_dir,
      hashFile: async (path) => ({
        hash: hashes.get(path.slice(-5)) as Awaited<ReturnType<typeof hashFile>>['hash'],
        size: 1,
      }),
    });
    await lightDataset(context);
    expect((await outputOf(context)).samples.map(({audio_seconds}) => audio_seconds)).toEqual([1, 1]);
  });

  test('warns of one kind once, however many songs it is true of', async () => {
    const songs = Object.fromEntries(
      Array.from({length: 8}, (_, index) => [`${index}.wav`, tone(200 + 10 * index)]),
    );
    const {context, events} = await contextOf(parameters({audio_dir: await folderOf(songs)}));
    await lightDataset(context);
    const warnings = events.flatMap((event) => (event.kind === 'stage_warning' ? [event.problem] : []));
    expect(warnings.length).toBeGreaterThan(0);
    expect(new Set(warnings.map(({code}) => code)).size).toBe(warnings.length);
    expect(warnings[0]!.message).toMatch(
      /^8 times:\n {2}0\.wav .*\n {2}1\.wav .*\n {2}2\.wav .*\n {2}and 5 more$/,
    );
  });

  test('reports every mistake of a dataset JSON', async () => {
    const folder = await folderOf({'a.wav': tone(200), 'set.json': '[{}, 3]'});
    const {context, events} = await contextOf(
      parameters({audio_dir: folder, dataset_json: join(folder, 'set.json')}),
    );
    expect(await problemOf(lightDataset(context))).toMatchObject({
      code: 'dataset/unusable-json',
      message: expect.stringMatching(/1:2 .*\n.*1:6 /),
    });
    expect(events.filter(({kind}) => kind === 'stage_warning')).toHaveLength(2);
  });

  test('finds texts that are too long when it knows the model', async () => {
    const checkpoint_dir = fileURLToPath(new URL('../../golden/tiny_checkpoint', import.meta.url));
    const scan = await contextOf({checkpoint_dir, model: 'turbo', base_model: 'auto'});
    await lightScan(scan.context);
    const json = JSON.parse(await readFile(join(scan.context.out_dir, 'model.json'), 'utf8')) as object;
    const folder = await folderOf({
      'a.wav': tone(200),
      'a.lyrics.txt': 'sing it\n'.repeat(800),
      'a.txt': 'caption: fine\nlanguage: en',
    });
    const inputs = {model: {json}} as unknown as LightContext['inputs'];
    const {context} = await contextOf(parameters({audio_dir: folder, model: {$stage: 'model'}}), {inputs});
    await lightDataset(context);
    const [finding, ...others] = (await outputOf(context)).findings;
    expect(others).toEqual([]);
    expect(finding).toMatchObject({code: 'dataset/lyrics-too-long', sample: 'a.wav'});
    expect(finding!.message).toMatch(
      /\d+ tokens too many \(limit 2048\); the last whole line kept is "sing it"$/,
    );
  });

  test('stops when it is asked to', async () => {
    const folder = await folderOf({'a.wav': tone(200)});
    const {context} = await contextOf(parameters({audio_dir: folder}), {signal: AbortSignal.abort()});
    await expect(lightDataset(context)).rejects.toThrow('aborted');
  });
});

test('the scan stage leaves model.json', async () => {
  const checkpoint_dir = fileURLToPath(new URL('../../golden/tiny_checkpoint', import.meta.url));
  const {context, events} = await contextOf({checkpoint_dir, model: 'turbo', base_model: 'auto'});
  await lightScan(context);
  const phases = events.flatMap((event) => (event.kind === 'phase_started' ? [event.phase] : []));
  expect(phases).toContain(`hashing ${join('acestep-v15-turbo', 'model.safetensors')}`);
  const model = JSON.parse(await readFile(join(context.out_dir, 'model.json'), 'utf8')) as object;
  expect(model).toMatchObject({
    name: 'acestep-v15-turbo',
    base: 'turbo',
    components: {vae: {dir: join(checkpoint_dir, 'vae')}},
  });
});
