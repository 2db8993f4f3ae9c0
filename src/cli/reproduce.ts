import {stat} from 'node:fs/promises';
import {join, relative, resolve} from 'node:path';
import {Command} from 'commander';
import {stringify} from 'yaml';
import {fileIn} from '../adapter/read.js';
import {type AnswerOptions, answer, refuse, warn} from '../app/answer.js';
import {carryOut} from '../app/carry-out.js';
import {looksOf, runExitCode} from '../app/frozen.js';
import {forecastsFor, memoryProblems} from '../app/memory.js';
import {nextCommand} from '../app/next-command.js';
import {collect} from '../app/pipeline-options.js';
import {type PlannedPipeline, planPipeline} from '../app/plan-pipeline.js';
import {stopOnSignals} from '../app/signals.js';
import {noWishes} from '../app/stage-choice.js';
import type {ExitCode, Terminal} from '../app/terminal.js';
import {writeDurably} from '../base/durable.js';
import {hashFile} from '../base/hash.js';
import {asJson, canonicalJson, type JsonObject} from '../base/json.js';
import {makeFolder} from '../base/make-folder.js';
import type {Problem} from '../base/problem.js';
import {failure, ok, type Result} from '../base/result.js';
import {treeHashOf} from '../cache/tree.js';
import {userFolder} from '../config/folders.js';
import {absolutePath, loadSettings} from '../config/user/settings.js';
import {numericsText} from '../plan/numerics-text.js';
import {fileKey} from '../plan/world.js';
import {modelAtHand} from '../reproduce/model-at-hand.js';
import {otherFiles} from '../reproduce/other-files.js';
import {type ListAtHand, MADE, reproducingPipeline, suffixOf} from '../reproduce/pipeline.js';
import {type Remembered, rememberedBy} from '../reproduce/remembered.js';
import type {SongDifference} from '../reproduce/songs.js';
import {layOut, type MatchedList, songsAtHand} from '../reproduce/songs-at-hand.js';
import {madeOf, selectionFile, stateFile, type TrainingSources} from '../reproduce/trainings.js';
import {compareMade, type RemadeVerdict} from '../reproduce/verdict.js';
import {SCHEMA_URL} from '../schema/schema-url.generated.js';
import {valueAt} from '../stage/param.js';

interface ReproduceOptions extends AnswerOptions {
  readonly songs?: string;
  readonly datasetJson?: string;
  readonly models?: string;
  readonly tensors: readonly string[];
  readonly selection: readonly string[];
  readonly resumeFrom?: string;
  readonly output: string;
  readonly run?: boolean;
  readonly plain?: boolean;
}

/** `sidestep reproduce`: from an adapter's file, with the songs and the model at hand, the same bytes again. */
export function reproduceCommand(terminal: Terminal): Command {
  return new Command('reproduce')
    .description(
      'Make an adapter again, from what its file says and the songs and models at hand. Writes the pipeline that ends in the same bytes; what is not as it was (a song, the model, the engine) is named, and then nothing is written.',
    )
    .argument('<adapter>', 'an exported file or folder, or a checkpoint of a train stage')
    .option(
      '--songs <folder>',
      'where its songs are; they are found by their sound, whatever they are called',
    )
    .option('--dataset-json <file>', 'the dataset JSON with their words, where they are not beside the songs')
    .option('--models <folder>', 'checkpoint folder (setting checkpoint_dir)')
    .option(
      '--tensors <folder>',
      'the folder of preprocessed tensors it was trained on (repeatable, in their order)',
      collect,
      [],
    )
    .option('--selection <file>', 'the file that chose its modules (repeatable)', collect, [])
    .option('--resume-from <path>', 'the checkpoint that its training went on from')
    .option('-o, --output <folder>', 'where to write', 'reproduced')
    .option('--run', 'run the pipeline too, and compare what it makes with the adapter')
    .option('--plain', 'lines in place of a live list, as in CI')
    .option('--json', 'print one JSON document')
    .addHelpText('after', EXAMPLES)
    .action(async (path: string, options: ReproduceOptions) =>
      terminal.leave(await reproduce(terminal, absolutePath(path, terminal.cwd), options)),
    );
}

