import {spawnSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {afterAll, expect, test} from 'vitest';
import {
  type Ended,
  eventsOf,
  linesOf,
  Project,
  preparation,
  problemsOf,
  root,
  type Stages,
  training,
} from './project.js';

const KILLS = process.env.EVERY_INSTANT === undefined ? 15 : 50;
/** Within this the command has planned, which took 0.1 to 0.5 s where it was tried. */
const START_UP_MS = 300;

/** All stage types, and a training that saves all a training can save. */
const stages: Stages = {
  ...preparation({clips: 3, clip_duration: 1}),
  sensitivity: {
    uses: 'estimate',
    with: {model: '${stages.model}', tensors: '${stages.conditions}', batches: 2, top_k: 6},
  },
  train: training('all', {
    adapter: {type: 'lora', rank: 2, alpha: 4, selection: {estimate: '${stages.sensitivity}'}},
    epochs: 6,
    ema_decay: 0.9,
    validation: {fraction: 0.34},
    checkpoint: {every_epochs: 2, every_steps: 3, keep_last: 2},
  }),
  export: {
    uses: 'export',
    with: {adapter: '${stages.train}', formats: ['peft', 'comfyui', 'diffusers'], output_dir: 'exported'},
  },
};

const projects: Project[] = [];
afterAll(() => {
  for (const project of projects) project.remove();
});

function newProject(): Project {
  const project = new Project();
  projects.push(project);
  project.writePipeline(stages);
  return project;
}

/** mulberry32: the same instants in every run, as far as a clock allows. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Start-up, then every stage in turn. */
const places = ['start-up', ...Object.keys(stages)];

/** Killed `delay` milliseconds after a place was reached, or passed: an earlier run may have done that stage already. */
async function killedAt(project: Project, place: string, delay: number): Promise<Ended> {
  const {child, ended} = project.start();
  const reached = places.slice(places.indexOf(place)).map((stage) => `"stage_started","stage":"${stage}"`);
  let seen = '';
  let timer: NodeJS.Timeout | undefined;
  const begin = (): void => {
    timer ??= setTimeout(() => child.kill('SIGKILL'), delay);
  };
  if (place === 'start-up') begin();
  child.stdout!.on('data', (text: string) => {
    seen += text;
    if (reached.some((sign) => seen.includes(sign))) begin();
  });
  const end = await ended;
  clearTimeout(timer);
  return end;
}

function everything(project: Project): object {
  return {
    exported: project.contents('exported'),
    adapter: project.trained('adapters/all'),
    lock: readFileSync(project.file('pipeline.lock.yaml'), 'utf8'),
  };
}

function expectSoundCache(project: Project): void {
  const {status, stdout} = spawnSync(process.execPath, [`${root}dist/cli/main.js`, 'cache', 'verify'], {
    cwd: project.path,
    encoding: 'utf8',
  });
  expect(status, stdout).toBe(0);
}

test('SIGKILL at instants all over the whole pipeline: reruns always end in the same bytes', async () => {
  const undisturbed = newProject();
  const end = await undisturbed.run();
  expect(end.code, problemsOf(end)).toBe(0);
  const expected = everything(undisturbed);

  // Instants are told from the beginning of a stage, so that a slow machine spreads them over the pipeline alike.
  const random = seeded(4);
  const lengthOf = (place: string): number => {
    const result = eventsOf(end, 'stage_finished').find(({stage}) => stage === place)?.result;
    return result?.kind === 'succeeded' ? result.duration_ms : START_UP_MS;
  };
  const hits = new Map(places.map((place) => [place, 0]));
  let kills = 0;
  const kill = async (project: Project, place: string): Promise<'killed' | 'ended_before'> => {
    const {code, signal, ...said} = await killedAt(project, place, random() * lengthOf(place));
    if (signal !== 'SIGKILL') {
      expect(code, problemsOf(said as Ended)).toBe(0);
      return 'ended_before';
    }
    kills += 1;
    hits.set(place, hits.get(place)! + 1);
    return 'killed';
  };
  const keepKilling = async (): Promise<void> => {
    while (kills < KILLS) {
      const project = newProject();
      for (const place of places) if ((await kill(project, place)) === 'ended_before') break;
      const last = await project.run();
      expect(last.code, problemsOf(last)).toBe(0);
      expect(everything(project)).toEqual(expected);
      expectSoundCache(project);
      project.remove();
    }
  };
  await Promise.all([keepKilling(), keepKilling()]); // a killed run leaves the machine idle now and then
  const places_hit = [...hits.values()].filter((times) => times > 0).length;
  expect(places_hit, `killed ${JSON.stringify([...hits])}`).toBeGreaterThan(4);
}, 1_200_000); // a few hundred processes one after the other: seen to take 265 s where eight others shared each core

test('Ctrl-C in the middle of training: exit code 130, the next run goes on at that very step', async () => {
  const long = {...stages, train: training('all', {epochs: 200, validation: {fraction: 0.34}})};
  const [project, undisturbed] = [newProject(), newProject()];
  const whole = await undisturbed.complete(long);
  project.writePipeline(long);
  const {child, ended} = project.start();
  let seen = '';
  child.stdout!.on('data', (text: string) => {
    seen += text;
    if (/"step_finished".*"global_step":30,/.test(seen) && !child.killed) child.kill('SIGINT');
  });
  const stopped = await ended;
  expect(stopped.code, stopped.stderr).toBe(130);
  const steps = eventsOf(stopped, 'step_finished').map(({global_step}) => global_step);
  expect(steps.at(-1)).toBeLessThan(400);
  const resumed = await project.run();
  expect(resumed.code, problemsOf(resumed)).toBe(0);
  expect(linesOf(resumed, 'train')).toContain(`continuing the saved state of step ${steps.at(-1)}`);
  expect(eventsOf(resumed, 'step_finished')[0]?.global_step).toBe(steps.at(-1)! + 1);
  expect(everything(project)).toEqual(everything(undisturbed));
  expect(eventsOf(whole, 'step_finished')).toHaveLength(400);
});
