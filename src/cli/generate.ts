import {access, constants, copyFile, readFile, stat} from 'node:fs/promises';
import {basename, dirname, extname, join, resolve} from 'node:path';
import {Command, InvalidArgumentError, Option} from 'commander';
import {type AnswerOptions, refuse} from '../app/answer.js';
import {carryOut} from '../app/carry-out.js';
import {looksOf, runExitCode} from '../app/frozen.js';
import {forecastsFor, memoryProblems} from '../app/memory.js';
import {entries, yamlText} from '../app/pipeline-text.js';
import {planPipeline} from '../app/plan-pipeline.js';
import {stopOnSignals} from '../app/signals.js';
import {noWishes} from '../app/stage-choice.js';
import type {ExitCode, Terminal} from '../app/terminal.js';
import {placeProblem} from '../base/accident.js';
import {isFileError} from '../base/durable.js';
import {asJson, type Json} from '../base/json.js';
import {makeFolder} from '../base/make-folder.js';
import {type Problem, SidestepError} from '../base/problem.js';
import {removeTree} from '../base/remove.js';
import {failure, ok, type Result} from '../base/result.js';
import {writeUserFile} from '../base/write-user-file.js';
import {userFolder} from '../config/folders.js';
import {absolutePath} from '../config/user/settings.js';
import type {RunEvent} from '../event/event.js';
import type {StageResult} from '../event/stage-result.js';
import {readUserText} from '../format/user-text.js';
import {adapterModel} from './adapter-model.js';

interface GenerateOptions extends AnswerOptions {
  readonly prompt?: string;
  readonly lyrics?: string;
  readonly lyricsFile?: string;
  readonly language?: string;
  readonly bpm?: number;
  readonly keyscale?: string;
  readonly timesignature?: string;
  readonly duration?: number;
  readonly strength?: number;
  readonly seed?: number;
  readonly steps?: number;
  readonly guidanceScale?: number;
  readonly checkpoint?: string;
  readonly model?: string;
  readonly checkpoints: string;
  readonly device?: string;
  readonly out?: string;
  readonly plain?: boolean;
}

export function generateCommand(terminal: Terminal): Command {
  return new Command('generate')
    .description(
      'Make one clip of music with an adapter, without a pipeline file: the `generate` stage on one prompt.',
    )
    .argument(
      '[adapter]',
      'a train output folder, or an adapter of any layout that `inspect` reads; none: the model alone',
    )
    .option('--prompt <caption>', 'what the music is like, with the trigger word of the adapter')
    .option('--lyrics <text>', 'the words that are sung (default: [Instrumental])')
    .addOption(new Option('--lyrics-file <file>', 'a text file with the words').conflicts('lyrics'))
    .option('--language <code>', 'language of the words, such as en')
    .option('--bpm <number>', 'beats per minute', number)
    .option('--keyscale <key>', 'key and scale, such as "A minor"')
    .option('--timesignature <text>', 'time signature, such as 4 or 3/4')
    .option('--duration <seconds>', 'length (default: 30)', number)
    .option('--strength <number>', 'how strongly the adapter acts; 0 is the model alone (default: 1)', number)
    .option('--seed <number>', 'the noise it grows out of (default: 1)', number)
    .option('--steps <number>', 'evaluations of the model (default: by the model)', number)
    .option(
      '--guidance-scale <number>',
      'how strongly the prompt is followed (default: by the model)',
      number,
    )
    .option('--checkpoint <state>', 'last, best, or a checkpoint such as epoch_50 (default: last)')
    .option('--model <name>', "the model (default: the adapter's own, else turbo)")
    .option('--checkpoints <folder>', 'where the models are', './checkpoints')
    .option('--device <device>', 'cpu, cuda or cuda:N (default: what there is)')
    .option(
      '-o, --out <file>',
      'file to write, .wav or .flac; a picture of it is beside (default: its prompt.wav)',
    )
    .option('--plain', 'lines in place of a live list, as in CI')
    .option('--json', 'print every event as a line of JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (adapter: string | undefined, options: GenerateOptions) =>
      terminal.leave(await generate(terminal, adapter, options)),
    );
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('Expected a number.');
  return value;
}

