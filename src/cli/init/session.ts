import {commandTable} from '../command-table.js';
import type {ExitCode, World} from '../world.js';
import type {Choice} from './questions.js';
import type {Prompter} from './wizard.js';

/**
 * Runs the pipeline, then offers the next sensible step until the person quits. Every step is a command they could have
 * typed, and says so; what a stage held in memory went with its process.
 */
export async function session(world: World, file: string, prompter: Prompter): Promise<ExitCode> {
  let code = await call(world, ['run', file], prompter);
  for (;;) {
    const reply = await prompter.choose('What next?', nextSteps(code), undefined);
    if (reply.kind !== 'answer' || reply.value === 'quit') return code;
    const words = await wordsFor(reply.value, file, prompter);
    if (words === undefined) continue;
    const ended = await call(world, words, prompter);
    if (words[0] === 'run') code = ended;
  }
}

/** Pure: what makes sense after a run that ended so. */
export function nextSteps(code: ExitCode): readonly Choice[] {
  const quit = {value: 'quit', hint: 'the pipeline file stays; sidestep run goes on from here'};
  if (code !== 0)
    return [
      {value: 'continue', hint: 'run again; what is finished is kept'},
      {value: 'doctor', hint: 'is something missing on this machine?'},
      {value: 'change', hint: 'run with another value'},
      quit,
    ];
  return [
    {value: 'report', hint: 'curves, songs and stages as one page'},
    {value: 'change', hint: 'train again with another value; only what depends on it is done anew'},
    {value: 'another', hint: 'a pipeline for another dataset'},
    quit,
  ];
}

/** The command of a step; undefined when the person went back. */
async function wordsFor(
  step: string,
  file: string,
  prompter: Prompter,
): Promise<readonly string[] | undefined> {
  switch (step) {
    case 'report':
      return ['report', file];
    case 'doctor':
      return ['doctor'];
    case 'change': {
      const reply = await prompter.text(
        'Which value? (such as train.epochs=20; the file stays as it is)',
        undefined,
      );
      return reply.kind === 'answer' && reply.value !== '' ? ['run', file, '--set', reply.value] : undefined;
    }
    case 'another': {
      const reply = await prompter.text('Name of the new file? (such as night.yaml)', undefined);
      return reply.kind === 'answer' && reply.value !== '' ? ['init', '--output', reply.value] : undefined;
    }
    default:
      return ['run', file];
  }
}

async function call(world: World, words: readonly string[], prompter: Prompter): Promise<ExitCode> {
  const [name, ...rest] = words;
  prompter.note(`sidestep ${words.join(' ')}`);
  let code: ExitCode = 0;
  const leave = (chosen: ExitCode): void => {
    code = chosen;
  };
  const command = (await commandTable.find((row) => row.name === name)!.load())({...world, leave});
  await command.parseAsync(rest, {from: 'user'});
  return code;
}
