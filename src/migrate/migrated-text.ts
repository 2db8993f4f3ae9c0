import {type Entry, type FilePlace, schemaLine, writtenPath, yamlText} from '../app/pipeline-text.js';
import {isAdapterKind, usualFormats} from '../stage/adapter-kinds.js';
import type {Migrated, MigratedSetting} from './arguments.js';
import {keySchemas} from './upstream-flags.js';

/** `cwd` is where upstream would have been started: what its relative paths start from. */
export interface MigratedFile extends FilePlace {
  readonly name: string;
  /** Upstream's own words, for the comment on top. */
  readonly source: string;
}

/** Pure: a commented pipeline file that does what upstream's command line did. */
export function migratedPipeline(migrated: Migrated, file: MigratedFile): string {
  const placed = migrated.settings.map((setting) => placedSetting(setting, file));
  const own = settingsOf(placed, undefined);
  const named = own.some(({key}) => key === 'name');
  const top = [
    {key: 'sidestep', value: 1},
    ...(named ? [] : [{key: 'name', value: file.name}]),
    ...tree(own),
    {key: 'stages', value: stagesFor(migrated, placed)},
  ];
  return `${schemaLine()}${header(file.source, migrated.notes)}${yamlText(top)}`;
}

function stagesFor({subcommand, makes}: Migrated, placed: readonly MigratedSetting[]): Entry[] {
  const own = (type: string) => settingsOf(placed, type);
  const from_tensors = hasKey(placed, 'train', 'tensors') && !hasKey(placed, 'dataset', undefined);
  const model = stage(
    'model',
    'scan',
    withDefaults(own('scan'), {checkpoint_dir: './checkpoints', model: 'turbo'}),
  );
  const encoded = from_tensors ? [model] : [model, ...preprocessing(own)];
  const sensitivity = () => stage('sensitivity', 'estimate', [...inputs(placed), ...tree(own('estimate'))]);
  switch (makes) {
    case 'dataset':
      return [songs(own)];
    case 'export':
      return [stage('export', 'export', tree(own('export')))];
    case 'preprocess.pass1':
      return [model, ...preprocessing(own)];
    case 'estimate':
      return [...encoded, sensitivity()];
    default:
      return [
        ...encoded,
        ...(measures(subcommand, placed) ? [sensitivity()] : []),
        ...training(subcommand, placed),
      ];
  }
}

/** Pure: a preset for train stages. What belongs to other stages is named in a comment. */
export function migratedPreset(
  {settings, notes}: Migrated,
  file: MigratedFile & {description: string},
): string {
  const own = settings.flatMap((setting) => {
    if (setting.stage === 'train') return [setting];
    return setting.key === 'defaults.seed' ? [{...setting, stage: 'train', key: 'seed'}] : [];
  });
  const others = settings.filter(({stage, key}) => stage !== 'train' && key !== 'defaults.seed');
  const left = others.map(
    ({from, stage, key}) => `${from}: belongs to ${stage ?? 'the pipeline'}, key ${key}`,
  );
  const top = [
    {key: 'sidestep', value: 1},
    ...(file.description === '' ? [] : [{key: 'description', value: file.description}]),
    {key: 'uses', value: 'train'},
    {key: 'with', value: tree(withAdapterType(settingsOf(own, 'train')))},
  ];
  const conditions =
    'its conditions: write `conditioning: upstream` in the preprocess.pass1 stage to train on the same';
  const told = header(file.source, [conditions, ...notes, ...left]);
  return `${schemaLine('preset')}${told}${yamlText(top)}`;
}

function header(source: string, notes: readonly string[]): string {
  const lines = [
    `Migrated from: ${source}`,
    ...(notes.length === 0 ? [] : ['Left out, or different here:', ...notes.map((note) => `  ${note}`)]),
  ];
  return lines.map((line) => `# ${line}\n`).join('');
}

function songs(own: (type: string) => readonly MigratedSetting[]): Entry {
  const said = own('dataset');
  const needs = said.some(({key}) => key === 'audio_dir' || key === 'dataset_json');
  const folder: Entry = {key: 'audio_dir', value: './my_audio', note: 'put your songs here'};
  return stage('songs', 'dataset', needs ? tree(said) : [folder, ...tree(said)]);
}

function preprocessing(own: (type: string) => readonly MigratedSetting[]): Entry[] {
  return [
    songs(own),
    stage('latents', 'preprocess.pass1', [
      reference('model', 'model'),
      reference('dataset', 'songs'),
      {
        key: 'conditioning',
        value: 'upstream',
        note: "as upstream's trainers; remove it to train what inference hears",
      },
      ...tree(own('preprocess.pass1')),
    ]),
    stage('conditions', 'preprocess.pass2', [
      reference('model', 'model'),
      reference('latents', 'latents'),
      ...tree(own('preprocess.pass2')),
    ]),
  ];
}

