import {existsSync, statSync} from 'node:fs';
import {Command, InvalidArgumentError} from 'commander';
import {type AnswerOptions, answer, refuse} from '../app/answer.js';
import {projectOf} from '../app/run-context.js';
import type {ExitCode, Terminal} from '../app/terminal.js';
import {shownPath} from '../base/path-bytes.js';
import {type Problem, SidestepError} from '../base/problem.js';
import {failure, ok, type Result} from '../base/result.js';
import type {Cache} from '../cache/cache.js';
import {takeInventory} from '../cache/inventory.js';
import {openCache, prepareCache} from '../cache/open.js';
import {verifyCache} from '../cache/verify.js';
import {userFolder} from '../config/folders.js';
import {loadSettings} from '../config/user/settings.js';
import {cacheTable, foundIn, gcText, verifyText} from '../render/cache-text.js';
import {sweepTemporaries} from '../run/sweep.js';
import {collectCache, type GcOptions} from './cache-gc.js';
import {shownEntries} from './cache-list.js';
import {pullCache, pushCache, type TransferOptions} from './cache-transfer.js';

export function cacheCommand(terminal: Terminal): Command {
  const cache = new Command('cache')
    .description('The store of finished work: by default .sidestep/cache in this folder.')
    .addHelpText('after', EXAMPLES);
  cache
    .command('ls')
    .description('What is kept, by stage type.')
    .option('--json', 'print one JSON document with every entry')
    .action(async (options: AnswerOptions) => terminal.leave(await withCache(terminal, options, list)));
  cache
    .command('gc')
    .description(
      'Drop what neither a lock file nor a recent run names, nor an interrupted one continues from. Without bounds, all of it.',
    )
    .option('--max-age-days <days>', 'keep what is younger, too (setting cache.max_age_days)', atLeastZero)
    .option(
      '--max-size-gb <gigabytes>',
      'then drop the oldest until the cache fits (setting cache.max_size_gb)',
      atLeastZero,
    )
    .option('--dry-run', 'only say what would go')
    .option('--json', 'print one JSON document')
    .action(async (options: GcOptions) => terminal.leave(await withCache(terminal, options, collect)));
  cache
    .command('verify')
    .description(
      'Read every byte again; what is damaged, and results that lack a part, are removed and computed again when a run needs them. Exit code 1 if anything was.',
    )
    .option('--json', 'print one JSON document')
    .action(async (options: AnswerOptions) => terminal.leave(await withCache(terminal, options, verify)));
  cache
    .command('push')
    .description(
      'Store what is finished of a pipeline at the server that cache.remote names. Exit code 1 if not all of it could be.',
    )
    .requiredOption('--for <pipeline>', 'YAML file')
    .option('--json', 'print one JSON document')
    .action(async (options: TransferOptions) => terminal.leave(await pushCache(terminal, options)));
  cache
    .command('pull')
    .description(
      'Copy all that other caches have of a pipeline here, for work without a network. Exit code 1 if not all of it could be.',
    )
    .requiredOption('--for <pipeline>', 'YAML file')
    .option('--json', 'print one JSON document')
    .action(async (options: TransferOptions) => terminal.leave(await pullCache(terminal, options)));
  return cache;
}

async function withCache<Options extends AnswerOptions>(
  terminal: Terminal,
  options: Options,
  act: (terminal: Terminal, here: CacheHere, options: Options) => Promise<ExitCode>,
): Promise<ExitCode> {
  const cache = await cacheHere(terminal);
  return cache.ok ? act(terminal, cache.value, options) : refuse(terminal, options, cache.problems);
}

interface CacheHere {
  readonly cache: Cache;
  /** Where the project in this folder keeps its state. */
  readonly stateDir: string;
}