/** A pipeline of two stages in a folder of the user's own, where what was scanned and made before is found again. */
async function generate(
  terminal: Terminal,
  adapter: string | undefined,
  options: GenerateOptions,
): Promise<ExitCode> {
  const request = await requestOf(terminal, adapter, options);
  if (!request.ok) return refuse(terminal, options, request.problems);
  const {file, text, out, clips} = request.value;
  await makeFolder(dirname(file));
  await writeUserFile(file, text);
  const planned = await planPipeline(terminal, {file, overrides: [], wishes: noWishes});
  if (!planned.ok) return refuse(terminal, options, planned.problems.map(asOption));
  const forecasts = await forecastsFor(planned.value);
  const tooLarge = memoryProblems(planned.value.plan, forecasts);
  if (tooLarge.length > 0) return refuse(terminal, options, tooLarge.map(asOption));
  const made: string[] = [];
  const listener = (event: RunEvent) => {
    if (event.kind === 'run_finished' && event.outcome === 'done') made.push(clips);
  };
  const signals = stopOnSignals();
  const {outcome, results} = await carryOut(terminal, planned.value, {
    ...options,
    forecasts,
    listener,
    shown: inOptions,
    stop: signals.stop,
  }).finally(signals.release);
  if (made.length > 0) await copyOut(terminal, options, {clips, out});
  await removeTree(clips); // the cache keeps the clip
  return runExitCode(outcome, results, looksOf(planned.value.plan));
}

interface Request {
  /** The pipeline file that does it. */
  readonly file: string;
  readonly text: string;
  readonly out: string | undefined;
  /** Where the stage leaves the clip. */
  readonly clips: string;
}

async function requestOf(
  terminal: Terminal,
  adapter: string | undefined,
  options: GenerateOptions,
): Promise<Result<Request>> {
  const lyrics = await lyricsOf(terminal, options);
  if (!lyrics.ok) return lyrics;
  if (options.prompt === undefined || options.prompt.trim() === '')
    return failure({
      code: 'generate/no-caption',
      message: 'Nothing says what the music is to be like',
      hint: 'Add --prompt "mystyle, slow blues, male voice".',
    });
  const out = options.out === undefined ? undefined : resolve(terminal.cwd, options.out);
  const format = out === undefined ? ok('wav') : await formatOf(out);
  if (!format.ok) return format;
  if (adapter === undefined && options.strength !== undefined && options.strength !== 0)
    return failure({
      code: 'generate/no-adapter',
      message: `--strength ${options.strength} is how strongly an adapter acts, and none is named`,
      hint: 'Name it first: sidestep generate output/lora --prompt …',
    });
  const checkpoints = absolutePath(options.checkpoints, terminal.cwd);
  const missing =
    (adapter === undefined ? undefined : await notThere(absolutePath(adapter, terminal.cwd), ADAPTER_HINT)) ??
    (await notThere(checkpoints, 'Say where the models are: --checkpoints FOLDER.'));
  if (missing !== undefined) return failure(missing);
  const folder = join(userFolder(terminal.env), 'generate');
  const path = adapter === undefined ? undefined : absolutePath(adapter, terminal.cwd);
  const clips = join(folder, 'clips', String(process.pid));
  const named = options.model ?? (path === undefined ? undefined : await adapterModel(path)) ?? 'turbo';
  const pipeline = {
    sidestep: 1,
    name: 'generate',
    ...(options.device === undefined ? {} : {defaults: {device: options.device}}),
    stages: {
      model: {uses: 'scan', with: {checkpoint_dir: checkpoints, model: named}},
      clip: {
        uses: 'generate',
        with: withoutUnset({
          model: '${stages.model}',
          adapter: path,
          checkpoint: options.checkpoint,
          strengths: path === undefined ? undefined : [options.strength ?? 1],
          seeds: [options.seed ?? 1],
          steps: options.steps,
          guidance_scale: options.guidanceScale,
          format: format.value,
          output_dir: clips,
          prompts: [promptOf(options, lyrics.value)],
        }),
      },
    },
  };
  const text = yamlText(entries(asJson(pipeline)));
  return ok({file: join(folder, 'pipeline.yaml'), text, out, clips});
}

/** The format that a file's ending names, if it can be written there. */
async function formatOf(out: string): Promise<Result<string>> {
  const ending = extname(out).toLowerCase();
  if (ending !== '.wav' && ending !== '.flac')
    return failure({
      code: 'generate/format-impossible',
      message: `${basename(out)} is to be written, and only .wav and .flac can be`,
      hint: 'Name it with one of these endings.',
    });
  const unwritable = await outProblem(out);
  return unwritable === undefined ? ok(ending.slice(1)) : failure(unwritable);
}

