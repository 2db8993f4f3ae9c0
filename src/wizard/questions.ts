import {didYouMean, listed} from '../base/near-miss.js';
import {type Failure, failure, ok, type Result} from '../base/result.js';
import {absolutePath} from '../config/user/settings.js';
import {baseModels, type FoundModel} from '../model/model.js';
import {searchModels} from '../model/model-name.js';
import {adapterFacts, adapterKinds, isLowRank} from '../stage/adapter-kinds.js';
import type {SomeAnswers} from './answers.js';
import {detailQuestions} from './detail-questions.js';
import {modelsIn} from './models.js';
import type {Known, Question} from './question.js';
import {THIS_MACHINE} from './shared.js';
import {songsText} from './songs.js';
import {tensorsText} from './tensors.js';

const FIRST_TIME = `First time here? One folder holds what was downloaded: a folder for each model (such as acestep-v15-turbo), vae and Qwen3-Embedding-0.6B. It is looked at now and remembered in the settings.`;

/** In the order in which they are asked. */
export const questions: readonly Question[] = [
  {
    id: 'checkpoints',
    path: 'folder',
    message: 'Where are the ACE-Step checkpoints? (the folder that holds acestep-v15-turbo/ and vae/)',
    shows: async (_, {checkpoint_dir}) => (checkpoint_dir === undefined ? FIRST_TIME : undefined),
    initial: async (_, {checkpoint_dir}) => checkpoint_dir ?? './checkpoints',
    check: async (answer, _, {cwd}) => {
      const models = await modelsIn(absolutePath(answer, cwd));
      if (!models.ok) return models;
      const whole = models.value.filter(({missing}) => missing.length === 0);
      return whole.length > 0
        ? ok(answer)
        : bad(
            'init/no-whole-model',
            `No model in ${answer} is complete`,
            '`sidestep models --dir` names what they lack.',
          );
    },
  },
  {
    id: 'model',
    message: 'Which model? (a number, or part of its name)',
    shows: async (answers, known) => modelsText(await wholeModels(answers, known)),
    initial: async (answers, known) => {
      const names = (await wholeModels(answers, known)).map(({name}) => name);
      return names.find((name) => name === 'acestep-v15-turbo') ?? names[0];
    },
    check: async (answer, answers, known) => chooseModel(answer, await wholeModels(answers, known)),
  },
  {
    id: 'base',
    message: 'Which official model does this fine-tune descend from?',
    applies: async (answers, known) => answers.base !== 'auto' && (await needsBase(answers, known)),
    choices: async () => baseModels.map((value) => ({value})),
    initial: async () => undefined,
    check: async (answer) => oneOf(answer, [...baseModels, 'auto'], 'base'),
  },
  {
    id: 'source',
    message: 'Songs, or preprocessed tensors?',
    applies: async ({songs, source}) => songs === undefined || source !== undefined, // else the folder itself says it
    choices: async () => [
      {value: 'songs', hint: 'audio, which is encoded first'},
      {value: 'tensors', hint: 'a folder that Side-Step, ACE-Step or sidestep has encoded already'},
    ],
    initial: async ({songs}, {tensors}) =>
      songs !== undefined && (await tensors(songs)).ok ? 'tensors' : 'songs',
    check: async (answer) => oneOf(answer, ['songs', 'tensors'], 'source'),
  },
  {
    id: 'songs',
    path: 'folder_or_json',
    message: ({source}) =>
      source === 'tensors'
        ? 'Where are the tensors? (a folder of .pt or .safetensors samples)'
        : 'Where are your songs? (an audio folder, or a dataset JSON)',
    initial: async ({source}, {usual_songs}) => (source === 'tensors' ? undefined : usual_songs),
    check: async (answer, answers, known) => {
      const found = (await isTensors(answer, answers, known))
        ? await known.tensors(answer)
        : await known.songs(answer);
      return found.ok ? ok(answer) : found;
    },
    remark: async (answer, answers, known) => {
      if (await isTensors(answer, answers, known)) {
        const found = await known.tensors(answer);
        return found.ok ? tensorsText(found.value) : undefined;
      }
      const found = await known.songs(answer);
      return found.ok ? songsText(found.value) : undefined;
    },
  },
  {
    id: 'songs.on_error',
    message: 'Some songs cannot be used. Go on without them?',
    applies: async ({songs, ...rest}, known) =>
      songs !== undefined && !(await isTensors(songs, rest, known)) && (await unusableIn(songs, known)) > 0,
    choices: async () => [
      {value: 'skip', label: 'yes', hint: 'the dataset stage leaves them out and says so'},
      {value: 'fail', label: 'no', hint: 'I repair or remove them; until then the dataset stage fails'},
    ],
    initial: async () => 'skip',
    check: async (answer) => oneOf(answer, ['skip', 'fail'], 'way to go on'),
  },
  {
    id: 'tag',
    message: 'A trigger word for every caption? (- for none)',
    applies: async ({songs, ...rest}, known) => songs === undefined || !(await isTensors(songs, rest, known)), // theirs is in them
    initial: async () => '',
    check: async (answer) => ok(optional(answer)),
  },
  {
    id: 'adapter',
    message: 'Which kind of adapter?',
    choices: async () => adapterKinds.map((value) => ({value, hint: adapterFacts[value].about})),
    initial: async () => 'lora',
    check: async (answer) => oneOf(answer, adapterKinds, 'kind of adapter'),
  },
  {
    id: 'preset',
    message: 'Which preset?',
    shows: async (_, {preset}) => preset.why,
    choices: async ({adapter = 'lora'}, {presets}) =>
      presets.map(({name, description, decides}) => ({
        value: name,
        hint: `${description} ${decides(adapter)}`,
      })),
    initial: async (_, {preset}) => preset.name,
    check: async (answer, _, {presets}) =>
      oneOf(
        answer,
        presets.map(({name}) => name),
        'preset',
      ),
  },
  {
    id: 'detail',
    message: 'Change its details?',
    choices: async () => [
      {value: 'basic', hint: 'no, the preset decides'},
      {value: 'advanced', hint: 'shape, optimizer, schedule, checkpoints, memory, songs'},
    ],
    initial: async () => 'basic',
    check: async (answer) => oneOf(answer, ['basic', 'advanced'], 'level of detail'),
  },
  {
    id: 'measure',
    message: 'Measure the songs first?',
    applies: async ({detail}) => detail === 'advanced',
    choices: async ({adapter}) => [
      {value: 'no', hint: 'adapt the modules that the preset names'},
      {value: 'modules', hint: 'by gradients: adapt only those that the songs pull at hardest'},
      ...(takesRanks(adapter)
        ? [{value: 'ranks', hint: 'by Fisher information: also give each the rank it needs'}]
        : []),
    ],
    initial: async () => 'no',
    check: async (answer, {adapter}) =>
      answer === 'ranks' && !takesRanks(adapter)
        ? bad(
            'init/unknown-choice',
            `${adapter} has no rank for each module`,
            'Measure modules, or train lora or dora.',
          )
        : oneOf(answer, ['no', 'modules', 'ranks'], 'way to measure'),
  },
  ...detailQuestions,
  {
    id: 'include',
    message: 'Take stages from a piece of this project?',
    applies: async ({include}, {shared}) => include !== undefined || shared.pieces.length > 0,
    choices: async (_, {shared: {pieces}}) => [
      {value: 'no', hint: 'every stage is in the file'},
      ...pieces.map(({file, stages}) => ({value: file, hint: listed(Object.keys(stages), 6)})),
    ],
    initial: async () => 'no',
    check: async (answer, _, {cwd, shared: {pieces}}) => {
      const named = pieces.find(({path}) => path === absolutePath(answer, cwd))?.file ?? answer;
      return oneOf(named, ['no', ...pieces.map(({file}) => file)], 'piece of this project that fits');
    },
  },
  {
    id: 'profiles',
    message: 'Profiles, for machines that differ?',
    applies: async ({profiles}, {shared}) => profiles !== undefined || shared.profiles.length > 0,
    choices: async (_, {shared}) => [
      {value: 'no', hint: 'the same folders everywhere'},
      ...shared.profiles.map(({from, profiles}) => {
        const names = listed(Object.keys(profiles), 6);
        return from === THIS_MACHINE
          ? {value: from, label: `${names}, for this machine`, hint: 'others can be added in the file'}
          : {value: from, label: `as in ${from}`, hint: names};
      }),
    ],
    initial: async () => 'no',
    check: async (answer, _, {shared}) =>
      oneOf(
        shared.profiles.find(({from}) => from === `./${answer}`)?.from ?? answer,
        ['no', ...shared.profiles.map(({from}) => from)],
        'file with profiles that fit',
      ),
  },
  {
    id: 'name',
    message: 'A name for the pipeline? (also of the output folder)',
    initial: async ({songs, adapter}) => nameOf(songs ?? 'songs', adapter ?? 'lora'),
    check: async (answer) =>
      /^[A-Za-z0-9][\w.-]*$/.test(answer)
        ? ok(answer)
        : bad(
            'init/bad-name',
            `${JSON.stringify(answer)} cannot name a pipeline`,
            'Letters, digits, dots, dashes and underscores.',
          ),
  },
];