async function cacheHere(terminal: Terminal): Promise<Result<CacheHere>> {
  const settings = await loadSettings(userFolder(terminal.env));
  if (!settings.ok) return settings;
  const {cache_dir, state_dir} = projectOf(terminal, 'pipeline.yaml', settings.value);
  if (existsSync(cache_dir) && !statSync(cache_dir).isDirectory()) return failure(noFolder(cache_dir));
  return ok({cache: openCache(cache_dir), stateDir: state_dir});
}

/** It would look like an empty cache. */
function noFolder(path: string): Problem {
  return {
    code: 'cache/not-writable',
    message: `The cache at ${shownPath(path)} cannot be used: it is no folder`,
    hint: 'Correct the setting `cache.dir` (or SIDESTEP_CACHE_DIR), or move away what is there.',
  };
}

async function list(terminal: Terminal, {cache}: CacheHere, options: AnswerOptions): Promise<ExitCode> {
  const inventory = await takeInventory(cache);
  const entries = shownEntries(inventory);
  const bytes = [...inventory.objects.values()].reduce((sum, {size}) => sum + size, 0);
  const partial_bytes = inventory.partials.reduce((sum, folder) => sum + folder.bytes, 0);
  answer(terminal, options, {
    kind: 'cache_ls',
    document: () => ({dir: cache.root, bytes, partial_bytes, entries}),
    text: (colours) => cacheTable({dir: cache.root, bytes, partial_bytes, entries}, colours),
  });
  return 0;
}

async function collect(terminal: Terminal, here: CacheHere, options: GcOptions): Promise<ExitCode> {
  const done = await collectCache(terminal, here, options);
  if (!done.ok) return refuse(terminal, options, done.problems);
  const {entries, objects, partials, kept_partials, freed_bytes, kept_bytes, temporary} = done.value;
  const temporary_bytes = temporary.objects.reduce((sum, {size}) => sum + size, 0);
  const shown = {
    dry_run: options.dryRun === true,
    entries: entries.map(({fingerprint, made_by}) => ({fingerprint, made_by})),
    objects: objects.length,
    partials: partials.length,
    kept_partials,
    freed_bytes,
    kept_bytes,
    temporary_bytes,
  } as const;
  answer(terminal, options, {
    kind: 'cache_gc',
    document: () => shown,
    text: (colours) => gcText(shown, colours),
  });
  return 0;
}

async function verify(
  terminal: Terminal,
  {cache, stateDir}: CacheHere,
  options: AnswerOptions,
): Promise<ExitCode> {
  await sweepWhereWritable(cache, stateDir);
  const report = await verifyCache(cache, (done, total) => {
    if (options.json !== true && terminal.stderr.kind === 'terminal')
      terminal.stderr.write(`\r${done}/${total} objects`);
  });
  if (options.json !== true && terminal.stderr.kind === 'terminal') terminal.stderr.write('\r\u001b[K');
  answer(terminal, options, {
    kind: 'cache_verify',
    document: () => ({
      ...report,
      incomplete: report.incomplete.map(({fingerprint, made_by}) => ({fingerprint, made_by})),
      suspect: report.suspect.map(({fingerprint, made_by}) => ({fingerprint, made_by})),
      damaged_states: report.damaged_states.map(({fingerprint, path, what}) => ({fingerprint, path, what})),
    }),
    text: (colours) => verifyText(report, colours),
  });
  return foundIn(report) > 0 ? 1 : 0;
}

/** Also makes a damaged mark of the format good. */
async function sweepWhereWritable(cache: Cache, stateDir: string): Promise<void> {
  if (!existsSync(cache.root)) return;
  try {
    await prepareCache(cache);
    await sweepTemporaries(cache, stateDir);
  } catch (error) {
    if (!(error instanceof SidestepError && error.problem.code === 'cache/not-writable')) throw error;
  }
}

function atLeastZero(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError('Expected a number, 0 or more.');
  return value;
}

const EXAMPLES = `
Examples:
  $ sidestep cache ls
  $ sidestep cache gc --dry-run
  $ sidestep cache gc --max-size-gb 50 --max-age-days 30
  $ sidestep cache verify
  $ sidestep cache push --for pipeline.yaml`;
