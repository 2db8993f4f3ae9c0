import {execFileSync} from 'node:child_process';
import {existsSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {
  computedParts,
  type Ended,
  eventsOf,
  Project,
  preparation,
  problemsOf,
  resultOf,
  type Stages,
  tensorsOf,
  training,
} from './project.js';

/** Music from the first noise to a file that other programs play: by the stage, on the way of a training, by the command. */
const project = new Project();
const model = '${stages.model}';
const samples = {
  every_epochs: 1,
  duration: 1,
  prompts: [{sample: 'clip-2'}, {caption: 'a march', duration: 0.8}],
};
const prompts = [
  {caption: 'fixture, a calm tune', duration: 1.2},
  {sample: 'clip-2', duration: 1},
];
const make = (options: object, name: string) => ({
  uses: 'generate',
  with: {model, prompts, output_dir: `clips/${name}`, ...options},
});

const trainings = (more: object): Stages => ({
  heard: training('heard', {...more}),
  averaged: training('averaged', {...more, ema_decay: 0.5}),
});

function stages(seeds: readonly number[]): Stages {
  return {
    ...preparation({clips: 2, clip_duration: 1}),
    ...trainings({samples}),
    adapted: make({adapter: '${stages.heard}', strengths: [0, 1], seeds}, 'adapted'),
    alone: make({seeds}, 'alone'),
    deep: make({prompts: [prompts[0]], bits: '24'}, 'deep'),
    floats: make({prompts: [prompts[0]], bits: 'float'}, 'floats'),
    packed: make({prompts: [prompts[0]], format: 'flac'}, 'packed'),
  };
}

let ended: Ended;
beforeAll(async () => {
  ended = await project.complete(stages([1]));
});
afterAll(() => project.remove());

function probed(path: string): Record<string, string> {
  const shown = execFileSync('ffprobe', [
    ...['-v', 'error', '-of', 'json'],
    ...['-show_entries', 'stream=codec_name,sample_rate,channels,duration', project.file(path)],
  ]);
  return JSON.parse(shown.toString()).streams[0];
}

const wave = (folder: string, name: string) => readFileSync(project.file('clips', folder, name));
const tune = 'fixture-a-calm-tune-seed1-strength';

test.each([
  {file: `adapted/${tune}1.wav`, codec_name: 'pcm_s16le', seconds: 1.2},
  {file: 'adapted/clip-2-seed1-strength0.wav', codec_name: 'pcm_s16le', seconds: 1},
  {file: `deep/${tune}0.wav`, codec_name: 'pcm_s24le', seconds: 1.2},
  {file: `floats/${tune}0.wav`, codec_name: 'pcm_f32le', seconds: 1.2},
  {file: `packed/${tune}0.flac`, codec_name: 'flac', seconds: 1.2},
])('ffprobe reads $file as what it claims to be', ({file, codec_name, seconds}) => {
  const {duration, ...stream} = probed(`clips/${file}`);
  expect(stream).toEqual({codec_name, sample_rate: '48000', channels: 2});
  expect(Number(duration)).toBeCloseTo(seconds, 3);
});

test('sox reads it too, and hears something that is not clipped', () => {
  const path = project.file('clips/adapted', `${tune}1.wav`);
  const said = execFileSync('sh', ['-c', 'sox "$1" -n stat 2>&1', 'sox', path]).toString();
  const loudest = Number(/Maximum amplitude:\s+([\d.]+)/.exec(said)![1]);
  expect(loudest).toBeGreaterThan(0.01);
  expect(loudest).toBeLessThan(1);
});

test('the same samples, whatever they are packed in', () => {
  const samplesOf = (file: string) =>
    execFileSync('ffmpeg', ['-v', 'error', '-i', project.file('clips', file), '-f', 's16le', 'pipe:1']);
  expect(samplesOf(`packed/${tune}0.flac`).equals(samplesOf(`alone/${tune}0.wav`))).toBe(true);
});

test('strength 0 gives the bytes of no adapter, strength 1 others', () => {
  expect(wave('adapted', `${tune}0.wav`).equals(wave('alone', `${tune}0.wav`))).toBe(true);
  expect(wave('adapted', `${tune}1.wav`).equals(wave('adapted', `${tune}0.wav`))).toBe(false);
});

test('the index says what each clip is, to the last character of its prompt', () => {
  const index = project.json('clips/adapted/index.json') as unknown as {
    samples: {
      sample: string;
      about: Record<string, unknown>;
      parts: Record<string, {about: Record<string, unknown>}>;
    }[];
  };
  const song = index.samples.find(({sample}) => sample === 'clip-2-seed1-strength1')!;
  expect(song.about).toMatchObject({
    seed: 1,
    strength: 1,
    language: 'en',
    file: 'clip-2-seed1-strength1.wav',
  });
  expect(song.parts.clip!.about.lyrics).toMatch(/^# Languages\nen\n\n# Lyric\n\[Verse\]/);
  expect(song.parts.clip!.about.prompt).toContain('# Caption\nfixture, a calm tune');
  for (const {about} of index.samples)
    for (const file of [about.file, about.picture])
      expect(existsSync(project.file('clips/adapted', String(file))), String(file)).toBe(true);
});

test('the adapters have the bytes they have without clips, raw and averaged', async () => {
  const silent = new Project(); // of its own: for the cache the two trainings are the same
  try {
    await silent.complete({...preparation({clips: 2, clip_duration: 1}), ...trainings({})});
    for (const name of ['heard', 'averaged', 'averaged/raw']) {
      const weights = (of: Project) => tensorsOf(of.file('adapters', name, 'adapter_model.safetensors'));
      expect(await weights(project), name).toEqual(await weights(silent));
    }
  } finally {
    silent.remove();
  }
});

test('clips before the first step and at the end of every epoch, in the record, the metrics and the events', () => {
  const made = project.lines('adapters/heard/metrics.jsonl').filter(({kind}) => kind === 'sample');
  const steps = [...new Set(made.map(({global_step}) => global_step))];
  expect(steps).toEqual([0, 2, 4]);
  expect(made).toHaveLength(6);
  const told = eventsOf(ended, 'clip_made').filter(({stage}) => stage === 'heard');
  expect(told.map(({global_step, prompt}) => [global_step, prompt])).toEqual(
    made.map(({global_step, prompt}) => [global_step, prompt]),
  );
  for (const {path} of told)
    expect(probed(path.replace(`${project.path}/`, '')).codec_name).toBe('pcm_s16le');
  expect(wavesOf('heard', 0).equals(wavesOf('heard', 4))).toBe(false);
});

function wavesOf(stage: string, step: number): Buffer {
  const [run] = readdirSync(project.file('.sidestep/runs')).sort();
  const folder = `.sidestep/runs/${run}/samples/${stage}/step_${String(step).padStart(6, '0')}`;
  return Buffer.concat(
    project
      .filesBelow(folder)
      .filter((name) => name.endsWith('.wav'))
      .map((name) => readFileSync(project.file(folder, name))),
  );
}

test('clips on the way are compared with the songs of the training', () => {
  const made = project.lines('adapters/heard/metrics.jsonl').filter(({kind}) => kind === 'sample');
  for (const {nearest} of made) {
    expect(nearest).toMatchObject({song: expect.stringMatching(/^clip-[12]\.wav$/)});
    const {similarity, typical} = nearest as {similarity: number; typical: number};
    expect(Math.abs(similarity)).toBeLessThan(0.5);
    expect(typical).toBeGreaterThan(-1);
  }
  const told = eventsOf(ended, 'clip_made').filter(({stage}) => stage === 'heard');
  expect(told.map(({nearest}) => nearest)).toEqual(made.map(({nearest}) => nearest));
});

test('a comparison that is asked for later makes no sound again, and says what each clip is like', async () => {
  const training_songs = '${stages.conditions}';
  const compared = make(
    {adapter: '${stages.heard}', strengths: [0, 1], seeds: [1], training_songs},
    'compared',
  );
  const again = await project.complete({...stages([1]), compared});
  const made = Object.values(computedParts(again).compared!);
  expect(made).toEqual([['nearest'], ['nearest'], ['nearest'], ['nearest']]);
  const index = project.json('clips/compared/index.json') as unknown as {
    samples: {sample: string; parts: Record<string, {about: Record<string, unknown>}>}[];
  };
  for (const {sample, parts} of index.samples) {
    const file = project.json(`clips/compared/${sample}.nearest.json`) as {nearest: object; songs: object[]};
    expect(parts.nearest!.about).toEqual(file.nearest);
    expect(file.songs).toHaveLength(2);
  }
  const report = project.command(['report', '-o', 'page.html']);
  expect(report.code, report.stderr).toBe(0);
  expect(project.text('page.html')).toMatch(
    /like clip-[12]\.wav at 0:0\d: -?0\.\d\d, where different songs have/,
  );
});

test('one seed more: those clips alone are made', async () => {
  const again = await project.complete(stages([1, 2]));
  const made = computedParts(again);
  // Strength 0 of one stage is the other without an adapter: whichever comes first makes those two, and only that one.
  const clips = [made.adapted, made.alone].flatMap((parts) => Object.keys(parts ?? {}));
  expect(clips).toHaveLength(4);
  expect(clips.every((name) => name.includes('seed2'))).toBe(true);
  expect(resultOf(again, 'heard')!.kind).toBe('cached');
});

test('killed while it makes clips and run again: the files of a run that was not', async () => {
  const other = new Project();
  try {
    const whole = {...preparation({clips: 2, clip_duration: 1}), heard: training('heard', {samples})};
    other.writePipeline(whole);
    const {child, ended: end} = other.start();
    let seen = '';
    child.stdout!.on('data', (text: string) => {
      seen += text;
      if (seen.includes('making clips of step 2')) child.kill('SIGKILL');
    });
    expect((await end).signal).toBe('SIGKILL');
    const resumed = await other.run();
    expect(resumed.code, problemsOf(resumed)).toBe(0);
    expect(other.trained('adapters/heard')).toEqual(project.trained('adapters/heard'));
    const [, second] = readdirSync(other.file('.sidestep/runs')).sort();
    const clips = other
      .filesBelow(`.sidestep/runs/${second}/samples/heard`)
      .filter((name) => name.endsWith('.wav'));
    expect(clips.map((name) => name.split('/')[0])).toEqual([
      'step_000000',
      'step_000000',
      'step_000002',
      'step_000002',
      'step_000004',
      'step_000004',
    ]);
  } finally {
    other.remove();
  }
});

test('what cannot be is refused in its place, before anything is trained for it', async () => {
  const bad = new Project();
  try {
    const prepared = preparation({clips: 2, clip_duration: 1});
    bad.writePipeline({
      ...prepared,
      heard: training('heard'),
      it: {uses: 'generate', with: {model, adapter: '${stages.heard}', prompts: [{sample: 'clip-9'}]}},
    });
    const refused = await bad.run();
    expect(refused.code).toBe(1);
    const result = resultOf(refused, 'it');
    expect(result?.kind === 'failed' ? result.problem : result).toMatchObject({
      code: 'generate/unknown-song',
      position: {file: bad.file('pipeline.yaml')},
    });
    expect(resultOf(refused, 'heard')?.kind).toMatch(/^(blocked|not_started)$/);
  } finally {
    bad.remove();
  }
});

test('the command makes one clip, by the model that the adapter remembers', () => {
  writeFileSync(project.file('words.txt'), '[Verse]\nla la\n');
  const trees = project
    .filesBelow('.sidestep/cache/trees')
    .find((name) => name.includes('acestep-v15-turbo/'))!;
  const checkpoints = `.sidestep/cache/trees/${trees.split('/')[0]}`;
  const {code, stdout, stderr} = project.command([
    ...[
      'generate',
      'adapters/heard',
      '--prompt',
      'fixture, a waltz',
      '--lyrics-file',
      'words.txt',
      '--language',
      'en',
    ],
    ...[
      '--duration',
      '1',
      '--strength',
      '0.5',
      '--checkpoints',
      checkpoints,
      '--device',
      'cpu',
      '--plain',
      '-o',
      'waltz.wav',
    ],
  ]);
  expect(code, stdout + stderr).toBe(0);
  expect(probed('waltz.wav')).toMatchObject({codec_name: 'pcm_s16le', sample_rate: '48000', channels: 2});
  expect(existsSync(project.file('waltz.png'))).toBe(true);
  const none = project.command(['generate', 'adapters/heard', '--checkpoints', checkpoints]);
  expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('generate/no-caption')]);
});

test('the report has a player for every clip, with the sound beside the page or in it', () => {
  expect(project.command(['report', '--output', 'page.html']).code).toBe(0);
  const page = readFileSync(project.file('page.html'), 'utf8');
  const sounds = [...page.matchAll(/<audio[^>]* src="([^"]+)"/g)].map(([, address]) =>
    decodeURIComponent(address!),
  );
  expect(sounds.length).toBeGreaterThanOrEqual(8);
  for (const address of sounds) expect(existsSync(project.file(address)), address).toBe(true);
  expect(project.command(['report', '--output', 'one.html', '--embed-audio']).code).toBe(0);
  expect(readFileSync(project.file('one.html'), 'utf8')).toContain('src="data:audio/wav;base64,');
});
