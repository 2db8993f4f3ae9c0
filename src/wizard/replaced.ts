import {isMap, isScalar, parseDocument} from 'yaml';
import type {Problem} from '../base/problem.js';

/** What every file of the wizard has, and what its stages use. */
const OWN_KEYS = new Set(['sidestep', 'name', 'vars', 'stages']);
const OWN_TYPES = new Set([
  ...['scan', 'dataset', 'preprocess.pass1', 'preprocess.pass2'],
  ...['estimate', 'train', 'export'],
]);

/** Pure: what goes with a file that the wizard replaces and is nothing that it could write again. */
export function replacedProblem(file: string, text: string): Problem | undefined {
  const {contents} = parseDocument(text, {logLevel: 'silent'});
  if (!isMap(contents)) return undefined;
  const keys = namesOf(contents).filter((key) => !OWN_KEYS.has(key));
  const stages = contents.get('stages');
  const foreign = isMap(stages) ? namesOf(stages).filter((name) => !isOwn(stages.get(name))) : [];
  const lost = [
    ...keys.map((key) => `\`${key}\``),
    ...(foreign.length === 0
      ? []
      : [`${foreign.length === 1 ? 'the stage' : 'the stages'} ${foreign.join(', ')}`]),
  ];
  if (lost.length === 0) return undefined;
  return {
    code: 'init/replaces',
    message: `${file} will be replaced, and with it what the wizard does not write: ${lost.join(', ')}`,
    hint: keys.includes('profiles')
      ? `Keep a copy, or write another file with --output. \`--profiles ${file}\` takes the machines' profiles along.`
      : 'Keep a copy, or write another file with --output.',
  };
}

function namesOf(map: {readonly items: readonly {readonly key: unknown}[]}): string[] {
  return map.items.flatMap(({key}) => (isScalar(key) ? [String(key.value)] : []));
}

/** A stage that lays something over a piece's says no `uses`: it goes with `include`, which is named. */
function isOwn(stage: unknown): boolean {
  if (!isMap(stage)) return false;
  const uses = stage.get('uses');
  return uses === undefined || OWN_TYPES.has(String(uses));
}
