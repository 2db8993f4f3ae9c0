import type {FlagTable} from './upstream-flags.js';

/** A command line of upstream, taken apart as far as that needs no flag table. */
export interface UpstreamLine {
  /** A subcommand of the table; `wizard` when the line is the bare program. */
  readonly subcommand: string;
  /** What follows it. */
  readonly words: readonly string[];
  /** Whose defaults hold where the line says nothing: Side-Step's since 1.0, or those of the trainer it grew out of. */
  readonly program: 'side_step_1' | 'trainer';
}

/** `uv run python train.py`, `./sidestep.sh`, `python -m sidestep_engine`, variables before them: what starts the program. */
const LAUNCHERS =
  /^(\w+=.*|python[\d.]*|uv|run|poetry|sudo|-m|[\w./\\-]*\.(py|sh|bat)|[\w./\\-]*sidestep(_engine)?(\.exe)?)$/;
const SIDE_STEP = /(^|[/\\])sidestep(_engine)?(\.(sh|bat|exe))?$/;
/** Flags that are before the subcommand. */
const GLOBAL = new Set(['--plain', '--yes', '-y']);
/** What Side-Step 1.0 removed: a line with one is older. */
const OLDER = new Set(['vanilla', 'selective', 'estimate', 'compare-configs']);

export function upstreamLine(line: readonly string[], table: FlagTable): UpstreamLine {
  const begin = line.findIndex((word) => !LAUNCHERS.test(word));
  const launcher = begin === -1 ? line : line.slice(0, begin);
  const words = begin === -1 ? [] : line.slice(begin);
  if (words.includes('--gui')) return {subcommand: 'gui', words: [], program: 'side_step_1'};
  const at = words.findIndex((word) => !GLOBAL.has(word));
  const first = words[at];
  const named = first !== undefined && Object.hasOwn(table.subcommands!, first) ? first : undefined;
  const rest = named === undefined ? words : words.toSpliced(at, 1);
  const subcommand = named ?? (at === -1 ? 'wizard' : 'train');
  const isNew =
    launcher.some((word) => SIDE_STEP.test(word)) ||
    (named !== undefined && table.subcommands![named]!.since === 1) ||
    rest.some((word) => table.train![word.split('=')[0]!]?.since === 1);
  return {subcommand, words: rest, program: isNew && !OLDER.has(subcommand) ? 'side_step_1' : 'trainer'};
}
