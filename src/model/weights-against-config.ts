import type {TensorEntry} from '../format/safetensors-header.js';
import type {ExpectedTensors} from './expected-tensors.js';

/**
 * What keeps weights from being those that a config.json describes, in words, each kind said once. Names, shapes and dtypes come from
 * headers: nothing is read of the weights themselves. Pure.
 */
export function weightFaults(
  found: ReadonlyMap<string, Pick<TensorEntry, 'dtype' | 'shape'>>,
  expected: ExpectedTensors,
): string[] {
  const missing = [...expected.keys()].filter((name) => !found.has(name));
  const prefix = commonPrefix(found, missing);
  if (prefix !== undefined)
    return [
      `its tensors are named ${JSON.stringify(`${prefix}…`)}: ${whoPrefixes(prefix)}; save the model itself again, without the prefix`,
    ];
  const wrapper = innerWrapper(found, missing);
  if (wrapper !== undefined)
    return [
      `its tensors have ${JSON.stringify(wrapper)} in their names: ${whoPrefixes(wrapper)}; save the model itself again, without it`,
    ];
  const present = [...expected].filter(([name]) => found.has(name));
  const misshapen = present.filter(([name, shape]) => found.get(name)!.shape.join() !== shape.join());
  const unread = present.filter(([name]) => !['F32', 'F16', 'BF16'].includes(found.get(name)!.dtype));
  return [
    ...some(missing, (name) => `lacks ${name}`, 'of the tensors that config.json asks for'),
    ...some(
      misshapen,
      ([name, shape]) => `has ${name} of shape [${found.get(name)!.shape}], not [${shape}]`,
      'of another shape than config.json says',
    ),
    ...some(
      unread,
      ([name]) => `has ${name} as ${found.get(name)!.dtype}, which is not read (F32, F16 and BF16 are)`,
      'in such a format',
    ),
  ];
}

/** One is named, the others counted. */
function some<Item>(items: readonly Item[], words: (item: Item) => string, others: string): string[] {
  const [first] = items;
  if (first === undefined) return [];
  return [`it ${words(first)}${items.length === 1 ? '' : `, and ${items.length - 1} more ${others}`}`];
}

/** What is in front of every name that is missing, when that is all that is wrong with them. */
function commonPrefix(found: ReadonlyMap<string, unknown>, missing: readonly string[]): string | undefined {
  const [first] = missing;
  if (first === undefined) return undefined;
  const prefixed = [...found.keys()].find((name) => name.endsWith(`.${first}`));
  const prefix = prefixed?.slice(0, -first.length);
  return prefix !== undefined && missing.every((name) => found.has(prefix + name)) ? prefix : undefined;
}

const WRAPPER = /(?<=^|\.)(_orig_mod|module)\./g;

/** Wrappers around parts of a model, when the tensors that are missing are all there behind one. */
function innerWrapper(found: ReadonlyMap<string, unknown>, missing: readonly string[]): string | undefined {
  if (missing.length === 0) return undefined;
  const wrapped = [...found.keys()].filter((name) => name.search(WRAPPER) >= 0);
  const inner = new Set(wrapped.map((name) => name.replace(WRAPPER, '')));
  return missing.every((name) => inner.has(name)) ? wrapped[0]!.match(WRAPPER)![0] : undefined;
}

function whoPrefixes(prefix: string): string {
  if (prefix.includes('_orig_mod.')) return 'torch.compile’s wrapper was saved';
  if (prefix.includes('module.')) return 'the wrapper of data-parallel training was saved';
  return 'a model around it was saved';
}
