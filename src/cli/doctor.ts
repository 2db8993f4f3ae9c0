import {Command} from 'commander';
import {checklistText} from '../render/checklist.js';
import {type AnswerOptions, answer} from './answer.js';
import {engineChecks} from './doctor-engine.js';
import {machineChecks} from './doctor-machine.js';
import type {World} from './world.js';

/** `sidestep doctor`: exit code 0 when runs are possible, 1 when something stands in their way. */
export function doctorCommand(world: World): Command {
  return new Command('doctor')
    .description(
      'Look at this machine: Node, engine, compiler, CUDA, memory, disk, settings; what is missing and how to get it.',
    )
    .option('--json', 'print one JSON document')
    .addHelpText('after', EXAMPLES)
    .action(async (options: AnswerOptions) => {
      const checks = [...(await machineChecks(world)), ...(await engineChecks(world))];
      answer(world, options, {
        kind: 'doctor',
        document: () => ({checks: checks.map((check) => ({...check, hint: check.hint ?? null}))}),
        text: (colours) => checklistText(checks, colours),
      });
      world.leave(checks.some((check) => check.state === 'error') ? 1 : 0);
    });
}

const EXAMPLES = `
Examples:
  $ sidestep doctor
  $ sidestep doctor --json | jq '.checks[] | select(.state != "ok")'`;
