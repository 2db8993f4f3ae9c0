import {shellWord} from '../../base/shell-word.js';
import type {Schema} from '../../schema/schema.js';
import {schemas} from '../../schema/schemas.generated.js';
import {stageTypes} from '../../stage/registry.js';
import {type Located, member, type Origin} from '../text/located.js';
import {flowText, nestedText} from '../text/written-yaml.js';
import {type ForeignKey, foreignPlaces, insteadOf, type KeyPlace} from './foreign-keys.js';
import {childSchema, pathsNamed, variantFor} from './schema-walk.js';

/** Where a mapping is, so that a key in it can be sent to the place where it belongs. */
export interface Level {
  /** A stage type (the mapping is in the parameters of such a stage), `stage`, `file`, `settings`, or another document. */
  readonly within: string;
  /** From there to the mapping. */
  readonly path: readonly string[];
  /** The stage type, where the mapping is a stage and says it. */
  readonly uses?: string;
}

interface Found {
  readonly key: string;
  readonly value: Located | undefined;
  readonly level: Level;
  /** The keys that may be there. */
  readonly known: readonly string[];
  /** The mapping that the key is in. */
  readonly beside: Located | undefined;
  /** Where the key was written. */
  readonly origin: Origin | undefined;
}

/** Where a key belongs that is not known where it stands: a key of another trainer, or our own at another place. */
export function keyAdvice(found: Found): string | undefined {
  const {key, level} = found;
  const atTop = level.within === 'file' && level.path.length === 0 ? topWords(found) : undefined;
  if (atTop !== undefined) return atTop;
  if (isSetting(found)) return settingWords(found);
  const foreign = foreignPlaces(key).map((candidate) => broughtHere(candidate, found));
  const ranked = [...foreign, ...ownPlaces(key, found.value)]
    .map((candidate) => ({candidate, rank: nearness(candidate.place, level)}))
    .filter(({rank}) => rank < Number.POSITIVE_INFINITY);
  const nearest = ranked.reduce<(typeof ranked)[number] | undefined>(
    (best, each) => (best === undefined || each.rank < best.rank ? each : best),
    undefined,
  );
  if (nearest !== undefined) return placeWords(nearest.candidate, found);
  const instead = insteadOf(key);
  return instead === undefined ? undefined : `\`${key}\` has no counterpart here: ${instead}.`;
}

/** Stage types by the words that other programs' files, and people, have for them at the top. */
const STAGE_WORDS: Readonly<Record<string, string>> = {
  ...{dataset: 'dataset', datasets: 'dataset', data: 'dataset', songs: 'dataset', audio: 'dataset'},
  ...{model: 'scan', base_model: 'scan', checkpoint: 'scan', checkpoints: 'scan'},
  ...{train: 'train', training: 'train', trainer: 'train'},
  ...{export: 'export', generate: 'generate', caption: 'caption', analyze: 'analyze'},
};

/** A key at the top of the file that is a stage, or the head of another program's file. */
function topWords({key, value}: Found): string | undefined {
  if (isStage(value)) return 'A stage: write it under `stages:`.';
  if (key === 'job' || key === 'config')
    return (
      'A key of ai-toolkit: here the file begins with `sidestep: 1`, and what its process lists is stages, under `stages:`. ' +
      '`sidestep init` writes one to start from.'
    );
  const uses = Object.hasOwn(STAGE_WORDS, key) ? STAGE_WORDS[key]! : undefined;
  if (uses === undefined) return undefined;
  const name = key === uses || uses === 'scan' ? key : uses;
  const written = `{uses: ${uses}, with: ${parametersText(uses, value)}}`;
  return `It is a stage here: write \`stages: {${name}: ${written}}\`.`;
}

/** What is written there as a stage's parameters: a text is the folder, or the model, that the stage starts from. */
function parametersText(uses: string, value: Located | undefined): string {
  if (value?.kind === 'map') return flowText(value);
  if (value?.kind !== 'scalar' || typeof value.value !== 'string') return '{…}';
  if (uses === 'dataset') return `{audio_dir: ${flowText(value)}}`;
  if (uses !== 'scan') return '{…}';
  const text = flowText(value);
  return /[/\\]/.test(value.value) ? `{checkpoint_dir: ${text}}` : `{checkpoint_dir: …, model: ${text}}`;
}

/** What only settings have: a pipeline, which others run as well, starts no program at its end and chooses no colours. */
function isSetting({key, value, level}: Found): boolean {
  if (level.within === 'settings' || !Object.hasOwn(schemas.settings?.properties ?? {}, key)) return false;
  const isJobs = key === 'jobs' && value?.kind === 'map'; // another system's word for stages
  return !isJobs && ownPlaces(key, value).length === 0;
}

function settingWords({key, value}: Found): string {
  return `A setting of yours, not of a pipeline, which others run as well: \`sidestep settings set ${key} ${shellWord(flowText(value))}\`.`;
}

