// Runs one pipeline with the built product and dies or breaks where told.
// argv: folder, and orders: {"kill_at": 12} | {"kill_after_ms": 40} | {"hang": "pid-file"}
//   | {"count": {"epochs": 20, "pause_ms": 5, "flag": "pid-file"}} | {}
import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {makePlan} from '../../dist/plan/make-plan.js';
import {openRunRecord} from '../../dist/record/run-record.js';
import {defaultRunOptions} from '../../dist/run/effects.js';
import {lightCommand} from '../../dist/run/light/command.js';
import {cardsOfMachine} from '../../dist/run/cards.js';
import {localWorkers} from '../../dist/run/local-worker.js';
import {observe} from '../../dist/run/observe.js';
import {runPlan} from '../../dist/run/run-plan.js';
import {stopSwitch} from '../../dist/run/stop.js';
import {collectionIdentity} from '../../dist/stage/sample-parts.js';
import {stageTypes} from '../../dist/stage/registry.js';

const [dir, orders] = [process.argv[2], JSON.parse(process.argv[3])];
let steps = 0;

function fault() {
  steps += 1;
  if (steps === orders.kill_at) process.kill(process.pid, 'SIGKILL');
}

const samples = {
  name: 'test.samples',
  version: 1,
  schema: '',
  summary: '',
  runs: 'worker',
  numerics: 'none',
  neutral: [],
  files: [],
  inputs: [],
  outputs: () => [{name: 'samples', kind: 'json', file: 'samples.json', identity: collectionIdentity}],
  samples: {
    over: 'songs',
    plan: ({songs}) =>
      Object.entries(songs).map(([sample, text]) => ({
        sample,
        parts: [{part: 'upper', depends_on: {text}, work: {text}}],
        carried: {},
        about: {},
      })),
  },
};
const hanging = {...samples, name: 'test.worker', samples: undefined, outputs: () => [{name: 'out', kind: 'file', file: 'out.txt'}]};
const counting = {...hanging, name: 'test.count', neutral: ['pause_ms', 'flag'], extendable: ['epochs']};
const types = new Map([...stageTypes, ...[samples, hanging, counting].map((type) => [type.name, type])]);

const position = {file: join(dir, 'pipeline.yaml'), line: 1, column: 1};
const stage = (id, uses, params) => ({
  id,
  declared_as: id,
  matrix: undefined,
  uses,
  params,
  positions: {},
  position,
  needs: [],
  when: {kind: 'run'},
  resources: {device: 'auto', precision: 'auto', threads: undefined},
  retries: 0,
  timeout_s: undefined,
  cache: 'use',
  on_error: 'fail',
  description: undefined,
});
const shell = (script, inputs, outputs) => {
  const names = [...Object.keys(inputs).map((name) => `\${inputs.${name}}`), ...Object.keys(outputs).map((name) => `\${outputs.${name}}`)];
  return {argv: ['sh', '-c', script, 'sh', ...names], inputs, outputs, environment: {}, working_dir: '/', version: ''};
};
const pipeline = {
  name: 'crash',
  file: position.file,
  dir,
  description: undefined,
  env: {},
  sources: [],
  stages: [
    stage('first', 'command', shell('printf hello > $1', {}, {out: 'out.txt'})),
    stage('folder', 'command', shell('mkdir $2; cp $1 $2/a; printf b > $2/b', {text: {$stage: 'first'}}, {out: 'folder'})),
    stage('songs', 'test.samples', {songs: {'a.wav': 'one', 'b.wav': 'two'}}),
    ...(orders.hang === undefined ? [] : [stage('hang', 'test.worker', {does: 'hang', flag: orders.hang})]),
    ...(orders.count === undefined ? [] : [stage('count', 'test.count', orders.count)]),
    stage('last', 'command', shell('cat $1/a $1/b > $3; wc -c < $2 >> $3', {folder: {$stage: 'folder'}, songs: {$stage: 'songs'}}, {out: 'out.txt'})),
  ],
};

mkdirSync(dir, {recursive: true});
const state_dir = join(dir, '.sidestep');
const launcher = localWorkers({main: fileURLToPath(new URL('./worker-main.mjs', import.meta.url)), env: process.env});
const runContext = {
  project: {state_dir, cache_dir: orders.cache_dir ?? join(state_dir, 'cache')},
  types,
  launcher,
  cards: cardsOfMachine({visible_devices: undefined, job: undefined}),
  addon: undefined,
  visible_devices: undefined,
  forced: new Set(),
  fault,
  env: process.env,
};
if (orders.kill_after_ms !== undefined) void sleep(orders.kill_after_ms).then(() => process.kill(process.pid, 'SIGKILL'));
const observed = await observe(pipeline, runContext);
if (!observed.ok) throw new Error(JSON.stringify(observed.problems));
const observation = observed.value;
const plan = makePlan(pipeline, observation.world, types);
const run = `20260101-000000-${process.pid}`;
const record = openRunRecord(join(state_dir, 'runs'), run, Date.now);
const {outcome, results} = await runPlan({
  pipeline,
  plan: plan.value,
  observation,
  runContext,
  light: new Map([['command', lightCommand]]), // alone: the others load decoders, which take longer than the run
  options: {...defaultRunOptions, run, jobs: 2, after_failure: 'keep_going'},
  record,
  stop: stopSwitch(),
  env: process.env,
  emit: () => {},
  now: Date.now,
});
process.stdout.write(JSON.stringify({outcome, steps, results}));
