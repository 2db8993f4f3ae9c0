// A project folder in which the real command runs, and what a run must leave in it.
import {spawn} from 'node:child_process';
import {createHash} from 'node:crypto';
import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, relative} from 'node:path';
import {fileURLToPath} from 'node:url';
import {fail} from './failure.mjs';
import {processesOf} from './processes.mjs';

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const command = join(root, 'dist/cli/main.js');
/** Longer than any run of the small pipeline takes, on a machine that others share. */
const HANG_MS = 180_000;

/** The whole job in miniature. Another seed makes other conditions no less valid, and another adapter. */
function pipelineText(seed, {epochs = 6, clips = 2, executors} = {}) {
  const stages = {
    tiny: {uses: 'fixture', with: {model: 'turbo', clips, clip_duration: 1, hidden_size: 32}},
    model: {uses: 'scan', with: {checkpoint_dir: '${stages.tiny.checkpoint_dir}', model: 'turbo'}},
    songs: {
      uses: 'dataset',
      with: {audio_dir: '${stages.tiny.audio_dir}', dataset_json: '${stages.tiny.dataset_json}'},
    },
    latents: {uses: 'preprocess.pass1', with: {model: '${stages.model}', dataset: '${stages.songs}'}},
    conditions: {
      uses: 'preprocess.pass2',
      with: {model: '${stages.model}', latents: '${stages.latents}'},
    },
    train: {
      uses: 'train',
      with: {
        model: '${stages.model}',
        tensors: '${stages.conditions}',
        adapter: {type: 'lora', rank: 2, alpha: 4},
        gradient_accumulation_steps: 1,
        epochs,
        seed,
        checkpoint: {every_epochs: 2, every_steps: 3, keep_last: 2},
        logging: {log_every: 1, tensorboard: false},
        output_dir: 'adapters/train',
      },
    },
    export: {
      uses: 'export',
      with: {adapter: '${stages.train}', formats: ['peft', 'comfyui'], output_dir: 'exported'},
    },
  };
  const heavy = Object.keys(stages).filter((name) => !['model', 'songs'].includes(name));
  const shared = ['latents', 'conditions'];
  for (const name of executors ? heavy : [])
    stages[name].resources = {
      executor: Object.keys(executors)[0],
      ...(shared.includes(name) && {shards: 3}),
    };
  const pipeline = {sidestep: 1, name: 'soak', defaults: {device: 'cpu', seed: 42}, stages};
  return JSON.stringify({...pipeline, ...(executors && {executors})}, null, 1);
}

/** More songs and a longer training, for there to be time for accidents; songs are shared by the tasks of an array; the jobs of a cluster, and the same on this machine. */
function longerText(where, {extra = []} = {}) {
  const cluster = {type: 'slurm', cpus: 1, memory: '900M', poll: 0.5, silence: 15, extra};
  return pipelineText(1, {epochs: 30, clips: 18, ...(where === 'cluster' && {executors: {cluster}})});
}

/** Which of the two pipelines: they differ in the seed of the training. */
export const VARIANTS = {first: 1, second: 2};

export function newProject(name) {
  return projectAt(mkdtempSync(join(tmpdir(), `sidestep-soak-${name}-`)));
}

export function projectAt(path) {
  const started = [];
  const begin = (args, more) => {
    const running = start(path, args, more);
    started.push(running.child);
    return running;
  };
  const project = {
    path,
    cache: join(path, '.sidestep/cache'),
    write: (variant = 'first') => writeFileSync(join(path, 'pipeline.yaml'), pipelineText(VARIANTS[variant])),
    writeFor: (where, how) => writeFileSync(join(path, 'pipeline.yaml'), longerText(where, how)),
    start: begin,
    run: (args = [], more = {}) => begin(['run', '--json', ...args], more).ended,
    command: (args, more = {}) => begin(args, more).ended,
    /** Process ids of those that have not ended. */
    runners: () =>
      started
        .filter(({exitCode, signalCode}) => exitCode === null && signalCode === null)
        .map(({pid}) => pid),
    results: () => resultsIn(path),
    remove: () => rmSync(path, {recursive: true, force: true, maxRetries: 5}),
  };
  return project;
}

