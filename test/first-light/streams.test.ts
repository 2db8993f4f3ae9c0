import {type ChildProcess, spawn} from 'node:child_process';
import {cpSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {eventsOf, Project, preparation, problemsOf, root, training} from './project.js';

const main = join(root, 'dist/cli/main.js');

/** Long enough to be in the middle of when something happens to its streams. */
const stages = {
  ...preparation({clips: 2, clip_duration: 1}),
  train: training('long', {epochs: 30, checkpoint: {every_steps: 2, keep_last: 2}}),
};

const projects: Project[] = [];
/** Everything but the training is done here. */
let prepared: Project;

beforeAll(async () => {
  prepared = newProject();
  await prepared.complete(stages, ['--only', 'conditions']);
});
afterAll(() => {
  for (const project of projects) project.remove();
});

function newProject(): Project {
  const project = new Project();
  projects.push(project);
  return project;
}

/** What was prepared, where nothing is trained yet. */
function freshProject(): Project {
  const project = newProject();
  cpSync(prepared.path, project.path, {recursive: true});
  return project;
}

function started(project: Project, command: string, words: readonly string[]): ChildProcess {
  return spawn(command, words, {
    cwd: project.path,
    env: {
      ...{PATH: process.env.PATH, HOME: project.path, SIDESTEP_CONFIG_DIR: project.file('.config')},
      ...{TERM: 'xterm', SHELL: '/bin/sh'},
    },
  });
}

/** Events of the newest run. */
function events(project: Project): string {
  const run = readdirSync(project.file('.sidestep/runs')).sort().at(-1);
  try {
    return run === undefined ? '' : readFileSync(project.file('.sidestep/runs', run, 'events.jsonl'), 'utf8');
  } catch {
    return ''; // it is just beginning
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}

const isTraining = (project: Project) =>
  /"kind":"step_finished".*"global_step":[3-9]\b/.test(events(project));

/** The adapter of a training that no one disturbed. */
let undisturbed: Promise<Record<string, string>> | undefined;

function expected(): Promise<Record<string, string>> {
  undisturbed ??= (async () => {
    const project = freshProject();
    const ended = await project.run();
    expect(ended.code, problemsOf(ended)).toBe(0);
    return project.trained('adapters/long');
  })();
  return undisturbed;
}

test('a terminal closes in the middle of training: it saves, gc keeps that, and the next run goes on to the same bytes', async () => {
  const project = freshProject();
  const line = `exec '${process.execPath}' '${main}' run`;
  const terminal = started(project, 'script', ['-qefc', `stty cols 100 rows 40; ${line}`, '/dev/null']);
  await until(() => isTraining(project));
  terminal.kill('SIGKILL'); // `script` holds the terminal; the worker is in its foreground group too
  await until(() => events(project).includes('"kind":"run_finished"'));
  expect(events(project)).toMatch(/"kind":"run_finished".*"outcome":"interrupted"/);
  expect(events(project)).not.toMatch(/"kind":"(crashed|failed)"/);
  const collected = project.command(['cache', 'gc']);
  expect(collected.stdout).toMatch(/and what 1 unfinished stage will continue from\.$/m);
  expect(project.command(['cache', 'verify'])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('1 saved state'),
  });
  const ended = await project.run();
  expect(ended.code, problemsOf(ended)).toBe(0);
  const steps = eventsOf(ended, 'step_finished').map(({global_step}) => global_step);
  expect(steps[0], 'continued').toBeGreaterThan(2);
  expect(project.trained('adapters/long')).toEqual(await expected());
});

test.each([
  {name: 'the reader of its lines', args: ['--plain'], gone: ['stdout']},
  {name: 'everybody', args: ['--json'], gone: ['stdout', 'stderr']},
] as const)('$name leaves in the middle of training: it goes on to its end', async ({args, gone}) => {
  const project = freshProject();
  const child = started(project, process.execPath, [main, 'run', ...args]);
  const end = new Promise((resolve) => child.on('exit', (code, signal) => resolve({code, signal})));
  child.stdout?.resume();
  child.stderr?.resume();
  await until(() => isTraining(project));
  for (const stream of gone) child[stream]?.destroy();
  expect(await end).toEqual({code: 0, signal: null});
  expect(events(project)).toMatch(/"kind":"run_finished".*"outcome":"done"/);
  expect(project.trained('adapters/long')).toEqual(await expected());
});
