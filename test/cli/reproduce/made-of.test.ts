import {cpSync, mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {writeFixtureCheckpoint} from '../../../src/worker/fixture/checkpoint.js';
import {synthesise, waveFile} from '../../../src/worker/fixture/music.js';
import {Project, preparation, type Stage, training} from '../../first-light/project.js';

/** Trainings that were made of more than songs and a model. What is made of each elsewhere has nothing but what its test lists. */
const project = new Project();
const elsewhere = new Project();
afterAll(() => {
  project.remove();
  elsewhere.remove();
});

async function layOut(place: Project): Promise<void> {
  const model = {model: 'turbo', hidden_size: 32, layers: 2, seed: 42} as const;
  await writeFixtureCheckpoint(place.file('checkpoints'), model as never);
  mkdirSync(place.file('songs'));
  for (const i of [0, 1]) writeFileSync(place.file(`songs/${i}.wav`), waveFile(synthesise(1, i, 2)));
}

/** Written by a program: the same tensors, file by file. */
const program = (inputs: object, outputs: object): Stage => ({
  uses: 'command',
  with: {argv: ['sh', '-c', 'cp -r "$0" "$1"', '${inputs.from}', '${outputs.made}'], inputs, outputs},
});

const selected = (estimate: string) => ({
  adapter: {type: 'lora', rank: 2, alpha: 4, selection: {estimate}},
});

beforeAll(async () => {
  await layOut(project);
  await layOut(elsewhere);
  const {latents, conditions} = preparation();
  const before = {
    model: {uses: 'scan', with: {checkpoint_dir: 'checkpoints'}},
    songs: {uses: 'dataset', with: {audio_dir: 'songs'}},
    latents: latents!,
    conditions: {...conditions!, with: {...(conditions!.with as object), output_dir: 'tensors'}},
  };
  const model = '${stages.model}';
  await project.complete({
    ...before,
    sensitivity: {
      uses: 'estimate',
      with: {model, tensors: '${stages.conditions}', batches: 2, top_k: 3, precision: 'f32'},
    },
    chosen: training('chosen', selected('${stages.sensitivity}')),
    first: training('first', {epochs: 2}),
    second: training('second', {epochs: 4, resume_from: '${stages.first}'}),
    third: training('third', {epochs: 5, resume_from: '${stages.second}', resume: 'fork', seed: 7}),
  });
  cpSync(project.file('adapters/first'), project.file('half'), {recursive: true});
  writeFileSync(
    project.file('modules.json'),
    JSON.stringify({
      modules: [{module: 'layers.0.self_attn.q_proj', score: 1}],
      selected: ['layers.0.self_attn.q_proj'],
    }),
  );
  await project.complete({
    ...before,
    foreign: program({from: './tensors'}, {made: 'tensors'}),
    scores: program({from: './modules.json'}, {made: 'modules.json'}),
    state: program({from: './half'}, {made: 'half'}),
    of_folder: training('of_folder', {tensors: './tensors'}),
    of_program: training('of_program', {tensors: '${stages.foreign.made}'}),
    of_scores: training('of_scores', selected('${stages.scores.made}')),
    of_file: training('of_file', selected('./modules.json')),
    of_state: training('of_state', {epochs: 4, resume_from: './half'}),
    of_made_state: training('of_made_state', {epochs: 4, resume_from: '${stages.state.made}'}),
  });
}, 600_000);

function reproduce(adapter: string, from: readonly string[], ...args: readonly string[]) {
  for (const name of ['again', 'taken', 'tensors', 'half', 'modules.json'])
    rmSync(elsewhere.file(name), {recursive: true, force: true});
  cpSync(project.file('adapters', adapter), elsewhere.file('taken'), {recursive: true});
  for (const name of from) cpSync(project.file(name), elsewhere.file(name), {recursive: true});
  return ['reproduce', 'taken', '--models', 'checkpoints', '-o', 'again', '--plain', ...args];
}

const songs = ['--songs', 'songs'];

test.each<[string, string, readonly string[], readonly string[]]>([
  ['modules that an estimate chose', 'chosen', [], songs],
  ['what went on from another training', 'second', [], songs],
  ['what went on from that in turn, as a fork', 'third', [], songs],
  ['a folder of tensors', 'of_folder', ['tensors'], ['--tensors', 'tensors']],
  ['tensors that a program left', 'of_program', ['tensors'], ['--tensors', 'tensors']],
  ['modules that a program chose', 'of_scores', ['modules.json'], [...songs, '--selection', 'modules.json']],
  ['modules of a file', 'of_file', ['modules.json'], [...songs, '--selection', 'modules.json']],
  ['a state on disk', 'of_state', ['half'], [...songs, '--resume-from', 'half']],
  ['a state that a program left', 'of_made_state', ['half'], [...songs, '--resume-from', 'half']],
])('%s: the same bytes again', (_name, adapter, from, args) => {
  const ran = elsewhere.command([...reproduce(adapter, from, ...args), '--run']);
  expect(ran.stderr + ran.stdout).toMatch(/has the same bytes/);
  expect(ran.code).toBe(0);
});

test.each<[string, string, readonly string[], RegExp]>([
  [
    'of_folder',
    'tensors',
    ['--tensors', 'tensors'],
    /tensors holds other tensors than those of the training/,
  ],
  [
    'of_program',
    'tensors',
    ['--tensors', 'tensors'],
    /tensors holds other tensors than those of the training/,
  ],
  [
    'of_scores',
    'modules.json',
    [...songs, '--selection', 'modules.json'],
    /modules\.json holds other modules/,
  ],
  ['of_file', 'modules.json', [...songs, '--selection', 'modules.json'], /modules\.json holds other modules/],
  ['of_state', 'half', [...songs, '--resume-from', 'half'], /half holds other weights/],
  ['of_made_state', 'half', [...songs, '--resume-from', 'half'], /half holds other weights/],
])('%s with another %s is refused before anything is computed', (adapter, name, args, said) => {
  const line = reproduce(adapter, [name], ...args);
  if (name === 'modules.json') writeFileSync(elsewhere.file(name), `${project.text(name)} `);
  else writeFileSync(elsewhere.file(name, 'one_more.safetensors'), project.text('modules.json'));
  const ran = elsewhere.command([...line, '--run']);
  expect(ran.stderr).toMatch(said);
  expect(ran.stderr).toContain('[reproduce/other-file]');
  expect(ran.code).toBe(3);
});

test('what is lacking is asked for by its option', () => {
  expect(elsewhere.command(reproduce('of_program', []))).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Add --tensors'),
  });
  expect(elsewhere.command(reproduce('of_scores', [], ...songs)).stderr).toContain('Add --selection');
  expect(elsewhere.command(reproduce('of_made_state', [], ...songs)).stderr).toContain('Add --resume-from');
});