/** Its own process group, so that a terminal's end can be played; `ended` never rejects. */
function start(path, args, {env = {}, cache = undefined, hang_ms = HANG_MS} = {}) {
  const child = spawn(process.execPath, [command, ...args], {
    cwd: path,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      HOME: path,
      SIDESTEP_CONFIG_DIR: join(path, '.config'),
      ...(cache === undefined ? {} : {SIDESTEP_CACHE_DIR: cache}),
      SIDESTEP_SOAK: path,
      ...env,
    },
  });
  const said = {stdout: '', stderr: ''};
  for (const stream of ['stdout', 'stderr'])
    child[stream].setEncoding('utf8').on('data', (text) => {
      said[stream] += text;
    });
  const ended = new Promise((resolve) => {
    const hang = setTimeout(() => {
      said.hung = true;
      killGroup(child.pid);
    }, hang_ms);
    child.on('close', (code, signal) => {
      clearTimeout(hang);
      resolve({code, signal, args, hang_ms, ...said});
    });
  });
  return {child, ended};
}

export function killGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/** All that is published, and the lock file: path to content hash. */
function resultsIn(path) {
  const files = ['adapters', 'exported'].flatMap((folder) => filesBelow(join(path, folder)));
  files.push(join(path, 'pipeline.lock.yaml'));
  return Object.fromEntries(
    files
      .filter(existsSync)
      .map((file) => [relative(path, file), createHash('sha256').update(readFileSync(file)).digest('hex')]),
  );
}

export function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, {recursive: true, withFileTypes: true})
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

const BUGS = [
  /bug in sidestep/i,
  /"(run\/bug|usage\/[a-z-]+)"/, // the soak asks for nothing that there is not
  /^\s+at .+(:\d+:\d+|\(native\)|<anonymous>)\)?$/m,
  /UnhandledPromiseRejection|uncaughtException|Segmentation fault|FATAL ERROR/,
];

/** Whatever happened to it, a command ends, and never calls an accident a bug nor shows a stack. */
export function expectWords(ended, codes = [0, 1, 2]) {
  const what = `sidestep ${ended.args.join(' ')}`;
  if (ended.hung) fail(`${what} did not end within ${ended.hang_ms / 1000} s`);
  const text = `${ended.stdout}\n${ended.stderr}`;
  const bug = BUGS.map((pattern) => pattern.exec(text)).find((match) => match !== null);
  if (bug) fail(`${what} says:\n${excerpt(text, bug.index)}`);
  if (ended.signal === null && !codes.includes(ended.code))
    fail(`${what} ended with exit code ${ended.code}:\n${text.slice(-1500)}`);
}

function excerpt(text, at) {
  return text.slice(Math.max(0, at - 500), at + 1000);
}

export function expectSuccess(ended) {
  expectWords(ended);
  if (ended.code === 0) return;
  const failed = ended.stdout
    .split('\n')
    .filter((line) => line.includes('"failed"') || line.includes('"problem"'));
  fail(
    `sidestep ${ended.args.join(' ')} should end well, not with ${ended.signal ?? ended.code}:\n` +
      `${failed.join('\n').slice(0, 3000)}\n${ended.stderr.slice(-2000)}`,
  );
}

/** Every published byte and the lock file are those of an undisturbed run. */
export function expectResults(found, expected) {
  const names = new Set([...Object.keys(found), ...Object.keys(expected)]);
  const wrong = [...names].filter((name) => found[name] !== expected[name]);
  const how = (name) =>
    found[name] === undefined
      ? 'is missing'
      : expected[name] === undefined
        ? 'should not be there'
        : 'differs';
  if (wrong.length > 0) fail(`results: ${wrong.map((name) => `${name} ${how(name)}`).join(', ')}`);
}

/** After all runs of a project: no temporary file, claim or sign of life, and no process (the state of trainings stays: they may be made longer). */
export async function expectNothingLeft(project, cache = project.cache) {
  const running = await processesOf(project.path);
  if (running.length > 0) fail(`processes still run: ${running.join(', ')}`);
  const files = [...filesBelow(project.path), ...(cache.startsWith(project.path) ? [] : filesBelow(cache))];
  const places = ['tmp', 'claims', 'owners'].map((name) => `${join(cache, name)}/`);
  const left = files.filter(
    (path) => path.endsWith('.tmp') || places.some((place) => path.startsWith(place)),
  );
  if (left.length > 0) fail(`left behind: ${left.map((path) => relative(project.path, path)).join(', ')}`);
}