function promptOf(options: GenerateOptions, lyrics: string | undefined): Json {
  const {prompt, language, bpm, keyscale, timesignature, duration} = options;
  return withoutUnset({caption: prompt, lyrics, language, bpm, keyscale, timesignature, duration});
}

function withoutUnset(values: Readonly<Record<string, Json | undefined>>): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, Json] => entry[1] !== undefined),
  );
}

async function lyricsOf(
  terminal: Terminal,
  {lyrics, lyricsFile}: GenerateOptions,
): Promise<Result<string | undefined>> {
  if (lyricsFile === undefined) return ok(lyrics);
  try {
    return ok((await readUserText(resolve(terminal.cwd, lyricsFile))).trim());
  } catch (error) {
    if (!(error instanceof SidestepError)) throw error;
    return failure(error.problem);
  }
}

async function notThere(path: string, hint: string): Promise<Problem | undefined> {
  try {
    await stat(path);
  } catch (error) {
    if (isFileError(error, 'ENOENT', 'ENOTDIR'))
      return {code: 'file/missing', message: `${path} does not exist`, hint};
  }
  return undefined; // what is wrong with a path that is there, the stage that reads it says better
}

/** Whether a clip could be left there, asked before it is made. Makes the folder. */
async function outProblem(out: string): Promise<Problem | undefined> {
  try {
    await makeFolder(dirname(out));
    const found = await stat(out).catch(() => undefined);
    if (found?.isDirectory() === true) return notWritable(out, 'it is a folder');
    await access(found === undefined ? dirname(out) : out, constants.W_OK);
    return undefined;
  } catch (error) {
    const reason = placeProblem(error);
    if (reason === undefined) throw error;
    return notWritable(out, reason);
  }
}

function notWritable(out: string, reason: string): Problem {
  return {
    code: 'generate/out-not-writable',
    message: `${out}, where the clip is to be, cannot be written: ${reason}`,
    hint: 'Name another place: -o clip.wav.',
  };
}

/** A person who typed options is told of options: neither the file that was made of them nor its keys were ever seen. */
function asOption({position: _position, frame: _frame, ...problem}: Problem): Problem {
  return {
    ...problem,
    message: problem.message.replace(/(?:stages\.clip\.)?\bwith\.([a-z_.0-9]+)/g, optionOf),
  };
}

/** Likewise what happens while it runs; and the clip that people get is the one that is copied out at the end. */
function inOptions(event: RunEvent): RunEvent {
  if (event.kind === 'run_finished')
    return {...event, outputs: [], results: event.results.map(resultInOptions)};
  if (event.kind === 'stage_finished') return {...event, result: resultInOptions(event.result)};
  return 'problem' in event ? {...event, problem: asOption(event.problem)} : event;
}

function resultInOptions(result: StageResult): StageResult {
  return result.kind === 'failed' ? {...result, problem: asOption(result.problem)} : result;
}

/** `prompts.0.duration` is `--duration`, `strengths.0` is `--strength`. */
function optionOf(_found: string, key: string): string {
  const words = key.split('.').filter((word) => word !== 'prompts' && !/^\d+$/.test(word));
  return `--${words
    .join('.')
    .replace(/^(strength|seed)s$/, '$1')
    .replace('caption', 'prompt')
    .replaceAll('_', '-')}`;
}

async function copyOut(
  terminal: Terminal,
  options: GenerateOptions,
  {clips, out}: Pick<Request, 'clips' | 'out'>,
): Promise<void> {
  const index = JSON.parse(await readFile(join(clips, 'index.json'), 'utf8')) as {
    readonly samples: readonly {readonly sample: string; readonly about: {readonly format: string}}[];
  };
  const {sample, about} = index.samples[0]!;
  const target = out ?? resolve(terminal.cwd, `${sample}.${about.format}`);
  await makeFolder(dirname(target));
  await copyFile(join(clips, `${sample}.${about.format}`), target);
  await copyFile(join(clips, `${sample}.png`), `${target.slice(0, -extname(target).length)}.png`);
  if (options.json !== true) terminal.stdout.write(`${terminal.stdout.colours.green('✔')} wrote ${target}\n`);
}

const ADAPTER_HINT = 'Name the output folder of a training, or an adapter file; options come after it.';

const EXAMPLES = `
Examples:
  $ sidestep generate output/lora --prompt "mystyle, slow blues, male voice" --duration 30
  $ sidestep generate output/lora --prompt "mystyle, waltz" --lyrics-file words.txt --language en --strength 0.7 -o waltz.wav
  $ sidestep generate --prompt "slow blues" --model base --checkpoints ./checkpoints`;
