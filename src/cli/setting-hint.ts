import {parameterPlaces, TYPES} from '../config/check/key-advice.js';

/** Commands whose pipeline can be given other values. */
const TAKING: ReadonlySet<string> = new Set([
  'run',
  'plan',
  'status',
  'why',
  'watch',
  'validate',
  'graph',
  'show',
]);

/** What to write for `run --epochs 5`: values of a pipeline are no options of ours. */
export function settingHint(argv: readonly string[], option: string): string | undefined {
  if (!TAKING.has(argv[0] ?? '')) return undefined;
  const [, name, inline] = /^--?([\w-]+)(?:=(.*))?$/s.exec(option) ?? [];
  if (name === undefined) return undefined;
  const next = argv[argv.indexOf(option) + 1] ?? '';
  const [found] = assignments(name.replaceAll('-', '_'), inline ?? (next.startsWith('--') ? '' : next));
  return found === undefined
    ? undefined
    : `Values of the pipeline are given as \`--set ${found}\` (the stage by its name in the file).`;
}

function assignments(name: string, value: string): string[] {
  return TYPES.flatMap((type) =>
    parameterPlaces(type, [name], value).map(
      (path) => `${type}.${path.join('.')}=${value === '' ? '…' : value}`,
    ),
  );
}