async function reproduce(terminal: Terminal, path: string, options: ReproduceOptions): Promise<ExitCode> {
  const remembered = await rememberedBy(path);
  if (!remembered.ok) return refuse(terminal, options, remembered.problems);
  const atHand = await lookAround(terminal, remembered.value, options);
  if (!atHand.ok) return refuse(terminal, options, atHand.problems);
  const {differences} = atHand.value;
  if (differences.length > 0) return reportDifferences(terminal, options, differences);
  const file = await writePipeline(terminal, {remembered: remembered.value, atHand: atHand.value, options});
  const planned = await planPipeline(terminal, {file, overrides: [], wishes: noWishes});
  if (!planned.ok) return refuse(terminal, options, planned.problems);
  const later = [
    ...otherEngine(atHand.value.made, planned.value),
    ...(await otherFiles(atHand.value.made, fileReader(planned.value))),
  ];
  if (later.length > 0) return reportDifferences(terminal, options, later);
  const blocked = planned.value.plan.problems;
  if (blocked.length > 0) return refuse(terminal, options, blocked);
  if (options.run !== true) return reportWritten(terminal, options, {file, path});
  const exported = remembered.value.exported !== undefined;
  return runAndCompare(terminal, planned.value, {path, file, options, exported});
}

interface AtHand {
  readonly made: TrainingSources;
  readonly checkpoint_dir: string;
  readonly model: string;
  readonly lists: readonly (MatchedList | undefined)[];
  readonly differences: readonly SongDifference[];
}

async function lookAround(
  terminal: Terminal,
  remembered: Remembered,
  options: ReproduceOptions,
): Promise<Result<AtHand>> {
  const checkpoint_dir = await checkpointDir(terminal, options);
  if (!checkpoint_dir.ok) return checkpoint_dir;
  const made = madeOf(remembered);
  const missing = missingOptions(made, options);
  if (missing.length > 0) return failure(...(missing as [Problem, ...Problem[]]));
  const model = await modelAtHand(remembered, made, checkpoint_dir.value);
  const at = (path: string | undefined) =>
    path === undefined ? undefined : absolutePath(path, terminal.cwd);
  const place = {audio_dir: at(options.songs), dataset_json: at(options.datasetJson)};
  const lists = await songsAtHand(made, remembered, place);
  return ok({
    made,
    checkpoint_dir: checkpoint_dir.value,
    model: model.name,
    lists,
    differences: [...model.differences, ...lists.flatMap((list) => list?.differences ?? [])],
  });
}

async function checkpointDir(terminal: Terminal, {models}: ReproduceOptions): Promise<Result<string>> {
  if (models !== undefined) return ok(absolutePath(models, terminal.cwd));
  const settings = await loadSettings(userFolder(terminal.env));
  if (!settings.ok) return settings;
  const dir = settings.value.values.checkpoint_dir;
  if (dir !== undefined) return ok(dir);
  return failure(needed('--models', 'The model it was trained on is needed'));
}

/** What the training was made of and no one named. */
function missingOptions({lists, trainings}: TrainingSources, options: ReproduceOptions): Problem[] {
  const songs = lists.some((list) => 'songs' in list);
  const folders = lists.filter((list) => !('songs' in list)).length;
  const selections = trainings.filter((training) => selectionFile(training) !== undefined).length;
  const state = trainings.some((training) => stateFile(training) !== undefined);
  return [
    ...(songs && options.songs === undefined && options.datasetJson === undefined
      ? [needed('--songs', 'The songs it was trained on are needed')]
      : []),
    ...(folders > options.tensors.length
      ? [
          needed(
            '--tensors',
            `${folders} ${folders === 1 ? 'folder' : 'folders'} of preprocessed tensors it was trained on are needed`,
          ),
        ]
      : []),
    ...(selections > options.selection.length
      ? [needed('--selection', 'The file that chose the modules of its training is needed')]
      : []),
    ...(state && options.resumeFrom === undefined
      ? [needed('--resume-from', 'Its training went on from a checkpoint, which is needed')]
      : []),
  ];
}

