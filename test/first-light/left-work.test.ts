import {afterAll, beforeAll, expect, test} from 'vitest';
import {Project, preparation, type Stages, training} from './project.js';

/** A training is interrupted and then told otherwise: every view says so in the same words, and what would continue it does. */
const project = new Project();
afterAll(() => project.remove());

interface Values {
  readonly rank?: number;
  readonly clips?: number;
  readonly epochs?: number;
  readonly resume?: string;
  readonly name?: string;
}

const stages = ({rank = 4, clips = 1, epochs = 3000, name = 'train', ...rest}: Values): Stages => ({
  ...preparation({clips, clip_duration: 1}),
  [name]: training('a', {adapter: {type: 'lora', rank, alpha: 8}, epochs, ...rest}),
});

async function interrupt(args: readonly string[] = []): Promise<void> {
  const {child, ended} = project.start(args);
  child.stdout!.on('data', function stopAtFirstStep(text: string) {
    if (!text.includes('"kind":"step_finished"')) return;
    child.stdout!.off('data', stopAtFirstStep); // a second Ctrl-C would not let it save
    child.kill('SIGINT');
  });
  expect((await ended).code).toBe(130);
}

/** What a view says of the training. */
function said(...args: readonly string[]): string {
  const {code, stdout, stderr} = project.command(args);
  expect(code, stderr).toBe(0);
  return stdout;
}

beforeAll(async () => {
  project.writePipeline(stages({}));
  await interrupt();
}, 120_000);

test('another rank: plan, why, status and run say that another version ran, why this one trains from the beginning, and what would continue it', async () => {
  project.writePipeline(stages({rank: 8}));
  const again =
    /trains from the beginning: the run that was interrupted at step \d+ had adapter\.rank 4 \(now 8\); `--set train\.adapter\.rank=4` would continue that/;
  for (const args of [['plan'], ['why', 'train'], ['status']]) {
    const text = said(...args);
    expect(text, args[0]).toMatch(again);
    expect(text, args[0]).toMatch(/because another version of it ran until step \d+ and was interrupted/);
    expect(text, args[0]).not.toContain('never ran');
  }
  const run = project.command(['run', '--plain', '--set', 'train.epochs=1', '--set', 'train.adapter.rank=8']);
  expect(run.code, run.stderr).toBe(0);
  expect(run.stdout + run.stderr).toMatch(
    /trains from the beginning: the run without --set that was interrupted at step \d+ had adapter\.rank 4 \(now 8\); a run without --set would continue that/,
  );
});

test('what is said to continue it does, and the file as it was, too', () => {
  project.writePipeline(stages({rank: 8}));
  const back = said('plan', '--set', 'train.adapter.rank=4');
  expect(back).toMatch(/continues where it was interrupted, at step \d+/);
  expect(back).not.toContain('from the beginning');
  project.writePipeline(stages({}));
  const again = said('plan');
  expect(again).toMatch(/because it has not run to its end yet\n.*continues where it was interrupted/s);
});

test('other songs: it has not run to its end, and once they are encoded the run says why it trains from the beginning', async () => {
  project.writePipeline(stages({clips: 2, epochs: 1}));
  expect(said('plan')).toMatch(/train +runs +train\n +because it has not run to its end yet/);
  const ended = await project.run();
  expect(ended.code).toBe(0);
  const started = ended.events.find((event) => event.kind === 'stage_started' && event.stage === 'train');
  expect(started).toMatchObject({
    start: {
      kind: 'other_interrupted',
      because: expect.stringMatching(
        /^the run that was interrupted at step \d+ was made from other tensors$/,
      ),
      back: null,
    },
  });
});

test('a stage with another name continues under it; one that asks to begin at the beginning is told nothing', () => {
  project.writePipeline(stages({name: 'renamed'}));
  expect(said('plan')).toMatch(/continues where it was interrupted, at step \d+/);
  project.writePipeline(stages({rank: 8, resume: 'fresh'}));
  expect(said('plan')).not.toContain('from the beginning');
});

test('an interrupted experiment is named, and its name continues it', async () => {
  project.writePipeline(stages({clips: 3}), 'other');
  await interrupt(['other.yaml', '--set', 'train.adapter.rank=16']);
  const plan = said('plan', 'other.yaml');
  expect(plan).toMatch(
    /trains from the beginning: the experiment rank=16 that was interrupted at step \d+ had adapter\.rank 16 \(now 4\); `--name rank=16` would continue that/,
  );
  expect(said('plan', 'other.yaml', '--name', 'rank=16')).toMatch(
    /continues where it was interrupted, at step \d+/,
  );
});
