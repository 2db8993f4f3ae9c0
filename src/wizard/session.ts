import {join} from 'node:path';
import {stateDirOf} from '../app/run-context.js';
import type {ExitCode, Terminal} from '../app/terminal.js';
import {listRuns} from '../record/run-record.js';
import type {Choice} from './question.js';
import type {Prompter, Reply} from './wizard.js';

/** Runs a command line of this program: the command's name and what follows it. */
export type Perform = (terminal: Terminal, words: readonly string[]) => Promise<void>;

/**
 * Runs the pipeline, then offers the next sensible step until the person quits. Every step is a command they could have
 * typed, and says so; what a stage held in memory went with its process.
 */
export async function session(
  terminal: Terminal,
  file: string,
  prompter: Prompter,
  perform: Perform,
): Promise<ExitCode> {
  const call = async (words: readonly string[]): Promise<ExitCode> => {
    prompter.note(`sidestep ${words.join(' ')}`);
    let code: ExitCode = 0;
    const leave = (chosen: ExitCode): void => {
      code = chosen;
    };
    await perform({...terminal, leave}, words);
    return code;
  };
  let code = await call(['run', file]);
  for (;;) {
    const reply = await prompter.choose(
      'What next?',
      nextSteps(code, await runsOf(terminal, file)),
      undefined,
    );
    if (reply.kind === 'back') continue; // there is nothing before it
    if (reply.kind === 'cancel' || reply.value === 'quit') return code;
    const words = await wordsFor(reply.value, file, prompter);
    if (words === 'left') return code;
    if (words === 'back') continue;
    const ended = await call(words);
    if (words[0] === 'run' && ended !== REFUSED) code = ended; // a mistyped value has run nothing
  }
}

const REFUSED: ExitCode = 2;

/** How many runs of a pipeline are recorded. */
async function runsOf({cwd}: Terminal, file: string): Promise<number> {
  return (await listRuns(join(stateDirOf({cwd}, file), 'runs'))).length;
}

/** Pure: what makes sense after a run that ended so, the last of so many. */
export function nextSteps(code: ExitCode, runs: number): readonly Choice[] {
  const settings = {value: 'settings', hint: 'your own settings, for all pipelines: see or change one'};
  const quit = {value: 'quit', hint: 'the pipeline file stays; sidestep run goes on from here'};
  if (code !== 0)
    return [
      {value: 'continue', hint: 'run again; what is finished is kept'},
      {value: 'doctor', hint: 'is something missing on this machine?'},
      {value: 'change', hint: 'run with another value'},
      settings,
      quit,
    ];
  return [
    {value: 'report', hint: 'curves, songs and stages as one page'},
    {value: 'change', hint: 'train again with another value; only what depends on it is done again'},
    {value: 'longer', hint: 'more epochs, going on from the weights there are now'},
    {value: 'export', hint: 'the adapter in another format'},
    ...(runs > 1 ? [{value: 'compare', hint: 'with the run before'}] : []),
    {value: 'preset', hint: 'keep the values of this training under a name, for other pipelines'},
    settings,
    {value: 'another', hint: 'a pipeline for another dataset'},
    quit,
  ];
}

/** The command of a step, or that the person went back or left instead of naming its value. */
async function wordsFor(
  step: string,
  file: string,
  prompter: Prompter,
): Promise<readonly string[] | 'back' | 'left'> {
  switch (step) {
    case 'report':
      return ['report', file];
    case 'doctor':
      return ['doctor'];
    case 'compare':
      return ['compare', 'last~1', 'last', '--pipeline', file];
    case 'change':
      return followed(
        await prompter.text('Which value? (such as train.epochs=20; the file stays as it is)', undefined),
        (value) => ['run', file, '--set', value],
      );
    case 'longer':
      return followed(await prompter.text('How many epochs in all?', undefined), (epochs) => [
        ...['run', file, '--set', `train.epochs=${epochs}`, '--set', 'train.resume=fork'],
      ]);
    case 'export':
      return followed(await prompter.choose('In which format?', formats, undefined), (format) => [
        ...[
          'run',
          file,
          '--set',
          `export.formats=[${format}]`,
          '--set',
          `export.output_dir=output/${format}`,
        ],
      ]);
    case 'preset':
      return followed(await prompter.text('A name for the preset?', undefined), (name) => [
        ...['presets', 'save', name, 'train', file],
      ]);
    case 'settings':
      return settingWords(
        await prompter.text('Which setting? (such as jobs=2; nothing shows them all)', undefined),
      );
    case 'another':
      return followed(
        await prompter.path('Name of the new file? (such as night.yaml)', undefined, 'file'),
        (value) => ['init', '--output', value],
      );
    default:
      return ['run', file];
  }
}

const formats: readonly Choice[] = [
  {value: 'peft', hint: 'a folder, for Python programs'},
  {value: 'comfyui', hint: 'one file'},
  {value: 'diffusers', hint: 'one file'},
  {value: 'lycoris', hint: 'one file; the format of LoKr and LoHa'},
];

function settingWords(reply: Reply): readonly string[] | 'back' | 'left' {
  if (reply.kind !== 'answer') return reply.kind === 'cancel' ? 'left' : 'back';
  const [key = '', ...value] = reply.value.split('=');
  if (reply.value.trim() === '') return ['settings', 'get'];
  return value.length === 0
    ? ['settings', 'get', key.trim()]
    : ['settings', 'set', key.trim(), value.join('=').trim()];
}

function followed(
  reply: Reply,
  words: (value: string) => readonly string[],
): readonly string[] | 'back' | 'left' {
  if (reply.kind === 'cancel') return 'left';
  return reply.kind === 'answer' && reply.value !== '' ? words(reply.value) : 'back';
}