/** Said, or seen from the folder. */
async function isTensors(
  place: string,
  {source}: Pick<SomeAnswers, 'source'>,
  {tensors}: Known,
): Promise<boolean> {
  return source === undefined ? (await tensors(place)).ok : source === 'tensors';
}

function takesRanks(adapter: string | undefined): boolean {
  return adapter === undefined || isLowRank(adapter);
}

async function unusableIn(place: string, {songs}: Known): Promise<number> {
  const found = await songs(place);
  return found.ok ? found.value.unusable : 0;
}

/** A dash says what emptiness cannot where Enter takes a default: nothing. */
function optional(answer: string): string {
  return answer.trim() === '-' ? '' : answer.trim();
}

async function wholeModels({checkpoints}: SomeAnswers, {cwd}: Known): Promise<readonly FoundModel[]> {
  const models = await modelsIn(absolutePath(checkpoints ?? './checkpoints', cwd));
  return models.ok ? models.value.filter(({missing}) => missing.length === 0) : [];
}

/** Pure: the list, and what speaks for which where there is a choice between kinds. */
export function modelsText(models: readonly FoundModel[]): string {
  const bases = new Set(models.map(({base}) => base));
  const advice = `base is the easiest to fine-tune, and its adapters are reported to work on turbo; turbo's sound after 8 steps, and stay with turbo (docs/training-guide.md)`;
  return [...models.map(modelLine), ...(bases.has('base') && bases.has('turbo') ? [advice] : [])].join('\n');
}

