import {writeFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';

import {sampleNamed} from '../../src/cli/show.js';
import type {Dataset} from '../../src/dataset/sample.js';
import {writeFixtureCheckpoint} from '../../src/worker/fixture/checkpoint.js';
import {tone} from '../dataset/dataset-rig.js';
import {documentOf, Folder} from './sidestep.js';

const pipeline = `sidestep: 1
name: demo
stages:
  model: {uses: scan, with: {checkpoint_dir: ./checkpoints, model: turbo}}
  songs: {uses: dataset, with: {audio_dir: ./songs, custom_tag: blues}}
  latents:
    uses: preprocess.pass1
    with: {model: "\${stages.model}", dataset: "\${stages.songs}", max_lyric_tokens: 8}
`;

interface Shown {
  readonly sample: {readonly name: string; readonly origins: Record<string, string>};
  readonly prompt: {
    readonly text: string;
    readonly tokens: {ids: number[]; pieces: string[]; lost: number; limit: number} | null;
  };
  readonly lyrics: Shown['prompt'] & {readonly tokens: {kept: string | null} | null};
  readonly tokens_unknown: string | null;
  readonly findings: readonly {readonly code: string; readonly message: string}[];
}

function project(): Folder {
  const folder = new Folder({
    'pipeline.yaml': pipeline,
    'songs/live/encore.txt': 'caption: a slow blues\n',
    'songs/live/encore.lyrics.txt': 'one two three\nfour five six\n',
  });
  writeFileSync(folder.file('songs/live/encore.wav'), tone(200));
  writeFileSync(folder.file('songs/opener.wav'), tone(210));
  return folder;
}

async function shown(folder: Folder, name: string): Promise<Shown> {
  const {stdout, stderr} = await folder.run(['show', 'sample', name, '--json']);
  expect(stderr).toBe('');
  return documentOf(stdout, 'sample') as unknown as Shown;
}

test('the prompt is shown to the last character, with the origin of every field', async () => {
  const {sample, prompt, findings} = await shown(project(), 'live/encore.wav');
  expect(prompt.text).toContain('# Caption\nblues, a slow blues\n');
  expect(prompt.text).toMatch(/- duration: 1 seconds\n<\|endoftext\|>\n$/);
  expect(findings.map(({code}) => code)).not.toContain('dataset/song-gone');
  expect(sample.origins).toMatchObject({
    ...{caption: 'sidecar', lyrics: 'sidecar', duration: 'audio'},
    ...{custom_tag: 'pipeline', language: 'default'},
  });
});

test('tokens are those of the model, cut where pass 1 cuts them', async () => {
  const folder = project();
  await writeFixtureCheckpoint(folder.file('checkpoints'), {
    model: 'turbo',
    hidden_size: 32,
    layers: 1,
    seed: 1,
  });
  const {prompt, lyrics, tokens_unknown} = await shown(folder, 'encore');
  expect(tokens_unknown).toBeNull();
  expect(prompt.tokens).toMatchObject({lost: 0, limit: 256});
  expect(lyrics.tokens!.ids).toHaveLength(8);
  expect(lyrics.tokens!.lost).toBeGreaterThan(0);
  expect(lyrics.text.startsWith(lyrics.tokens!.kept!)).toBe(true);
  expect(prompt.tokens!.pieces.join('')).toBe(`${prompt.text}<|endoftext|>`); // what its post-processor appends
  const {stdout} = await folder.run(['show', 'sample', 'encore']);
  expect(stdout).toMatch(/\d+ tokens of at most 256, each between bars:\n│/);
  expect(stdout).toContain('↵│\n│');
  expect(stdout).not.toMatch(/\d+ \d+ \d+/); // no row of token numbers
});

test('without a model the text is shown and the reason for missing tokens is given', async () => {
  const {prompt, tokens_unknown} = await shown(project(), 'opener');
  expect(prompt.tokens).toBeNull();
  expect(tokens_unknown).toContain('checkpoints');
});

test('people see the same text between two rules', async () => {
  const {stdout, code} = await project().run(['show', 'sample', 'OPEN']); // a part is enough
  expect(code).toBe(0);
  expect(stdout).toContain('\n# Caption\nblues, opener\n');
  expect(stdout).toMatch(/caption +file name/);
});

test('a part of a name is enough where no other song has it, in any case of letters', () => {
  const songs = ['live/Monday Rain.wav', 'live/Sunday Rain.wav', 'demo.wav', 'demo tape.wav'];
  const dataset = {samples: songs.map((name) => ({name})), findings: []} as unknown as Dataset;
  const found = (name: string) => {
    const sample = sampleNamed(name, dataset);
    return sample.ok ? sample.value.name : sample.problems[0]!.message;
  };
  expect(found('monday')).toBe('live/Monday Rain.wav');
  expect(found('demo'), 'a whole name before a part').toBe('demo.wav');
  expect(found('tape')).toBe('demo tape.wav');
  expect(found('rain')).toBe('rain could be live/Monday Rain.wav, live/Sunday Rain.wav');
  expect(found('friday')).toBe('No song of the dataset is called friday');
});

test('a wrong name gets near names', async () => {
  const {code, stderr} = await project().run(['show', 'sample', 'enkore']);
  expect(code).toBe(2);
  expect(stderr).toContain('Did you mean encore?');
});

test('songs that another stage has yet to make are not guessed', async () => {
  const folder = new Folder({
    'pipeline.yaml': `sidestep: 1
name: demo
stages:
  tiny: {uses: fixture}
  songs: {uses: dataset, with: {audio_dir: "\${stages.tiny.audio_dir}"}}
`,
  });
  const {code, stderr} = await folder.run(['show', 'sample', 'clip-1']);
  expect(code).toBe(2);
  expect(stderr).toContain('sidestep run pipeline.yaml --only songs');
});

test('the lyrics are shown as the model reads them, with their language', async () => {
  const folder = project();
  const inference = await shown(folder, 'encore');
  expect(inference.lyrics.text).toBe(
    '# Languages\nunknown\n\n# Lyric\none two three\nfour five six<|endoftext|>',
  );
  folder.write('pipeline.yaml', pipeline.replace('max_lyric_tokens: 8', 'conditioning: upstream'));
  expect((await shown(folder, 'encore')).lyrics.text).toBe('one two three\nfour five six');
});

test('songs are shown as they are encoded: joined, and measured once that has run', async () => {
  const folder = project();
  const checkpoint = fileURLToPath(new URL('../golden/tiny_checkpoint', import.meta.url));
  folder.write(
    'pipeline.yaml',
    `sidestep: 1
stages:
  model: {uses: scan, with: {checkpoint_dir: ${JSON.stringify(checkpoint)}}}
  first: {uses: dataset, with: {audio_dir: songs/live}}
  second: {uses: dataset, with: {audio_dir: songs, folders: top}}
  both: {uses: join, with: {datasets: ["\${stages.first}", {from: "\${stages.second}", repeats: 3}]}}
  measured: {uses: analyze, with: {dataset: "\${stages.both}", min_confidence: 0}}
  latents: {uses: preprocess.pass1, with: {model: "\${stages.model}", dataset: "\${stages.measured}"}}
`,
  );
  const shownOf = async (...args: readonly string[]) => {
    const {stdout, stderr} = await folder.run(['show', 'sample', ...args, '--json']);
    expect(stderr).toBe('');
    return documentOf(stdout, 'sample') as unknown as Shown & {
      readonly stage: string;
      readonly sample: {readonly repeats: number};
      readonly findings: readonly {readonly message: string}[];
    };
  };
  const before = await shownOf('opener');
  expect(before).toMatchObject({stage: 'both', sample: {repeats: 3}});
  expect(before.findings.map(({message}) => message)).toContainEqual(
    'measured has yet to run: what it finds is not in what is shown here',
  );
  expect((await shownOf('opener', '--stage', 'second')).sample.repeats).toBe(1);
  const ran = await folder.run(['run', '--only', 'measured', '--plain']);
  expect(ran.code, ran.stdout + ran.stderr).toBe(0);
  const after = await shownOf('opener');
  expect(after).toMatchObject({stage: 'measured', sample: {repeats: 3, origins: {bpm: 'analyze_stage'}}});
  expect(after.findings.map(({message}) => message).join()).not.toContain('has yet to run');
  const plan = await folder.run(['plan', '--json', '--set', 'second.custom_tag=other']);
  const {stages} = documentOf(plan.stdout, 'plan') as unknown as {
    stages: {stage: string; verdict: {samples?: {missing: {sample: string}[]}}}[];
  };
  const measured = stages.find(({stage}) => stage === 'measured')!; // planned through the join, which has yet to run
  expect(measured.verdict.samples).toMatchObject({total: 2, missing: []});
});
