import {Command} from 'commander';
import {refuse, warn} from '../app/answer.js';
import {carryOut} from '../app/carry-out.js';
import {confirmed} from '../app/confirm.js';
import {frozenProblems, looksOf, refuseFrozen, runExitCode} from '../app/frozen.js';
import {forecastsFor, memoryProblems} from '../app/memory.js';
import {planPipeline} from '../app/plan-pipeline.js';
import {addRunOptions, RUN_EXAMPLES, type RunCommandOptions, wishesOf} from '../app/run-options.js';
import {stopOnSignals} from '../app/signals.js';
import type {ExitCode, Terminal} from '../app/terminal.js';
import {showPlan} from './plan.js';
import {suggestReport} from './suggest-report.js';

export function runCommand(terminal: Terminal): Command {
  return addRunOptions(new Command('run'))
    .description(
      'Run a pipeline: what is done already is not done again, and what was interrupted continues.',
    )
    .addHelpText('after', RUN_EXAMPLES)
    .action(async (file: string, options: RunCommandOptions) =>
      terminal.leave(await run(terminal, file, options)),
    );
}

/** The table of contents: plan, show or check or ask, then run and record. */
async function run(terminal: Terminal, file: string, options: RunCommandOptions): Promise<ExitCode> {
  // YAML text → pipeline → observed world → plan; nothing has changed yet.
  const planned = await planPipeline(terminal, {
    file,
    overrides: options.set,
    name: options.name,
    wishes: wishesOf(options),
    overwrite: options.overwrite ?? [],
    looks_ahead: options.dryRun === true,
  });
  if (!planned.ok) return refuse(terminal, options, planned.problems);
  if (options.dryRun === true) {
    return showPlan(terminal, planned.value, options);
  }
  if (options.frozen === true) {
    const differences = frozenProblems(planned.value);
    if (differences.length > 0) return refuseFrozen(terminal, options, differences);
  }
  warn(terminal, options, planned.value.warnings);
  const forecasts = await forecastsFor(planned.value);
  const tooLarge = memoryProblems(planned.value.plan, forecasts);
  if (tooLarge.length > 0) return refuse(terminal, options, tooLarge);
  const consent = await confirmed(terminal, planned.value, options);
  if (consent !== undefined) return consent;
  // The only step that changes anything: workers, cache, lock file, run record.
  const signals = stopOnSignals();
  const {outcome, results} = await carryOut(terminal, planned.value, {
    ...options,
    forecasts,
    stop: signals.stop,
  }).finally(signals.release);
  if (options.json !== true) suggestReport(terminal, {plan: planned.value.plan, results, file});
  return runExitCode(outcome, results, looksOf(planned.value.plan));
}
