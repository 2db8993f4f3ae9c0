import {readFile} from 'node:fs/promises';
import {parse} from 'yaml';
import {packageRoot} from '../app/version.js';
import type {Json} from '../base/json.js';
import type {Schema} from '../schema/schema.js';
import {schemas} from '../schema/schemas.generated.js';

/** What became of one flag of upstream's command line: a key here, a command, or nothing for a reason. */
export interface UpstreamFlag {
  /** Stage type; absent for keys of the pipeline itself (`defaults.seed`). */
  readonly stage?: string;
  readonly key?: string;
  /** The flag takes no argument and means this. */
  readonly value?: Json;
  /** What each of upstream's words means here. */
  readonly values?: Readonly<Record<string, Json>>;
  readonly list?: boolean;
  /** `unset`: upstream's 0 means "no limit", which is an absent key here. */
  readonly zero?: 'unset';
  /** The flag says something about this adapter type alone. */
  readonly adapter?: string;
  /** `0.2,0.8` as a list of two numbers, beside the words of `values`. */
  readonly pair?: boolean;
  /** Words that upstream takes and this program cannot, and why. */
  readonly refuses?: Readonly<Record<string, string>>;
  /** The value is a path to a file: its folder is the key's, its name without ending this one's. */
  readonly file_key?: string;
  /** What Side-Step 1.1 does where a line says nothing. */
  readonly default?: Json;
  /** Only Side-Step since 1.0 has it. */
  readonly since?: 1;
  /** What is different here, for the comment on top of the file. */
  readonly remark?: string;
  /** Of a subcommand: the flag that its first word stands for. */
  readonly positional?: string;
  readonly reason?: string;
  /** Of a subcommand that makes no pipeline: what to do. */
  readonly instead?: string;
  readonly command?: string;
  /** Of such a subcommand: the flag whose words follow the command. */
  readonly arguments?: string;
}

/** By subcommand (`train`, `estimate`, …, and `subcommands` themselves), then by flag. */
export type FlagTable = Readonly<Record<string, Readonly<Record<string, UpstreamFlag>>>>;

/** The same data file that the flag table of the documentation is made of. */
export async function loadFlagTable(): Promise<FlagTable> {
  return parse(await readFile(new URL('docs/upstream-flags.yaml', packageRoot), 'utf8')) as FlagTable;
}

/** The schemas of a key, one for each variant (adapter type, optimizer type) on the way; none: there is no such key. */
export function keySchemas({stage, key}: UpstreamFlag, adapter: string): readonly Schema[] {
  const root = stage === undefined ? schemas.pipeline : schemas[`stage.${stage}`];
  return root === undefined ? [] : walk(root, (key ?? '').split('.'), adapter);
}

function walk(schema: Schema, words: readonly string[], adapter: string): Schema[] {
  const [word, ...rest] = words;
  if (word === undefined) return [schema];
  const variants = schema.oneOf ?? [schema];
  const isAdapter = variants.some(({properties}) => properties?.type?.const === 'lokr');
  return variants
    .filter(({properties}) => !isAdapter || properties?.type?.const === adapter)
    .flatMap(({properties}) =>
      properties?.[word] === undefined ? [] : walk(properties[word], rest, adapter),
    );
}