function modelLine({name, label, base, size}: FoundModel, index: number): string {
  return `${index + 1}  ${name}  (${label}, ${base ?? 'base unknown'}, ${size === 'other' ? 'size of its own' : size})`;
}

/** A larger number is part of a name. */
const MOST_NUMBERED = 99;

/** Pure: a number of the list, else the best match if nothing fits as well. */
export function chooseModel(answer: string, models: readonly FoundModel[]): Result<string> {
  const names = models.map(({name}) => name);
  const byNumber = /^\d+$/.test(answer) ? names[Number(answer) - 1] : undefined;
  const exact = names.find((name) => name === answer) ?? byNumber;
  if (exact !== undefined) return ok(exact);
  if (/^\d+$/.test(answer) && Number(answer) <= MOST_NUMBERED)
    return bad(
      'model/unknown',
      `No model has the number ${answer}`,
      `They are numbered 1 to ${names.length}.`,
    );
  const found = searchModels(answer, names);
  if (found.length === 1) return ok(found[0]!);
  return found.length === 0
    ? bad(
        'model/unknown',
        `No model is called anything like ${answer}`,
        didYouMean(answer, names) ?? `There are ${listed(names)}.`,
      )
    : bad(
        'init/ambiguous-model',
        `${answer} could be ${listed(found)}`,
        'A longer part of the name, or its number.',
      );
}

/** A fine-tune whose base neither its config.json nor its name tells. */
async function needsBase(answers: SomeAnswers, known: Known): Promise<boolean> {
  const model = (await wholeModels(answers, known)).find(({name}) => name === answers.model);
  return model !== undefined && model.base === undefined;
}

function oneOf(answer: string, allowed: readonly string[], what: string): Result<string> {
  return allowed.includes(answer)
    ? ok(answer)
    : bad(
        'init/unknown-choice',
        `No ${what} is called ${answer}`,
        didYouMean(answer, allowed) ?? `There are ${listed(allowed)}.`,
      );
}

function nameOf(songs: string, adapter: string): string {
  const folder =
    songs
      .replace(/[/\\]+$/, '')
      .split(/[/\\]/)
      .at(-1) ?? '';
  const word = folder
    .replace(/\.json$/, '')
    .replace(/[^\w-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+|-+$/g, '');
  return `${word === '' ? 'songs' : word}-${adapter}`;
}

function bad(code: string, message: string, hint?: string): Failure {
  return failure({code, message, ...(hint === undefined ? {} : {hint})});
}
