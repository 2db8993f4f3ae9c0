import {shellWord} from '../base/shell-word.js';
import {loadFlagTable} from './upstream-flags.js';

/** A person who types a command of Side-Step here is told what makes of it what this program does; undefined for other words. */
export async function commandHint(argv: readonly string[]): Promise<string | undefined> {
  const name = argv.find((word) => !word.startsWith('-'));
  const {subcommands = {}} = await loadFlagTable();
  const known = name !== undefined && Object.hasOwn(subcommands, name) ? subcommands[name] : undefined;
  if (known === undefined) return undefined;
  if (known.command !== undefined) return `That is \`${known.command}\` here.`;
  if (known.instead !== undefined) return [known.reason, known.instead].filter(Boolean).join(' ');
  const line = argv.map((word) => shellWord(word)).join(' ');
  return `A command line of Side-Step becomes a pipeline: \`sidestep migrate -- sidestep ${line}\`, then \`sidestep run\`.`;
}
