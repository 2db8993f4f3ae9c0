import {boardCommand} from '../base/board-command.js';
import {bytesText} from '../base/bytes-text.js';
import {listed} from '../base/near-miss.js';
import type {StageId} from '../base/stage-id.js';
import type {RunEvent, StageEvent} from '../event/event.js';
import type {StageResult} from '../event/stage-result.js';
import {headerLines} from './memory-text.js';
import {failureText, isFailure} from './outcome-text.js';
import type {Palette} from './palette.js';
import {problemText, sampleFailedText} from './problem-text.js';
import {advance, jobPlaceText, newProgress, type StageProgress} from './progress.js';
import {clockText, countText} from './quantity.js';
import type {Renderer} from './renderer.js';
import {progressLine, resultLine} from './stage-line.js';
import {startText} from './start-text.js';
import type {TextOutput} from './text-output.js';
import {rarely, transferText} from './transfer-text.js';

/** A running stage says how far it is at most this often: a CI log of a night's training stays readable. */
const PROGRESS_EVERY_MS = 15_000;

interface Follow {
  readonly progress: StageProgress;
  /** When it last said how far it is, or began. */
  readonly said_at: number;
  /** Whether anything was reached since that a line should say: an epoch, a checkpoint. */
  readonly has_news: boolean;
}

/**
 * Lines with a time of day, oldest first, never rewritten: for CI, pipes and `--plain`. What repeats while a stage runs
 * (steps, epochs, checkpoints) shares one line every fifteen seconds, and one at the end. `again`: the key that asks to stop
 * at once, where there is one.
 */
export function plainLines(output: TextOutput, colours: Palette, again?: string): Renderer {
  const foreseen = new Set<StageId>(); // known to be cached before anything ran: the summary counts them
  const running = new Map<StageId, Follow>();
  const transfers = rarely(PROGRESS_EVERY_MS);
  const line = (at: number, text: string): void => output.write(`${colours.dim(clockText(at))} ${text}\n`);

  const follow = (event: StageEvent, at: number): void => {
    const known: Follow = running.get(event.stage) ?? {
      progress: newProgress(event.stage),
      said_at: at,
      has_news: false,
    };
    const progress = advance(known.progress, event, at);
    const ended = progress.state === 'ended';
    if (ended && known.has_news) line(at, progressLine(known.progress, at, {kind: 'printed', again}));
    const words = isForeseen(event) ? undefined : newsOf(event, colours);
    if (words !== undefined) line(at, words);
    const due = at - known.said_at >= PROGRESS_EVERY_MS && progress.state === 'running';
    if (due) line(at, progressLine(progress, at, {kind: 'printed', again}));
    if (ended) running.delete(event.stage);
    else {
      const has_news = !due && (repeats(event) || known.has_news);
      running.set(event.stage, {progress, said_at: due ? at : known.said_at, has_news});
    }
  };

  const isForeseen = (event: StageEvent): boolean =>
    event.kind === 'stage_finished' && event.result.kind === 'cached' && foreseen.has(event.stage);

  return {
    show: (event, at) => {
      if (event.kind === 'run_started') {
        for (const {stage, verdict} of event.stages) if (verdict === 'cached') foreseen.add(stage);
      }
      if ('stage' in event && event.kind !== 'warning') follow(event, at);
      else if (event.kind !== 'cache_transfer' || transfers.isDue(event, at))
        for (const text of runNews(event as Exclude<RunEvent, StageEvent>, colours, again)) line(at, text);
    },
    close: async () => {},
  };
}

function runNews(
  event: Exclude<RunEvent, StageEvent>,
  colours: Palette,
  again: string | undefined,
): string[] {
  switch (event.kind) {
    case 'run_started': {
      const stale = event.stages.filter((stage) => stage.verdict === 'stale').length;
      return [
        `${colours.bold(event.pipeline)}: ${countText(event.stages.length, 'stage')}, ${stale} to run  ${colours.dim(`run ${event.run}`)}`,
        ...headerLines(event, colours),
      ];
    }
    case 'stop_requested':
      return [stopText(event.how, again)];
    case 'object_evicted':
      return [colours.yellow(evictionText(event))];
    case 'warning':
      return [problemText(event.problem, colours, 'warning')];
    case 'run_finished':
      return []; // the summary says it
    case 'cache_transfer':
      return [transferText(event)];
    case 'temporary_removed':
      return [temporaryText(event)];
  }
}

export function temporaryText({
  outcome,
  stages,
  bytes,
}: Extract<RunEvent, {kind: 'temporary_removed'}>): string {
  const whose = `temporary outputs of ${listed(stages, 4)}`;
  return outcome === 'removed'
    ? `${whose}: ${bytesText(bytes)} removed from the cache`
    : `${whose} stay for now: another run uses the cache; the next one removes them`;
}

function stopText(how: 'graceful' | 'force', again: string | undefined): string {
  if (how === 'force') return 'stopping now';
  return `stopping: stages save what they can${again === undefined ? '' : ` (${again} again to stop now)`}`;
}

export function evictionText(event: Extract<RunEvent, {kind: 'object_evicted'}>): string {
  const defect = {missing: 'is missing', wrong_size: 'has the wrong size', wrong_hash: 'is damaged'}[
    event.reason
  ];
  return `cache object ${event.object.slice(0, 12)} ${defect}; it will be computed again`;
}

/** What a training reaches again and again. */
function repeats({kind}: StageEvent): boolean {
  return ['epoch_finished', 'validation_finished', 'checkpoint_saved', 'clip_made'].includes(kind);
}

/** What of a stage's life deserves a line of its own; the rest is told by the progress line. */
function newsOf(event: StageEvent, colours: Palette): string | undefined {
  switch (event.kind) {
    case 'stage_started':
      return [
        `${colours.bold(event.stage)}  started${event.attempt > 1 ? ` (attempt ${event.attempt})` : ''}`,
        startText(event.start) ?? [],
      ]
        .flat()
        .join(', ');
    case 'stage_finished':
      return finishText(event.result, colours);
    case 'stage_retrying':
      return `${event.stage}  failed, attempt ${event.attempt} in ${Math.round(event.delay_ms / 1000)} s: ${event.problem.message}`;
    case 'stage_placed':
      return `${event.stage}  ${jobPlaceText(event)}`;
    case 'stage_lost':
      return `${event.stage}  ${event.problem.message}; goes on in ${Math.round(event.delay_ms / 1000)} s`;
    case 'stage_waiting':
      return progressLine(advance(newProgress(event.stage), event, 0), 0);
    case 'sample_failed':
      return `${event.stage}  ${sampleFailedText(event, colours)}`;
    case 'stage_warning':
      return `${event.stage}  ${problemText(event.problem, colours, 'warning')}`;
    case 'board_opened':
      return `${event.stage}  curves: ${boardCommand(event.path)}`;
    case 'log':
      return event.level === 'warning' || event.level === 'error'
        ? `${event.stage}  ${event.line}`
        : undefined;
    default:
      return undefined;
  }
}

function finishText(result: StageResult, colours: Palette): string {
  return isFailure(result) ? failureText(result, colours) : resultLine(result);
}
