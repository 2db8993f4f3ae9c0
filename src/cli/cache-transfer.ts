import {type AnswerOptions, answer, refuse, warn} from '../app/answer.js';
import {type PlannedPipeline, planPipeline} from '../app/plan-pipeline.js';
import {stopOnSignals} from '../app/signals.js';
import {noWishes} from '../app/stage-choice.js';
import type {ExitCode, Terminal} from '../app/terminal.js';
import {failure, ok, type Result} from '../base/result.js';
import {absentObjects, bringObjects, keepEntries} from '../cache/bring.js';
import type {Cache} from '../cache/cache.js';
import {lookUp, readEntry} from '../cache/entries.js';
import {type CacheEntry, objectsOf} from '../cache/entry.js';
import type {CacheSource} from '../cache/source.js';
import type {RunEvent} from '../event/event.js';
import {forecastSamples} from '../plan/sample-forecast.js';
import {rarely, transferText} from '../render/transfer-text.js';
import {askSources, transferReporter} from '../run/fetch.js';
import {holdingTheCache} from '../run/hold-cache.js';

export interface TransferOptions extends AnswerOptions {
  readonly for: string;
}

/** What was copied, and what was to be and is not. */
interface Transferred {
  readonly direction: 'push' | 'pull';
  readonly results: number;
  readonly files: number;
  readonly bytes: number;
  readonly missing_files: number;
}

/** Sends what is finished of a pipeline to the places that take it. */
export async function pushCache(terminal: Terminal, options: TransferOptions): Promise<ExitCode> {
  return transfer(terminal, options, async (planned, signal) => {
    const {cache} = planned.observation;
    const takers = cache.sources.filter((source) => source.store !== undefined);
    if (takers.length === 0) return failure(nowhere('cache.remote with mode: read_write', cache));
    const entries = await finishedEntries(planned);
    let sent = {objects: 0, total_objects: 0, bytes: 0};
    for (const taker of takers) {
      const own = entries.filter((entry) => taker.entry(entry.fingerprint) === undefined);
      for (const entry of own) taker.store!(entry, cache.root);
      const transfers = transferReporter('store', shown(terminal, options));
      await taker.flush!({
        signal,
        progress: (state) => {
          sent = state;
          transfers.progress(taker.name, state);
        },
      });
      transfers.end();
    }
    const missing_files = sent.total_objects - sent.objects;
    return ok({
      direction: 'push',
      results: entries.length,
      files: sent.objects,
      bytes: sent.bytes,
      missing_files,
    });
  });
}

/** Copies all that is finished of a pipeline here, so that it can be worked with where there is no network. */
export async function pullCache(terminal: Terminal, options: TransferOptions): Promise<ExitCode> {
  return transfer(terminal, options, async (planned, signal) => {
    const {cache} = planned.observation;
    if (cache.sources.length === 0) return failure(nowhere('cache.remote or cache.from', cache));
    const entries = await finishedEntries(planned);
    const absent = absentObjects(cache, entries.flatMap(objectsOf));
    const transfers = transferReporter('fetch', shown(terminal, options));
    await bringObjects(cache, absent, {
      signal,
      progress: ({from, ...state}) => transfers.progress(from, state),
    });
    transfers.end();
    await keepEntries(
      cache,
      entries.map(({fingerprint}) => fingerprint),
    );
    const still = absentObjects(cache, absent);
    const bytes = sizeOf(absent) - sizeOf(still);
    const files = absent.length - still.length;
    return ok({direction: 'pull', results: entries.length, files, bytes, missing_files: still.length});
  });
}

async function transfer(
  terminal: Terminal,
  options: TransferOptions,
  act: (planned: PlannedPipeline, signal: AbortSignal) => Promise<Result<Transferred>>,
): Promise<ExitCode> {
  const planned = await planPipeline(terminal, {file: options.for, overrides: [], wishes: noWishes});
  if (!planned.ok) return refuse(terminal, options, planned.problems);
  const {observation, runContext} = planned.value;
  const {cache} = observation;
  const signals = stopOnSignals();
  const {graceful} = signals.stop;
  const hold = {cache, state_dir: runContext.project.state_dir, to: 'write', signal: graceful} as const;
  const done = await holdingTheCache(hold, () => act(planned.value, graceful)).finally(signals.release);
  if (!done.ok) return refuse(terminal, options, done.problems);
  const troubles = [...planned.value.warnings, ...troublesOf(cache.sources)];
  warn(terminal, options, troubles);
  answer(terminal, options, {
    kind: 'cache_transfer',
    document: () => ({...done.value, pipeline: planned.value.pipeline.name, problems: troubles}),
    text: () => summary(done.value),
  });
  if (graceful.aborted) return 130;
  return done.value.missing_files > 0 || troubles.some(({code}) => code.startsWith('cache/')) ? 1 : 0;
}

/**
 * Of stages and, where they work song by song, of every part: a song more is then one song's work elsewhere too. Temporary outputs that
 * were removed here are not among them.
 */
async function finishedEntries({plan, observation}: PlannedPipeline): Promise<CacheEntry[]> {
  const {cache, world} = observation;
  const upstream = new Map(plan.stages.map((stage) => [stage.id, stage]));
  const finished = plan.stages.filter(({verdict}) => verdict.kind === 'cached');
  const fingerprints = () =>
    finished.flatMap((stage) => {
      const {samples} = stage.type;
      const own = stage.fingerprint === undefined ? [] : [stage.fingerprint];
      if (samples === undefined || stage.parts === undefined) return own;
      const songs = forecastSamples(
        {...stage, type: {...stage.type, samples}},
        stage.parts,
        upstream,
        world.cache,
      );
      return [...own, ...songs.flatMap(({parts}) => parts.map(({fingerprint}) => fingerprint))];
    });
  const all = new Set(fingerprints());
  await askSources(cache);
  return [...all].flatMap((fingerprint) => {
    if (readEntry(cache, fingerprint)?.removed !== undefined) return []; // nothing needs its bytes, here or elsewhere
    const state = lookUp(cache, fingerprint);
    return state.kind === 'present' ? [state.entry] : [];
  });
}

function troublesOf(sources: readonly CacheSource[]) {
  return sources.flatMap((source) => source.troubles());
}

/** One line that is written over on a terminal, and one now and then elsewhere. */
function shown({stderr}: Terminal, {json}: TransferOptions): (event: RunEvent) => void {
  const due = rarely(15_000);
  return (event) => {
    if (event.kind !== 'cache_transfer' || json === true) return;
    const text = transferText(event);
    if (stderr.kind === 'terminal') stderr.write(`\r${text}\u001b[K${event.state === 'ended' ? '\n' : ''}`);
    else if (due.isDue(event, performance.now())) stderr.write(`${text}\n`);
  };
}

function sizeOf(objects: readonly {readonly size: number}[]): number {
  return objects.reduce((sum, {size}) => sum + size, 0);
}

function summary({direction, results, files, missing_files}: Transferred): string {
  const [there, here] =
    direction === 'push' ? ['stored', 'was there already'] : ['fetched', 'was here already'];
  const counted = `${results} ${results === 1 ? 'result' : 'results'}`;
  if (missing_files > 0) return `${counted}: ${files} files ${there}, ${missing_files} not.\n`;
  return files === 0 ? `${counted}: everything ${here}.\n` : `${counted}: ${files} files ${there}.\n`;
}

function nowhere(setting: string, {root}: Cache) {
  return {
    code: 'cache/no-remote',
    message: `The settings name no other cache than ${root}`,
    hint: `Set ${setting}: \`sidestep settings set cache.remote.url https://…\`.`,
  };
}
