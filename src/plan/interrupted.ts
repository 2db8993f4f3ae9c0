import type {Fingerprint} from '../base/hash.js';
import {canonicalJson, isJsonObject, type Json, type JsonObject} from '../base/json.js';
import {listed} from '../base/near-miss.js';
import {shellWord} from '../base/shell-word.js';
import type {StageId} from '../base/stage-id.js';
import type {ConfiguredStage} from '../config/pipeline.js';
import type {StageType} from '../stage/stage-type.js';
import type {Start} from '../stage/start.js';
import {matchesAny} from './fingerprint-parts.js';
import type {FingerprintParts, StaleReason} from './plan.js';
import type {InterruptedWork, World} from './world.js';

/** Values that are named in one sentence. */
const MOST_VALUES = 3;

/** What an interrupted run of another version of this stage saved; undefined where nothing saved counts, because it was asked so. */
export function leftByAnother(
  {
    id,
    fingerprint,
    reasons,
  }: {readonly id: StageId; readonly fingerprint: Fingerprint; readonly reasons: readonly StaleReason[]},
  {interrupted}: World,
): InterruptedWork | undefined {
  if (reasons.some(({kind}) => kind === 'forced' || kind === 'cache_ignored')) return undefined;
  return interrupted?.(id).find((work) => work.fingerprint !== fingerprint);
}

interface Beside {
  readonly configured: ConfiguredStage;
  readonly type: StageType;
  readonly parts: FingerprintParts;
  readonly left: InterruptedWork | undefined;
}

/** Pure: a stage that begins at the beginning although work of another version of it is saved says so: hours may be in that. */
export function besideLeft(start: Start, {configured, type, parts, left}: Beside): Start {
  const growth = type.extends;
  if (start.kind !== 'beginning' || left === undefined || growth === undefined) return start;
  if (growth.wish(parts.params) === 'beginning') return start; // that is what was asked for
  const at = growth.standing(left);
  const difference = differenceOf(left, parts, {configured, growing: growth.params});
  // Nothing that a user wrote: no option brings back what computed it otherwise.
  if (difference.because === '')
    return {
      kind: 'other_interrupted',
      at,
      because: `${whose(left)} ${at} was saved by another version of sidestep`,
      back: null,
    };
  return {
    kind: 'other_interrupted',
    at,
    because: `${whose(left)} ${at} ${difference.because}`,
    back: back(left, difference),
  };
}

function whose({of}: InterruptedWork): string {
  switch (of.kind) {
    case 'this':
      return 'the run that was interrupted at';
    case 'file':
      return 'the run without --set that was interrupted at';
    case 'experiment':
      return `the experiment ${of.name} that was interrupted at`;
  }
}

/** Nothing on the command line brings back other data or another arithmetic. */
function back({of}: InterruptedWork, {undone, differs}: Difference): string | null {
  if (differs === 'also_otherwise') return null;
  switch (of.kind) {
    case 'this':
      return undone.length === 0 ? null : `\`${undone.join(' ')}\``;
    case 'file':
      return 'a run without --set';
    case 'experiment':
      return `\`--name ${of.name}\``;
  }
}

interface Difference {
  /** Without what only makes another length of the same work: that alone is no reason. */
  readonly because: string;
  readonly differs: 'in_values' | 'also_otherwise';
  /** Options that put the values back; none where one was not set. */
  readonly undone: readonly string[];
}

function differenceOf(
  {about}: InterruptedWork,
  parts: FingerprintParts,
  {configured: {declared_as}, growing}: Pick<Beside, 'configured'> & {readonly growing: readonly string[]},
): Difference {
  const was = isJsonObject(about.params) ? about.params : {};
  const other = othersOf(about, parts);
  const changed = keysThatDiffer(was, parts.params);
  const deciding = changed.filter((param) => !matchesAny(param, growing));
  const old = deciding.map((param) => `${param} ${words(was[param])} (now ${words(parts.params[param])})`);
  const values = old.length === 0 ? [] : [`had ${listed(old, MOST_VALUES)}`];
  const undoable = changed.every((param) => was[param] !== undefined);
  return {
    because: [...values, ...other].join(' and '),
    differs: other.length === 0 ? 'in_values' : 'also_otherwise',
    undone: undoable
      ? changed.map((param) => `--set ${shellWord(`${declared_as}.${param}=${words(was[param])}`)}`)
      : [],
  };
}

/** What else than values differs; said of a state of an earlier version only where no value explains it. */
function othersOf(about: JsonObject, parts: FingerprintParts): string[] {
  const {contents, numerics} = about;
  if (!isJsonObject(contents) || numerics === undefined)
    return keysThatDiffer(isJsonObject(about.params) ? about.params : {}, parts.params).length > 0
      ? []
      : ['had other songs, another model or another arithmetic'];
  const inputs = keysThatDiffer(contents, {...parts.inputs, ...parts.files});
  return [
    ...(inputs.length === 0 ? [] : [`was made from other ${listed(inputs, MOST_VALUES)}`]),
    ...(same(numerics, parts.numerics) ? [] : ['computed in another arithmetic']),
  ];
}

function keysThatDiffer(was: JsonObject, is: JsonObject): string[] {
  return [...new Set([...Object.keys(was), ...Object.keys(is)])].filter((key) => !same(was[key], is[key]));
}

const same = (a: Json | undefined, b: Json | undefined): boolean =>
  canonicalJson(a ?? null) === canonicalJson(b ?? null);

function words(value: Json | undefined): string {
  if (value === undefined) return 'unset';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
