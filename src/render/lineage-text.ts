import type {Palette} from './palette.js';
import {clockText, countText} from './quantity.js';
import {visible} from './visible.js';

export interface LineageView {
  readonly path: string;
  readonly hash: string;
  /** How many contents were looked for. */
  readonly files: number;
  readonly made_by: readonly LineageMember[];
  readonly made_of_it: readonly LineageMember[];
}

/** A stage's result, or parts of samples of one kind. */
export interface LineageMember {
  /** Stage type; of parts of samples with the part's name. */
  readonly made_by: string;
  readonly distance: number;
  /** Null for parts of samples, and where no run is recorded any more. */
  readonly stage: string | null;
  readonly run: string | null;
  readonly pipeline: string | null;
  /** Milliseconds since the epoch. */
  readonly created_at: number;
  readonly fingerprints: readonly string[];
}

export function lineageText({path, hash, files, made_by, made_of_it}: LineageView, colours: Palette): string {
  const what = files === 1 ? hash.slice(0, 12) : countText(files, 'content');
  const part = (title: string, members: readonly LineageMember[], none: string) =>
    members.length === 0
      ? [none]
      : [colours.bold(title), ...members.map((member) => memberText(member, colours))];
  return [
    `${colours.bold(visible(path))}  ${colours.dim(what)}`,
    ...part('Made by', made_by, 'Nothing in the cache made it: it is a beginning, or came from elsewhere.'),
    ...part('Made of it', made_of_it, 'Nothing in the cache was made of it.'),
    '',
  ].join('\n');
}

function memberText(
  {made_by, distance, stage, run, created_at, fingerprints}: LineageMember,
  colours: Palette,
): string {
  const many = fingerprints.length === 1 ? '' : ` × ${fingerprints.length}`;
  const name = stage === null ? `${visible(made_by)}${many}` : `${visible(stage)} (${visible(made_by)})`;
  const when = `${new Date(created_at).toISOString().slice(0, 10)} ${clockText(created_at)}`;
  const where = run === null ? when : `${when}, run ${run}`;
  return `${'  '.repeat(distance)}${name}  ${colours.dim(`${where}  ${fingerprints[0]!.slice(0, 8)}`)}`;
}
