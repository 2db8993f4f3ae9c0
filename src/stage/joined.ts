import {isParamObject, isStageReference, type ParamObject, type ParamValue, valueAt} from './param.js';
import type {DerivedFault} from './stage-type.js';

/** One of several lists of samples that a parameter joins. */
export interface JoinedList {
  /** Dotted path of the stage or folder. */
  readonly param: string;
  readonly repeats: number;
  /** Undefined where the lists are not mixed by shares. */
  readonly share: number | undefined;
}

/** What a parameter joins: one stage or folder, or a list of them, each perhaps with `repeats` or `share`; none when it is unset. */
export function joinedLists(params: ParamObject, param: string): readonly JoinedList[] {
  const value = valueAt(params, param);
  if (value === undefined) return [];
  if (!Array.isArray(value)) return [{param, repeats: 1, share: undefined}];
  return (value as readonly ParamValue[]).map((item, i) => {
    if (!isParamObject(item)) return {param: `${param}.${i}`, repeats: 1, share: undefined};
    const {repeats, share} = item;
    return {
      param: `${param}.${i}.from`,
      repeats: typeof repeats === 'number' ? repeats : 1,
      share: typeof share === 'number' ? share : undefined,
    };
  });
}

/** The values by which a stage refers to lists of songs. */
export function songsReadBy(params: ParamObject): readonly (ParamValue | undefined)[] {
  return ['dataset', 'datasets'].flatMap((key) =>
    joinedLists(params, key).map(({param}) => valueAt(params, param)),
  );
}

/** What the schema cannot know of them. */
export function joinFaults(params: ParamObject, param: string): DerivedFault[] {
  const lists = joinedLists(params, param);
  const sources = lists.map((list) => {
    const value = valueAt(params, list.param);
    return isStageReference(value) ? `\${stages.${value.$stage}}` : String(value);
  });
  const twice = sources.findIndex((source, i) => sources.indexOf(source) !== i);
  if (twice !== -1)
    return [
      {
        param: lists[twice]!.param,
        code: 'join/twice',
        message: `${sources[twice]} is joined with itself`,
        hint: 'Name it once, with `repeats`.',
      },
    ];
  const sharing = lists.filter(({share}) => share !== undefined);
  const without = lists.find(({share}) => share === undefined);
  if (sharing.length > 0 && without !== undefined)
    return [
      {
        param: without.param,
        code: 'join/share-missing',
        message: 'Others of this list have a `share` and this one has none',
        hint: 'Give each a `share`; only their proportions count. Or none, and use `repeats`.',
      },
    ];
  const both = sharing.find(({repeats}) => repeats !== 1);
  return both === undefined
    ? []
    : [
        {
          param: both.param,
          code: 'join/share-and-repeats',
          message: 'It has a `share` and `repeats`, and a share decides how often its samples are repeated',
          hint: 'Keep one of them.',
        },
      ];
}

/** Of a sample, what decides how often it is shown. */
export interface Shown {
  /** A hash of its content. */
  readonly identity: string;
  /** What it says of itself. */
  readonly repeats: number;
}

/**
 * How often each sample of each list is shown in an epoch. By shares the epoch is as short as it can be with every sample shown at
 * least as often as it says of itself, and each list gets its share to within half a showing; of a list whose showings do
 * not divide evenly, the samples with the smallest hashes are shown once more, so names and order decide nothing.
 */
export function showings(
  lists: readonly {
    readonly samples: readonly Shown[];
    readonly repeats: number;
    readonly share: number | undefined;
  }[],
): number[][] {
  const own = lists.map(({samples}) => samples.reduce((sum, {repeats}) => sum + repeats, 0));
  const all = lists.reduce((sum, {share}) => sum + (share ?? 0), 0);
  if (all === 0) return lists.map(({samples, repeats}) => samples.map((sample) => sample.repeats * repeats));
  const epoch = Math.max(...lists.map(({share}, i) => Math.ceil((own[i]! * all) / share!)));
  return lists.map(({samples, share}) => spread(samples, Math.round((epoch * share!) / all)));
}

/** So many showings, as evenly as the samples' own repeats allow. */
function spread(samples: readonly Shown[], total: number): number[] {
  const own = samples.reduce((sum, {repeats}) => sum + repeats, 0);
  if (own === 0) return [];
  const counts = samples.map(({repeats}) => repeats * Math.floor(total / own));
  let left = total % own;
  const order = samples
    .map((_, i) => i)
    .sort((a, b) => (samples[a]!.identity < samples[b]!.identity ? -1 : 1));
  for (const i of order) {
    const more = Math.min(left, samples[i]!.repeats);
    counts[i] = counts[i]! + more;
    left -= more;
  }
  return counts;
}