/** `defaults` and several stage types have a `precision`: the nearest is the one in the same mapping. */
function broughtHere(foreign: ForeignKey, {level, known}: Found): ForeignKey {
  const {within, path} = foreign.place;
  const [only, ...deeper] = path as [string, ...string[]];
  if (within === level.within || deeper.length > 0 || !known.includes(only)) return foreign;
  return {...foreign, place: {within: level.within, path: [...level.path, only]}};
}

/** Stage types that people mean most when several have a key. */
const LIKELY = [
  'train',
  'dataset',
  'preprocess.pass1',
  'preprocess.pass2',
  'scan',
  'export',
  'estimate',
  'generate',
];

/** Stage types by how likely somebody means them; those that only pipelines of ours use are not meant. */
export const TYPES: readonly string[] = [
  ...LIKELY,
  ...Array.from(stageTypes.keys()).filter(
    (type) => !LIKELY.includes(type) && schemas[`stage.${type}`]?.['x-stage-type']?.in_settings !== false,
  ),
];

/** The places at which a key of this very name exists; of several within one type, the one that takes the value. */
function ownPlaces(key: string, value: Located | undefined): ForeignKey[] {
  const roots = [
    ...TYPES.map((type) => ({within: type, schema: schemas[`stage.${type}`]!})),
    {within: 'stage', schema: schemas.stage!},
    {within: 'file', schema: schemas.pipeline!},
  ];
  const word = value?.kind === 'scalar' ? (value.value ?? undefined) : undefined;
  return roots.flatMap(({within, schema}) =>
    pathsNamed(schema, key)
      .map((path) => path.split('.'))
      .sort((a, b) => Number(takes(schema, b, word)) - Number(takes(schema, a, word)))
      .map((path) => ({place: {within, path}})),
  );
}

/**
 * Where the parameters of a stage type have what these words name: by its own path, by its last words, by another
 * trainer's name. Of several the ones that take the value, or else the shortest.
 */
export function parameterPlaces(
  uses: string,
  words: readonly string[],
  value: string,
): (readonly string[])[] {
  const [first, ...rest] = words as [string, ...string[]];
  const schema = schemas[`stage.${uses}`]!;
  const own = pathsNamed(schema, first).map((path) => [...path.split('.'), ...rest]);
  const foreign = rest.length > 0 ? [] : foreignPlaces(first).filter(({place}) => place.within === uses);
  const paths = [...own, ...foreign.map(({place}) => [...place.path])];
  const taking = paths.filter((path) => takes(schema, path, value));
  const shortest = Math.min(...paths.map(({length}) => length));
  return taking.length > 0 ? taking : paths.filter(({length}) => length === shortest);
}

/** Is it one of the words that may be there? */
function takes(root: Schema, path: readonly string[], value: unknown): boolean {
  const [last] = path.slice(-1) as [string];
  const holder = path.slice(0, -1).reduce<Schema | undefined>(childSchema, root);
  return [holder, ...(holder?.oneOf ?? [])].some((variant) => {
    const property = variant?.properties?.[last];
    return (
      (property?.const !== undefined && property.const === value) ||
      (property?.enum?.includes(value) ?? false)
    );
  });
}

/** Smaller is nearer: below this mapping, elsewhere in the same stage, in the file, in a stage of another type. */
function nearness({within, path}: KeyPlace, level: Level): number {
  const here = within === level.within && level.path.every((word, index) => path[index] === word);
  if (here) return path.length > level.path.length ? path.length / 100 : Number.POSITIVE_INFINITY;
  if (within === level.within) return 1;
  if (level.within === 'stage') return within === level.uses ? 1 : within === 'file' ? 2 : 3;
  if (within === 'stage')
    return level.within === 'file' || level.within === 'settings' ? Number.POSITIVE_INFINITY : 2;
  if (level.within === 'settings') return within === 'file' ? Number.POSITIVE_INFINITY : 3;
  return within === 'file' ? 2.5 : 3;
}

/** "network_dim is adapter.rank here: write …" or "It belongs under adapter: write …". */
function placeWords({place, value, remark}: ForeignKey, found: Found): string {
  const {key, level} = found;
  if (value !== undefined && isFalse(found.value))
    return `Remove it: it is off unless \`${place.path.join('.')}\` is written.`;
  const target = targetOf(place, level);
  const last = place.path.at(-1)!;
  const holder = target.path.slice(0, -1).join('.');
  const isOwn = key === last && value === undefined;
  const where = target.stage === undefined ? '' : ` of a \`${target.stage}\` stage`;
  const side = target.side ?? '';
  const having = variantsWith(place);
  const chosen = having === undefined ? undefined : chosenVariant(place, found);
  if (having !== undefined && chosen !== undefined && !having.includes(chosen))
    return `\`${key}\` is \`${target.path.join('.')}\`${where || side} here, and only type ${having.join(', ')} has it, not ${chosen}.`;
  const head = isOwn
    ? `It belongs${holder === '' ? '' : ` under \`${holder}\``}${where || side}`
    : `\`${key}\` is \`${target.path.join('.')}\`${where || side} here`;
  const typed = having?.length === 1 && chosen === undefined && found.origin !== undefined;
  const written = snippet(
    typed && setWords(found.origin!) === undefined ? {...target, type: having[0]!} : target,
    value ?? flowText(found.value),
    found,
  );
  return `${head}: write \`${written}\`.${remark === undefined ? '' : ` ${remark}`}`;
}

