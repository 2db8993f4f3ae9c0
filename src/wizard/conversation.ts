import {ok, type Result} from '../base/result.js';
import {
  type Composing,
  type Composition,
  compose,
  type Prediction,
  predict,
  summaryOf,
} from './composition.js';
import {askAll, filled, type Interview, type Interviewing, type Prompter} from './wizard.js';

/** What the person decided to do with the file. */
export interface Agreement {
  readonly composition: Composition;
  readonly prediction: Prediction | undefined;
  readonly next: 'leave' | 'run';
  /** Also what a project wants beside a pipeline. */
  readonly project_files?: boolean;
  /** Also keep the training's values under a name. */
  readonly keep_preset?: boolean;
}

/** Asks, shows what it comes to, and asks whether to write it; from there, too, `b` goes back. Undefined: the person left. */
export async function converse(
  setup: Interviewing,
  composing: Composing,
  output: string,
): Promise<Result<Agreement | undefined>> {
  let interview: Interview | undefined;
  for (;;) {
    const asked = await askAll(setup, interview);
    if (!asked.ok) return asked;
    if (asked.value === undefined) return ok(undefined);
    interview = asked.value;
    const composition = await compose(await filled(interview.answers, setup.known), composing);
    if (!composition.ok) return composition;
    const prediction = await predict(composition.value, composing);
    setup.prompter.note(await summaryOf(composition.value, prediction, composing));
    const decision = await decide(setup.prompter, composition.value, output);
    if (decision === 'back') continue;
    if (decision === 'leave') return ok(undefined);
    return ok({
      composition: composition.value,
      prediction,
      next: decision === 'run' ? 'run' : 'leave',
      project_files: decision === 'project',
      keep_preset: decision === 'preset',
    });
  }
}

async function decide(
  prompter: Prompter,
  {text}: Composition,
  output: string,
): Promise<'write' | 'run' | 'project' | 'preset' | 'leave' | 'back'> {
  for (;;) {
    const reply = await prompter.choose(
      `Write ${output}?`,
      [
        {value: 'write', hint: 'and look at it first'},
        {value: 'run', hint: 'write it and start training'},
        {value: 'show', hint: 'the file as it would be'},
        {value: 'project', hint: 'write it with .gitignore and .vscode/settings.json'},
        {value: 'preset', hint: 'write it, and keep the values of its training under a name of yours'},
        {value: 'leave', hint: 'write nothing'},
      ],
      'write',
    );
    if (reply.kind === 'back') return 'back';
    if (reply.kind === 'cancel' || reply.value === 'leave') return 'leave';
    if (reply.value !== 'show') return reply.value as 'write' | 'run' | 'project' | 'preset';
    prompter.note(text);
  }
}
