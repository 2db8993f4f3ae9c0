import {type Entry, type FilePlace, schemaLine, writtenPath, yamlText} from '../app/pipeline-text.js';
import {pathWords} from '../base/dotted-path.js';
import {isJsonObject, type Json, type JsonObject} from '../base/json.js';
import {type AdapterKind, usualFormats} from '../stage/adapter-kinds.js';
import type {Answers} from './answers.js';
import {type DetailId, placeOf, stageTypeOf} from './details.js';
import {chosenProfile, nothingShared, profilesFor, type Shared, type SharedPiece} from './shared.js';

/** A parameter that differs from what preset, settings and defaults say. */
export interface ChosenValue {
  readonly id: DetailId;
  readonly value: Json;
  /** What it would be otherwise. */
  readonly note?: string;
}

/** Pure: the commented pipeline file that a person will own from now on. */
export function pipelineText(answers: Answers, changes: readonly ChosenValue[], place: WizardPlace): string {
  const {shared = nothingShared} = place;
  const piece = shared.pieces.find(({file}) => file === answers.include);
  const own = ownEntries(changes.reduce(withChange, stages(answers)), piece);
  const checkpoints = writtenPath(answers.checkpoints, place);
  const top: Entry[] = [
    {key: 'sidestep', value: 1},
    {key: 'name', value: answers.name},
    {
      key: 'vars',
      comment: 'Paths in one place; relative ones start from the folder of this file.',
      value: [
        {key: 'checkpoints', value: checkpoints},
        {key: answers.source, value: writtenPath(answers.songs, place)},
      ],
    },
    ...(piece === undefined
      ? []
      : [
          {
            key: 'include',
            comment: 'Stages of other files. What this one says of the same stage wins, key by key.',
            value: [piece.file],
          },
        ]),
    ...machines(answers, {place, checkpoints}),
    {key: 'stages', value: own},
  ];
  return `${schemaLine()}${HEADER}${yamlText(top)}`;
}

/** Where a file goes, and what is around it. */
export interface WizardPlace extends FilePlace {
  readonly shared?: Shared;
  /** The setting. */
  readonly profile?: string | undefined;
  readonly host?: string;
}

/** What differs from machine to machine, and where it sends stages. */
function machines(
  {profiles: from}: Answers,
  {place, checkpoints}: {readonly place: WizardPlace; readonly checkpoints: string},
): readonly Entry[] {
  const found = place.shared?.profiles.find((each) => each.from === from);
  if (found === undefined) return [];
  const chosen = chosenProfile(found.profiles, {settings: place.profile, host: place.host ?? ''});
  const profiles = profilesFor(found, {stages: Object.keys(stageTypeOf), chosen, checkpoints});
  const {executors} = found;
  return [
    ...(Object.keys(executors).length === 0 ? [] : [{key: 'executors', value: asEntries(executors)}]),
    {
      key: 'profiles',
      comment:
        'What differs from machine to machine: --profile NAME, the setting `profile`, or the first whose hosts fit.',
      value: asEntries(profiles),
    },
  ];
}

/** Block style for the names, one line for what each says. */
function asEntries(map: JsonObject): readonly Entry[] {
  return Object.entries(map).map(([key, value]) => ({key, value}));
}

/** Without what a piece says in the same words. */
function ownEntries(all: readonly Entry[], piece: SharedPiece | undefined): readonly Entry[] {
  if (piece === undefined) return all;
  return all.flatMap((entry) => {
    const there = piece.stages[entry.key];
    if (!isJsonObject(there)) return [entry];
    const left = without(entry, there);
    return left === undefined ? [] : [left];
  });
}

function without(entry: Entry, there: JsonObject): Entry | undefined {
  const rest = (entry.value as readonly Entry[]).flatMap((inner): Entry[] => {
    const said = there[inner.key];
    if (inner.key !== 'with') return said === inner.value ? [] : [inner];
    const given = isJsonObject(said) ? said : {};
    const params = entriesOf(inner).filter(
      ({key, value}) => given[key] === undefined || given[key] !== value,
    );
    return params.length === 0 ? [] : [{...inner, value: params}];
  });
  return rest.length === 0 ? undefined : {...entry, value: rest};
}

const HEADER = `# Written by \`sidestep init\`; yours from now on. With the line above, editors complete and explain every key.
#   sidestep plan    what would run, and why        sidestep run      run it; what is done is not done again
#   sidestep show sample NAME    the exact prompt   sidestep report   curves, songs and stages as one page
`;