function needed(option: string, message: string): Problem {
  return {code: 'usage/reproduce-needs', message, hint: `Add ${option} with its place.`};
}

function reportDifferences(
  terminal: Terminal,
  options: ReproduceOptions,
  differences: readonly SongDifference[],
): ExitCode {
  const problems: Problem[] = differences.map(({code, message}) => ({code, message, ...hints[code]}));
  refuse(terminal, options, problems);
  return 3;
}

const hints: Readonly<Record<string, {readonly hint: string}>> = {
  'reproduce/other-words': {
    hint: 'Words that a caption or analyze stage found are not in the adapter: name the dataset JSON that holds them (--dataset-json), or lay them beside the songs (write_sidecars).',
  },
  'reproduce/other-engine': {
    hint: 'Results of another version or kind of arithmetic agree closely, and not to the bit.',
  },
  'reproduce/other-name': {hint: 'Give the folder its old name.'},
};

interface Writing {
  readonly remembered: Remembered;
  readonly atHand: AtHand;
  readonly options: ReproduceOptions;
}

async function writePipeline(terminal: Terminal, {remembered, atHand, options}: Writing): Promise<string> {
  const folder = resolve(terminal.cwd, options.output);
  await makeFolder(folder);
  const here = (path: string) => relative(folder, absolutePath(path, terminal.cwd)) || '.';
  const lists: ListAtHand[] = [];
  const folders = [...options.tensors];
  const {made} = atHand;
  for (const [i, list] of atHand.lists.entries()) {
    const suffix = suffixOf(made.lists, i);
    if (list === undefined) lists.push({kind: 'tensors', folder: here(folders.shift()!)});
    else lists.push(await layOut(folder, {songs: list.songs, suffix}));
  }
  const choosing = made.trainings.filter((training) => selectionFile(training) !== undefined);
  const pipeline = reproducingPipeline(remembered, made, {
    checkpoint_dir: here(atHand.checkpoint_dir),
    model: atHand.model,
    lists,
    selections: Object.fromEntries(choosing.map(({suffix}, i) => [suffix, here(options.selection[i]!)])),
    resume_from: options.resumeFrom === undefined ? undefined : here(options.resumeFrom),
  });
  const file = join(folder, 'reproduce.yaml');
  const head = `# yaml-language-server: $schema=${SCHEMA_URL}pipeline.schema.json\n`;
  await writeDurably(file, head + stringify(pipeline, {lineWidth: 110}));
  return file;
}

/** What the engine here computes otherwise than the one of the training. */
function otherEngine(
  {lists, trainings}: TrainingSources,
  {plan, observation}: PlannedPipeline,
): SongDifference[] {
  const recorded: Record<string, unknown> = {};
  for (const {suffix, recipe} of trainings) {
    recorded[`train${suffix}`] = recipe.numerics;
    if (recipe.selection !== undefined && 'numerics' in recipe.selection)
      recorded[`estimate${suffix}`] = recipe.selection.numerics;
  }
  for (const [i, list] of lists.entries()) {
    if (!('songs' in list)) continue;
    const suffix = suffixOf(lists, i);
    recorded[`latents${suffix}`] = list.pass1.numerics;
    recorded[`conditions${suffix}`] = list.pass2.numerics;
  }
  const messages = plan.stages.flatMap(({id, configured}) => {
    const before = recorded[id] as JsonObject | undefined;
    const here = observation.world.numerics(configured.resources);
    if (before === undefined || here.kind !== 'known') return [];
    const now = asJson(here.identity);
    if (canonicalJson(now) === canonicalJson(before)) return [];
    return [`It was computed with ${numericsText(before)}, and here it would be ${numericsText(now)}`];
  });
  return [...new Set(messages)].map((message) => ({code: 'reproduce/other-engine', message}));
}