function training(subcommand: string, placed: readonly MigratedSetting[]): Entry[] {
  const selection: MigratedSetting[] = measures(subcommand, placed)
    ? [
        {
          stage: 'train',
          key: 'adapter.selection.estimate',
          value: stageReference('sensitivity'),
          from: 'selective',
        },
      ]
    : [];
  const own = settingsOf(placed, 'train').filter(({key}) => key !== 'tensors');
  return [
    stage('train', 'train', [...inputs(placed), ...tree(withAdapterType([...own, ...selection]))]),
    stage('export', 'export', [
      reference('adapter', 'train'),
      {key: 'formats', value: formatsOf(own)},
      ...exportPlace(own),
    ]),
  ];
}

/** Beside the training's own folder and called like it: two lines in one project leave two exports. */
function exportPlace(own: readonly MigratedSetting[]): Entry[] {
  const output = own.find(({key}) => key === 'output_dir')?.value;
  if (typeof output !== 'string') return [];
  const folder = output.replace(/[/\\]+$/, '');
  const name = folder.replace(/^.*[/\\]/, '');
  if (/^\.*$/.test(name)) return [];
  return [
    {key: 'name', value: name},
    {key: 'output_dir', value: `${folder}-exported`},
  ];
}

/** Selective training measures first, unless the line names what was measured. */
function measures(subcommand: string, placed: readonly MigratedSetting[]): boolean {
  return subcommand === 'selective' && !hasKey(placed, 'train', 'adapter.selection.estimate');
}

/** The form of the adapter's own library, and ComfyUI's where that reads the kind. */
function formatsOf(own: readonly MigratedSetting[]): string[] {
  const type = own.find(({key}) => key === 'adapter.type')?.value;
  return usualFormats(isAdapterKind(type) ? type : 'lora');
}

/** The schema tells adapters apart by their type, which upstream leaves unsaid for LoRA. */
function withAdapterType(own: readonly MigratedSetting[]): readonly MigratedSetting[] {
  const said = own.some(({key}) => key === 'adapter.type');
  const adapted = own.some(({key}) => key.startsWith('adapter.'));
  return said || !adapted
    ? own
    : [{stage: 'train', key: 'adapter.type', value: 'lora', from: "upstream's default"}, ...own];
}

function inputs(placed: readonly MigratedSetting[]): Entry[] {
  const folder = placed.find(({stage, key}) => stage === 'train' && key === 'tensors');
  const songs = hasKey(placed, 'dataset', undefined);
  return [
    reference('model', 'model'),
    folder === undefined || songs
      ? reference('tensors', 'conditions')
      : {key: 'tensors', value: folder.value, note: folder.from},
  ];
}

function reference(key: string, stageKey: string): Entry {
  return {key, value: stageReference(stageKey)};
}

function stageReference(key: string): string {
  return `\${stages.${key}}`;
}

function stage(key: string, uses: string, parameters: readonly Entry[]): Entry {
  return {
    key,
    value: [
      {key: 'uses', value: uses},
      ...(parameters.length === 0 ? [] : [{key: 'with', value: parameters}]),
    ],
  };
}

function withDefaults(own: readonly MigratedSetting[], defaults: Readonly<Record<string, string>>): Entry[] {
  const missing = Object.entries(defaults).filter(([key]) => !own.some((setting) => setting.key === key));
  const note = (key: string) => (key === 'checkpoint_dir' ? 'where your models are' : "upstream's default");
  return [...missing.map(([key, value]) => ({key, value, note: note(key)})), ...tree(own)];
}

function settingsOf(
  placed: readonly MigratedSetting[],
  type: string | undefined,
): readonly MigratedSetting[] {
  const last = new Map(
    placed.filter(({stage: own}) => own === type).map((setting) => [setting.key, setting]),
  );
  return [...last.values()]; // as on a command line, the last word on a key holds
}

function hasKey(placed: readonly MigratedSetting[], type: string, key: string | undefined): boolean {
  return placed.some((setting) => setting.stage === type && (key === undefined || setting.key === key));
}

/** Dotted keys to nested entries, in the order in which they were said. */
function tree(settings: readonly MigratedSetting[]): Entry[] {
  const groups = new Map<string, MigratedSetting[]>();
  for (const setting of settings) {
    const [word] = setting.key.split('.') as [string];
    groups.set(word, [...(groups.get(word) ?? []), {...setting, key: setting.key.slice(word.length + 1)}]);
  }
  return [...groups].map(([key, members]) => {
    const [only] = members as [MigratedSetting];
    return only.key === '' ? {key, value: only.value, note: only.from} : {key, value: tree(members)};
  });
}

/** Paths start from the folder of the file, not from where upstream was started. */
function placedSetting(setting: MigratedSetting, file: MigratedFile): MigratedSetting {
  const flag = {key: setting.key, ...(setting.stage === undefined ? {} : {stage: setting.stage})};
  const isPath = keySchemas(flag, 'lora').some((schema) => 'x-path' in schema) || PATH_KEYS.has(setting.key);
  if (!isPath || typeof setting.value !== 'string') return setting;
  return {...setting, value: writtenPath(setting.value, file)};
}

/** Parameters that are a stage or a path, which their schema cannot mark. */
const PATH_KEYS: ReadonlySet<string> = new Set([
  'checkpoint_dir',
  'audio_dir',
  'dataset_json',
  'tensors',
  'output_dir',
  'resume_from',
  'adapter',
  'logging.log_dir',
]);
