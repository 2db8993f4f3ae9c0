import {Command} from 'commander';
import {type AnswerOptions, answer} from '../app/answer.js';
import type {Terminal} from '../app/terminal.js';
import {engineFindings} from '../doctor/engine.js';
import {executorChecks} from '../doctor/executors.js';
import {machineFindings} from '../doctor/machine.js';
import {verdictOf} from '../doctor/verdict.js';
import {checklistText} from '../render/checklist.js';

/** `sidestep doctor`: exit code 0 when this machine can train something, 1 when it cannot. */
export function doctorCommand(terminal: Terminal): Command {
  return new Command('doctor')
    .description(
      'Look at this machine: Node, engine, compiler, CUDA, memory, disk, settings; what is missing and how to get it, and what can be trained here.',
    )
    .argument('[pipeline]', 'YAML file whose stages run elsewhere: would its executors take their jobs?')
    .option('--json', 'print one JSON document')
    .addHelpText('after', EXAMPLES)
    .action(async (pipeline: string | undefined, options: AnswerOptions) => {
      const machine = await machineFindings(terminal);
      const engine = await engineFindings(terminal);
      const checks = [...machine.checks, ...engine.checks, ...(await executorChecks(terminal, pipeline))];
      const errors = checks.filter(({state}) => state === 'error').length;
      const verdict = verdictOf({errors, ...machine.facts, ...engine.facts});
      const ready = verdict.ready_for !== 'not_ready';
      answer(terminal, options, {
        kind: 'doctor',
        document: () => ({checks: checks.map((check) => ({...check, hint: check.hint ?? null})), verdict}),
        text: (colours) => checklistText(checks, {ready, says: verdict.says}, colours),
      });
      terminal.leave(ready ? 0 : 1);
    });
}

const EXAMPLES = `
Examples:
  $ sidestep doctor
  $ sidestep doctor pipelines/cluster.yaml
  $ sidestep doctor --json | jq .verdict.ready_for
  $ sidestep doctor --json | jq '.checks[] | select(.state != "ok")'`;
