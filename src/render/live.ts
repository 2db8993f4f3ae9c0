import {Listr, ListrDefaultRendererLogLevels, ListrLogger, ListrTaskState, ProcessOutput} from 'listr2';
import type {StageId} from '../base/stage-id.js';
import type {RunEvent} from '../event/event.js';
import {nameColumn, Row, type Task} from './live-row.js';
import {headerLines} from './memory-text.js';
import {failureText, isFailure} from './outcome-text.js';
import type {Palette} from './palette.js';
import {evictionText, plainLines, temporaryText} from './plain.js';
import {problemText, sampleFailedText} from './problem-text.js';
import type {Renderer} from './renderer.js';
import {startText} from './start-text.js';
import {type TerminalTitle, titleText} from './terminal-title.js';
import {type TextOutput, widthOf} from './text-output.js';
import {rarely, transferText} from './transfer-text.js';
import {wrapped} from './wrap.js';

/** Titles and lines change at most this often; a faster terminal would show nothing more. */
const REPAINT_MS = 100;
/** Where there is no list to show it in. */
const TRANSFER_EVERY_MS = 5_000;
/** A list longer than the screen cannot be redrawn in place: from here on lines are printed instead. */
const MOST_TASKS = 24;

export interface LiveOptions {
  /** A TTY. */
  readonly terminal: NodeJS.WriteStream;
  readonly output: TextOutput;
  readonly colours: Palette;
  /** Absent where the user wants none. */
  readonly title?: TerminalTitle;
  /** The key that asks for a stop: `Ctrl-C` where the run is, another one elsewhere. */
  readonly again: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * The terminal's view: listr2 with one task per stage that is not cached, each with one aggregated line (never one per
 * sample: redrawing 200 of them costs more than the work) and up to four lines of output.
 */
export function liveList(options: LiveOptions): Renderer {
  const {output, colours} = options;
  const rows = new Map<StageId, Row>();
  const later: string[] = []; // what would tear the list apart is printed below it
  const transfers = rarely(TRANSFER_EVERY_MS);
  let list: Promise<unknown> | undefined;
  let lines: Renderer | undefined;
  let pipeline = '';
  let timer: NodeJS.Timeout | undefined;

  const repaint = (): void => {
    const now = options.now();
    for (const row of rows.values()) spin(row.paint(widthOf(output), now));
    const running = [...rows.values()].map(({progress}) => progress).filter(({state}) => state === 'running');
    options.title?.show(titleText(pipeline, running, now));
  };

  const begin = (event: Extract<RunEvent, {kind: 'run_started'}>): void => {
    ({pipeline} = event);
    const shown = event.stages.filter((stage) => stage.verdict === 'stale').map(({stage}) => stage);
    if (shown.length > MOST_TASKS) {
      lines = plainLines(output, colours, options.again);
      return;
    }
    for (const line of headerLines(event, colours)) output.write(`${wrapped(line, widthOf(output))}\n`);
    const style = {names: nameColumn(shown), colours, again: options.again};
    for (const stage of shown) rows.set(stage, new Row(stage, style));
    if (rows.size === 0) return;
    list = startList([...rows.values()], options.terminal);
    timer = setInterval(repaint, REPAINT_MS);
  };

  /** In the rows of those that wait for it; without any, in lines. */
  const transfer = (event: Extract<RunEvent, {kind: 'cache_transfer'}>, at: number): void => {
    const words = event.state === 'ended' ? undefined : transferText(event);
    for (const row of rows.values()) row.waitFor(words);
    if (rows.size === 0 && transfers.isDue(event, at))
      output.write(`${wrapped(transferText(event), widthOf(output))}\n`);
  };

  const listener = (event: RunEvent, at: number): void => {
    if (event.kind === 'cache_transfer') transfer(event, at);
    later.push(...asides(event, colours));
    if (event.kind === 'stop_requested') {
      for (const row of rows.values()) row.stop(event.how);
      repaint(); // at once: people look whether their key was heard
    }
    if ('stage' in event && event.kind !== 'warning') rows.get(event.stage)?.advance(event, at);
  };

  return {
    show: (event, at) => {
      if (event.kind === 'run_started') begin(event);
      if (lines === undefined) listener(event, at);
      else lines.show(event, at);
    },
    close: async () => {
      clearInterval(timer);
      for (const row of rows.values()) row.leave(); // one without an end must not keep the list waiting
      await list;
      await lines?.close();
      options.title?.restore();
      for (const text of later) output.write(`${wrapped(text, widthOf(output))}\n`);
    },
  };
}

/** It has something to report. */
function spin(task: Task | undefined): void {
  if (task !== undefined) task.task.state$ = ListrTaskState.STARTED;
}

/** What is reported below the list, once it has come to rest. */
function asides(event: RunEvent, colours: Palette): string[] {
  switch (event.kind) {
    case 'stage_finished':
      return isFailure(event.result) ? [failureText(event.result, colours)] : [];
    case 'stage_started': {
      // A row is too narrow for why earlier work does not count.
      const fromBeginning = event.start.kind === 'other_length' || event.start.kind === 'other_interrupted';
      return fromBeginning ? [`${event.stage}  ${startText(event.start)}`] : [];
    }
    case 'warning':
    case 'stage_warning':
      return [problemText(event.problem, colours, 'warning')];
    case 'sample_failed':
      return [sampleFailedText(event, colours)];
    case 'object_evicted':
      return [colours.yellow(evictionText(event))];
    case 'temporary_removed':
      return [temporaryText(event)];
    default:
      return [];
  }
}

function startList(rows: readonly Row[], terminal: NodeJS.WriteStream): Promise<unknown> {
  const tasks = rows.map((row) => ({
    title: row.title,
    task: (_context: unknown, task: unknown): Promise<void> => {
      (task as Task).task.state$ = ListrTaskState.WAITING; // no spinner before it begins
      return row.live(task as Task);
    },
    rendererOptions: {outputBar: 1}, // one output at a time: it holds all lines that are to be seen
  }));
  const streams = new ProcessOutput(terminal, terminal, {dump: [], leaveEmptyLine: false});
  return new Listr(tasks, {
    concurrent: true,
    exitOnError: false,
    registerSignalListeners: false, // signals belong to the command
    renderer: 'default',
    forceTTY: true, // whether a terminal is there was decided before
    rendererOptions: {
      collapseErrors: false,
      showErrorMessage: false,
      icon: {[ListrDefaultRendererLogLevels.WAITING]: '·'},
      logger: new ListrLogger({useIcons: true, toStderr: [], processOutput: streams}),
    },
  }).run();
}
