import type {Problem} from '../base/problem.js';
import type {Result} from '../base/result.js';
import type {StageId} from '../base/stage-id.js';
import type {RunEvent} from '../event/event.js';
import type {PlannedStage} from '../plan/plan.js';
import {type StopSwitch, stopSwitch} from '../run/stop.js';
import {becameStale, type WatchedPlan} from './became-stale.js';
import type {FileWatch, FileWatchEvents} from './file-watch.js';
import {type OwnWrites, ownWrites} from './own-writes.js';
import {namedPaths, watchedPaths} from './watched-paths.js';

/** What watching has to report apart from the runs' own events. */
export type WatchNews =
  /** Nothing to do until something is edited. `last` is how the last run ended; undefined when nothing had to run. */
  | {readonly kind: 'watch_waiting'; readonly last: 'done' | 'failed' | 'interrupted' | undefined}
  /** The files are wrong at the moment; they are still watched. */
  | {readonly kind: 'watch_problems'; readonly problems: readonly Problem[]}
  | {readonly kind: 'watch_edited'; readonly path: string}
  /** The system refused to watch something; the folders in `polled` are looked at once a second. */
  | {readonly kind: 'watch_trouble'; readonly problem: Problem; readonly polled: readonly string[]}
  /** These were running or waiting to, and an edit made them stale. */
  | {readonly kind: 'watch_cancelled'; readonly stages: readonly StageId[]}
  /** How long it took from noticing the edit to the first stage it started. */
  | {readonly kind: 'watch_reacted'; readonly stage: StageId; readonly latency_ms: number};

/** What watching does to the world; tests hand in plain functions. */
export interface WatchEffects<Planned extends WatchedPlan> {
  /** Reads files and world again. */
  readonly plan: () => Promise<Result<Planned>>;
  readonly carryOut: (
    planned: Planned,
    stop: StopSwitch,
    listener: (event: RunEvent) => void,
  ) => Promise<'done' | 'failed' | 'interrupted'>;
  readonly files: (events: Omit<FileWatchEvents, 'now'>) => FileWatch;
  readonly report: (news: WatchNews) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** A request of the user to end: the first lets a run stop gracefully, the second at once. */
export interface WatchStop {
  readonly graceful: AbortSignal;
  readonly force: AbortSignal;
}

/**
 * Plans and runs, then again after every edit, until `end.graceful` aborts. An edit during a run cancels what it made
 * stale and nothing else. `always` is watched whatever the plan says, also while none can be made: the pipeline file, its
 * lock file, settings and presets, there or not yet.
 */
export async function watchPipeline<Planned extends WatchedPlan>(
  always: WatchedAlways,
  effects: WatchEffects<Planned>,
  end: WatchStop,
): Promise<void> {
  const edits = newEdits(end.graceful);
  const own = ownWrites();
  const files = effects.files({
    onEdit: (path, at) => {
      effects.report({kind: 'watch_edited', path});
      edits.note(at);
    },
    onTrouble: (problem, polled) => effects.report({kind: 'watch_trouble', problem, polled}),
    isOwn: own.isOwn,
  });
  let named: readonly string[] = []; // what the last plan named, while there is no new one
  try {
    while (!end.graceful.aborted) {
      own.remember(watchedPaths(always.written).files);
      await files.look(watchedPaths([...always.read, ...always.written, ...named]));
      const edited_at = edits.take();
      const planned = await effects.plan();
      if (planned.ok) {
        named = [...planned.value.sources, ...namedPaths(planned.value.plan)];
        await files.look(watchedPaths([...always.read, ...always.written, ...named]));
        const last = await runOnce({planned: planned.value, edited_at, edits, own, effects, end});
        if (!edits.pending() && !end.graceful.aborted) effects.report({kind: 'watch_waiting', last});
      } else effects.report({kind: 'watch_problems', problems: planned.problems});
      await edits.next();
    }
  } finally {
    await files.close();
  }
}

/** Absolute paths of what every plan is made from. */
export interface WatchedAlways {
  readonly read: readonly string[];
  /** Read by planning, written by runs. */
  readonly written: readonly string[];
}

interface OneRun<Planned extends WatchedPlan> {
  readonly planned: Planned;
  readonly edited_at: number | undefined;
  readonly edits: Edits;
  readonly own: OwnWrites;
  readonly effects: WatchEffects<Planned>;
  readonly end: WatchStop;
}

/** Carries a plan out if anything is stale, or cannot run, which is said; edits meanwhile are judged at once. */
async function runOnce<Planned extends WatchedPlan>(run: OneRun<Planned>) {
  const {planned, edited_at, edits, effects, end} = run;
  const settledAlready = ({verdict}: PlannedStage) => verdict.kind === 'cached' || verdict.kind === 'skipped';
  if (planned.plan.stages.every(settledAlready)) return undefined;
  const stop = stopSwitch();
  const request = (): void => stop.request();
  end.graceful.addEventListener('abort', request);
  end.force.addEventListener('abort', request);
  const finished = new Set<StageId>();
  let reacted = edited_at === undefined;
  const listener = (event: RunEvent): void => {
    if (event.kind === 'stage_finished') finished.add(event.stage);
    if (event.kind !== 'stage_started' || reacted) return;
    reacted = true;
    effects.report({kind: 'watch_reacted', stage: event.stage, latency_ms: effects.now() - edited_at!});
  };
  edits.during(() => cancelStale(run, stop, finished));
  try {
    return await run.own.during(() => effects.carryOut(planned, stop, listener));
  } finally {
    await edits.after();
    end.graceful.removeEventListener('abort', request);
    end.force.removeEventListener('abort', request);
  }
}

async function cancelStale<Planned extends WatchedPlan>(
  {planned, effects}: OneRun<Planned>,
  stop: StopSwitch,
  settled: ReadonlySet<StageId>,
): Promise<void> {
  const now = await effects.plan();
  if (!now.ok) {
    effects.report({kind: 'watch_problems', problems: now.problems}); // half-saved: what runs may well be still wanted
    return;
  }
  const stages = becameStale(planned, now.value).filter((stage) => !settled.has(stage));
  if (stages.length === 0) return;
  effects.report({kind: 'watch_cancelled', stages});
  for (const stage of stages) stop.cancel(stage);
}

/** Edits as they come in: noted by the file watch, taken by the loop, judged by the run that is under way. */
interface Edits {
  readonly note: (at: number) => void;
  /** When the oldest edit not yet planned for was noticed. */
  readonly take: () => number | undefined;
  readonly pending: () => boolean;
  /** Resolves when there is an edit to plan for, or at the end. */
  readonly next: () => Promise<void>;
  /** From now on every edit is also judged, one after the other. */
  readonly during: (judge: () => Promise<void>) => void;
  /** Until here; resolves when the last judgement is done. */
  readonly after: () => Promise<void>;
}

function newEdits(end: AbortSignal): Edits {
  let oldest: number | undefined;
  let judge: (() => Promise<void>) | undefined;
  let judged: Promise<void> = Promise.resolve();
  let wake: () => void = () => {};
  end.addEventListener('abort', () => wake(), {once: true});
  return {
    note: (at) => {
      oldest ??= at;
      if (judge !== undefined) judged = judged.then(judge);
      wake();
    },
    take: () => {
      const at = oldest;
      oldest = undefined;
      return at;
    },
    pending: () => oldest !== undefined,
    next: async () => {
      if (oldest === undefined && !end.aborted)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    },
    during: (each) => {
      judge = each;
      if (oldest !== undefined) judged = judged.then(each); // came in while the plan was being made
    },
    after: async () => {
      judge = undefined;
      await judged;
    },
  };
}