function stages(answers: Answers): readonly Entry[] {
  const {adapter, name} = answers;
  return [
    modelStage(answers),
    ...(answers.source === 'tensors' ? [] : preprocessing(answers)),
    ...(answers.measure === 'no' ? [] : [measuring(answers)]),
    training(answers),
    stage('export', 'export', 'The adapter in the formats of other programs.', [
      reference('adapter', 'train'),
      {key: 'formats', value: usualFormats(adapter as AdapterKind)}, // the question takes no other
      {key: 'output_dir', value: `./output/${name}`},
    ]),
  ];
}

function modelStage({model, base}: Answers): Entry {
  return stage('model', 'scan', 'Finds the model and checks that nothing is missing.', [
    {key: 'checkpoint_dir', value: `\${vars.checkpoints}`},
    {key: 'model', value: model},
    ...(base === 'auto' || base === ''
      ? []
      : [{key: 'base_model', value: base, note: 'this fine-tune does not say'}]),
  ]);
}

function preprocessing({songs, tag}: Answers): readonly Entry[] {
  const isJson = songs.endsWith('.json');
  return [
    stage(
      'songs',
      'dataset',
      'Songs with captions and lyrics: from tags, from .txt and .json files beside them, or from a dataset JSON,\nwhich a program may write: docs/training-guide.md.',
      [
        reference('model', 'model'),
        {key: isJson ? 'dataset_json' : 'audio_dir', value: `\${vars.songs}`},
        ...(tag === '' ? [] : [{key: 'custom_tag', value: tag, note: 'the trigger word'}]),
      ],
    ),
    stage(
      'latents',
      'preprocess.pass1',
      'Encodes audio, prompts and lyrics; each song once and never again.',
      [reference('model', 'model'), reference('dataset', 'songs')],
    ),
    stage('conditions', 'preprocess.pass2', 'What the model is told about each song.', [
      reference('model', 'model'),
      reference('latents', 'latents'),
    ]),
  ];
}

/** What the songs pull at, before anything is trained. */
function measuring(answers: Answers): Entry {
  const comment =
    answers.measure === 'ranks'
      ? 'Measures what the songs pull at, and the rank that each module needs.'
      : 'Measures which modules the songs pull at hardest.';
  return stage('sensitivity', 'estimate', comment, [
    reference('model', 'model'),
    tensorsOf(answers),
    {key: 'method', value: answers.measure === 'ranks' ? 'fisher' : 'gradient'},
  ]);
}

function tensorsOf({source}: Answers): Entry {
  return source === 'tensors'
    ? {key: 'tensors', value: `\${vars.tensors}`}
    : reference('tensors', 'conditions');
}

function training(answers: Answers): Entry {
  const {adapter, preset, measure} = answers;
  const selection: readonly Entry[] =
    measure === 'no'
      ? []
      : [{key: 'selection', value: [reference('estimate', 'sensitivity'), {key: 'use', value: measure}]}];
  return {
    key: 'train',
    comment:
      'To train longer later, raise epochs: `sidestep plan` says whether the run continues.\n`resume: fork` goes on from its weights.',
    value: [
      {key: 'uses', value: 'train'},
      {key: 'preset', value: preset, note: 'see them all: sidestep presets list'},
      {
        key: 'with',
        value: [
          reference('model', 'model'),
          tensorsOf(answers),
          {key: 'adapter', value: [{key: 'type', value: adapter}, ...selection]},
        ],
      },
    ],
  };
}

/** The change written where its key belongs, over what is there. */
function withChange(all: readonly Entry[], {id, value, note}: ChosenValue): readonly Entry[] {
  const {stage, path} = placeOf(id);
  const last: Omit<Entry, 'key'> = {value, ...(note === undefined ? {} : {note})};
  return put(all, [stage, 'with', ...(pathWords(path) ?? [])], last);
}

function put(
  all: readonly Entry[],
  [word, ...rest]: readonly string[],
  last: Omit<Entry, 'key'>,
): readonly Entry[] {
  const key = word!;
  const old = all.find((entry) => entry.key === key);
  const entry: Entry =
    rest.length === 0 ? {key, ...last} : {...old, key, value: put(entriesOf(old), rest, last)};
  return old === undefined ? [...all, entry] : all.map((each) => (each === old ? entry : each));
}

function entriesOf(entry: Entry | undefined): readonly Entry[] {
  return entry === undefined ? [] : (entry.value as readonly Entry[]);
}

function stage(key: string, uses: string, comment: string, parameters: readonly Entry[]): Entry {
  return {
    key,
    comment,
    value: [
      {key: 'uses', value: uses},
      {key: 'with', value: parameters},
    ],
  };
}

function reference(key: string, id: string): Entry {
  return {key, value: `\${stages.${id}}`};
}
