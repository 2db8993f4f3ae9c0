import {afterAll, expect, test} from 'vitest';
import {Project, preparation, type Stages, training} from './project.js';

/** A training is interrupted, and then told otherwise: what it had saved is named, and comes back with the old value. */
const project = new Project();
afterAll(() => project.remove());

const stages = (learning_rate: number): Stages => ({
  ...preparation({clips: 1, clip_duration: 1}),
  train: training('a', {optimizer: {type: 'adamw', learning_rate}, epochs: 3000}),
});

test('work of an interrupted run is named when the stage was told otherwise since, with the way back', async () => {
  project.writePipeline(stages(1e-4));
  const {child, ended} = project.start();
  child.stdout!.on('data', function stopAtFirstStep(text: string) {
    if (!text.includes('"kind":"step_finished"')) return;
    child.stdout!.off('data', stopAtFirstStep); // a second Ctrl-C would not let it save
    child.kill('SIGINT');
  });
  expect((await ended).code).toBe(130);

  project.writePipeline(stages(5e-4));
  const changed = project.command(['plan']);
  expect(changed.code, changed.stderr).toBe(0);
  expect(changed.stderr).toMatch(
    /pipeline\.yaml:\d+:\d+ warning: train: step \d+ of 3000 with optimizer\.learning_rate 0\.0001 is left of an interrupted run; this one has optimizer\.learning_rate 0\.0005 and begins again +\[train\/work-left\]/,
  );
  expect(changed.stderr).toContain('--set train.optimizer.learning_rate=0.0001');

  project.writePipeline(stages(1e-4));
  const back = project.command(['plan']);
  expect(back.stderr).not.toContain('train/work-left');
  expect(back.stdout).toMatch(/continues where it was interrupted, at step \d+/);
});
