import {randomBytes} from 'node:crypto';
import {availableParallelism} from 'node:os';
import {Command} from 'commander';
import type {Json} from '../base/json.js';
import {newRunId, openRunRecord, writeResolvedPipeline} from '../record/run-record.js';
import {planDocument} from '../render/plan-json.js';
import {planText} from '../render/plan-text.js';
import {defaultRunOptions, type RunOptions} from '../run/effects.js';
import {lightStages} from '../run/light/table.js';
import {runsDir} from '../run/project.js';
import {runPlan} from '../run/run-plan.js';
import {answer, refuse} from './answer.js';
import {confirmed} from './confirm.js';
import {frozenProblems, refuseFrozen, runExitCode} from './frozen.js';
import {type PlannedPipeline, planPipeline} from './plan-pipeline.js';
import {addRunOptions, RUN_EXAMPLES, type RunCommandOptions, wishesOf} from './run-options.js';
import {openScreen} from './screen.js';
import {stopOnSignals} from './signals.js';
import type {ExitCode, World} from './world.js';

export function runCommand(world: World): Command {
  return addRunOptions(new Command('run'))
    .description(
      'Run a pipeline: what is done already is not done again, and what was interrupted continues.',
    )
    .addHelpText('after', RUN_EXAMPLES)
    .action(async (file: string, options: RunCommandOptions) => world.leave(await run(world, file, options)));
}

/** The table of contents: plan, show or check or ask, then run and record. */
async function run(world: World, file: string, options: RunCommandOptions): Promise<ExitCode> {
  // YAML text → pipeline → observed world → plan; nothing has changed yet.
  const planned = await planPipeline(world, {file, overrides: options.set, wishes: wishesOf(options)});
  if (!planned.ok) return refuse(world, options, planned.problems);
  if (options.dryRun === true) return showPlan(world, planned.value, options);
  if (options.frozen === true) {
    const differences = frozenProblems(planned.value);
    if (differences.length > 0) return refuseFrozen(world, options, differences);
  }
  const consent = await confirmed(world, planned.value, options);
  if (consent !== 'yes') return consent;
  return carryOut(world, planned.value, options);
}

function showPlan(world: World, {plan}: PlannedPipeline, options: RunCommandOptions): ExitCode {
  answer(world, options, {
    kind: 'plan',
    document: () => planDocument(plan),
    text: (colours) => planText(plan, colours),
  });
  return 0;
}

/** The only step that changes anything: workers, cache, lock file, run record. The screen just watches. */
async function carryOut(
  world: World,
  planned: PlannedPipeline,
  options: RunCommandOptions,
): Promise<ExitCode> {
  const {plan, pipeline, observation, surroundings} = planned;
  const run = newRunId(new Date(world.now()), randomBytes(2).toString('hex'));
  const record = openRunRecord(runsDir(surroundings.project), run, world.now);
  writeResolvedPipeline(record, pipeline as unknown as Json); // plain data by construction;
  const screen = await openScreen(world, plan, options);
  const signals = stopOnSignals();
  try {
    const {outcome, results} = await runPlan({
      pipeline,
      plan,
      observation,
      surroundings,
      light: lightStages,
      options: runOptions(run, planned, options),
      record,
      stop: signals.stop,
      env: world.env,
      emit: screen.show,
      now: world.now,
    });
    return runExitCode(outcome, results);
  } finally {
    signals.release();
    await screen.close();
    record.close();
  }
}

function runOptions(
  run: string,
  {settings, observation}: PlannedPipeline,
  options: RunCommandOptions,
): RunOptions {
  return {
    ...defaultRunOptions,
    run,
    jobs: options.jobs ?? settings.values.jobs ?? Math.max(defaultRunOptions.jobs, availableParallelism()),
    after_failure: options.keepGoing === true ? 'keep_going' : 'stop',
    frozen: options.frozen === true ? observation.lock : undefined,
  };
}