/** What a command is to copy is called as its output will be. */
function fileReader({plan, observation}: PlannedPipeline): Parameters<typeof otherFiles>[1] {
  const {world, cache} = observation;
  return async (stage, param) => {
    const {id, configured} = plan.stages.find((each) => each.id === stage)!;
    const seen = world.files.get(fileKey(id, param));
    if (seen?.kind !== 'found') return undefined;
    const path = String(valueAt(configured.params, param));
    if (configured.uses !== 'command') return {path, content: seen.content};
    const isFolder = (await stat(path)).isDirectory();
    return {path, content: isFolder ? await treeHashOf(cache, path) : (await hashFile(path)).hash};
  };
}

interface Place {
  readonly path: string;
  readonly file: string;
}

function reportWritten(terminal: Terminal, options: ReproduceOptions, {file}: Place): ExitCode {
  const shown = relative(terminal.cwd, file) || file;
  const command = nextCommand(terminal, ['run', shown]);
  answer(terminal, options, {
    kind: 'reproduce',
    document: () => ({pipeline: file, command, verdict: null}),
    text: () =>
      `Everything it was made of is here. Wrote ${shown}:\n  ${command}\nends in the same bytes; with --run, this command runs it and compares.\n`,
  });
  return 0;
}

async function runAndCompare(
  terminal: Terminal,
  planned: PlannedPipeline,
  {path, file, options, exported}: Place & {readonly options: ReproduceOptions; readonly exported: boolean},
): Promise<ExitCode> {
  warn(terminal, options, planned.warnings);
  const forecasts = await forecastsFor(planned);
  const tooLarge = memoryProblems(planned.plan, forecasts);
  if (tooLarge.length > 0) return refuse(terminal, options, tooLarge);
  const signals = stopOnSignals();
  const quiet: Terminal =
    options.json === true ? {...terminal, stdout: {...terminal.stdout, write: () => {}}} : terminal;
  const {outcome, results} = await carryOut(quiet, planned, {
    ...(options.plain === undefined ? {} : {plain: options.plain}),
    forecasts,
    stop: signals.stop,
  }).finally(signals.release);
  const code = runExitCode(outcome, results, looksOf(planned.plan));
  if (code !== 0) return code;
  const original = (await stat(path)).isDirectory() ? fileIn(path) : path;
  const made_in = join(resolve(terminal.cwd, options.output), exported ? MADE.export : MADE.train);
  const verdict = await compareMade(original, made_in);
  if (verdict.kind !== 'same_bytes') {
    refuse(terminal, options, [otherBytes(verdict)]);
    return 1;
  }
  const command = nextCommand(terminal, ['run', relative(terminal.cwd, file) || file]);
  const made = relative(terminal.cwd, verdict.path);
  answer(terminal, options, {
    kind: 'reproduce',
    document: () => ({pipeline: file, command, verdict}),
    text: (colours) => `${colours.green('✔')} ${made} has the same bytes.\n`,
  });
  return 0;
}

function otherBytes(verdict: Exclude<RemadeVerdict, {kind: 'same_bytes'}>): Problem {
  const code = 'reproduce/other-bytes';
  switch (verdict.kind) {
    case 'same_tensors':
      return {
        code,
        message: `${verdict.path} has the same tensors, and other metadata: ${verdict.keys.join(', ') || 'another form of it'}`,
        hint: 'The adapter sounds the same.',
      };
    case 'other_tensors':
      return {
        code,
        message: `The tensors of ${verdict.path} are others: ${verdict.tensors.slice(0, 3).join(', ')}${verdict.tensors.length > 3 ? ` and ${verdict.tensors.length - 3} more` : ''}`,
        hint: 'All that decides them is as it was, so this is a defect of sidestep or a damaged file: please report it with both files.',
      };
    case 'nothing_made':
      return {code, message: 'The run left no adapter', hint: 'Its log says more.'};
  }
}

const EXAMPLES = `
Examples:
  $ sidestep reproduce blues.safetensors --songs ./songs --models ./checkpoints
  $ sidestep reproduce output/blues/checkpoints/epoch_40 --songs ./songs --run
  $ sidestep reproduce blues.safetensors --songs ./songs --json | jq -r '.problems[].message'

Exit codes: 0 the pipeline is written, and with --run ended in the same bytes; 1 a stage failed, or the bytes are others; 2 bad usage,
or an adapter that does not say how it was made; 3 something is not as it was.`;