interface Target {
  /** From the mapping where one would write it. */
  readonly path: readonly string[];
  /** The type of the other stage that it belongs to. */
  readonly stage?: string;
  /** It does not go into the mapping it was found in, but where these words say. */
  readonly side?: string;
  /** Of the mapping to write, where only one of its variants has the key. */
  readonly type?: string;
}

/** The schema of the mapping that a key belongs to, with all its variants. */
function holderSchema({within, path}: KeyPlace): Schema | undefined {
  const root = within === 'file' ? schemas.pipeline : (schemas[`stage.${within}`] ?? schemas[within]);
  return path.slice(0, -1).reduce<Schema | undefined>(childSchema, root);
}

/** The variants that have a key; undefined where all do. */
function variantsWith(place: KeyPlace): readonly string[] | undefined {
  const holder = holderSchema(place);
  const last = place.path.at(-1)!;
  const having = holder?.oneOf?.filter(({properties}) => Object.hasOwn(properties ?? {}, last)) ?? [];
  const tag = holder?.discriminator?.propertyName;
  if (tag === undefined || having.length === (holder!.oneOf ?? []).length) return undefined;
  return having.map(({properties}) => String(properties![tag]?.const));
}

/** What the mapping that the key belongs to is; undefined where it is not written yet, or not in sight. */
function chosenVariant(place: KeyPlace, {level, beside}: Found): string | undefined {
  const way = place.path.slice(level.path.length, -1);
  const inSight = place.within === level.within && level.path.every((word, at) => place.path[at] === word);
  const held = inSight
    ? way.reduce<Located | undefined>((at, word) => at && member(at, word), beside)
    : undefined;
  const schema = holderSchema(place);
  const tag = schema?.discriminator?.propertyName;
  const variant = held?.kind === 'map' ? variantFor(schema, held) : undefined;
  return tag === undefined || variant === undefined ? undefined : String(variant.properties?.[tag]?.const);
}

function targetOf({within, path}: KeyPlace, level: Level): Target {
  const below = within === level.within && level.path.every((word, index) => path[index] === word);
  if (below) return {path: path.slice(level.path.length)};
  if (within === 'file') return {path, side: ' at the top of the file'};
  if (within === 'stage') return level.within === 'stage' ? {path} : {path, side: ' beside `with`'};
  if (within === level.within) return {path: ['with', ...path]};
  if (level.within === 'stage' && within === level.uses) return {path: ['with', ...path]};
  if (level.within === 'settings') return {path: ['stages', within, ...path]};
  return {path: ['with', ...path], stage: within};
}

/** What to write: on the command line where the key came from there, in the mapping that is there already if it is. */
function snippet({path, stage, side, type}: Target, value: string, {level, beside, origin}: Found): string {
  const assignment = origin === undefined ? undefined : setWords(origin);
  if (assignment !== undefined && stage === undefined) {
    const within = side?.includes('file')
      ? []
      : path[0] === 'with'
        ? [assignment]
        : [assignment, ...level.path];
    return `--set ${[...within, ...path.filter((word, index) => index > 0 || word !== 'with')].join('.')}=${value}`;
  }
  const [first, ...rest] = path as [string, ...string[]];
  const there = beside?.kind === 'map' && beside.entries.get(first)?.value.kind === 'map';
  return there && rest.length > 0 && side === undefined && stage === undefined
    ? `${nestedText(rest, value)}\` in \`${first}`
    : type === undefined || path.length === 1
      ? nestedText(path, value)
      : nestedText(path.slice(0, -1), `{type: ${type}, ${nestedText(path.slice(-1), value)}}`);
}

/** The stage that `--set train.lr=1e-4` speaks of; undefined when this is no `--set`. */
function setWords({source}: Origin): string | undefined {
  if (source.name !== '--set') return undefined;
  const [first, second] = source.text.split('=')[0]!.trim().split('.');
  return first === 'stages' ? second : first;
}

function isStage(value: Located | undefined): boolean {
  return value?.kind === 'map' && value.entries.has('uses');
}

function isFalse(value: Located | undefined): boolean {
  return value?.kind === 'scalar' && value.value === false;
}
