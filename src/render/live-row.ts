import type {ListrTaskWrapper} from 'listr2';
import type {StageId} from '../base/stage-id.js';
import type {StageEvent} from '../event/event.js';
import type {StageResult} from '../event/stage-result.js';
import {columnsOf, filledEnd} from './columns.js';
import {cut} from './cut.js';
import {isFailure} from './outcome-text.js';
import type {Palette} from './palette.js';
import {advance, asked, newProgress, type StageProgress} from './progress.js';
import {progressFacts, resultLine} from './stage-line.js';

export type Task = ListrTaskWrapper<unknown, never, never>;

/** How rows are drawn. */
export interface RowStyle {
  /** Columns that the longest name takes. */
  readonly names: number;
  readonly colours: Palette;
  /** The key that asks for a stop, in the words of the row. */
  readonly again: string | undefined;
}

/** A stage on the screen: one line that says how far it is, the last of what it said below it. */
export class Row {
  readonly stage: StageId;
  readonly #style: RowStyle;
  #progress: StageProgress;
  #task: Task | undefined;
  #drawn = '';
  #awaited: string | undefined;
  #end!: (result: StageResult | 'left') => void;
  readonly #ended: Promise<StageResult | 'left'>;

  constructor(stage: StageId, style: RowStyle) {
    this.stage = stage;
    this.#style = style;
    this.#progress = newProgress(stage);
    this.#ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  get progress(): StageProgress {
    return this.#progress;
  }

  /** Before the list has drawn it. */
  get title(): string {
    return `${this.#name()}  ${this.#awaited ?? 'waiting'}`;
  }

  /** What it waits for, while it has not begun. */
  waitFor(words: string | undefined): void {
    this.#awaited = words;
  }

  advance(event: StageEvent, at: number): void {
    this.#progress = advance(this.#progress, event, at);
    if (event.kind === 'stage_finished') this.#end(event.result);
  }

  /** One that has not begun says nothing of it: it will not begin. */
  stop(how: 'graceful' | 'force'): void {
    if (this.#progress.state === 'running') this.#progress = asked(this.#progress, how);
  }

  /** No one is told its end any more: the one that followed it has left, or the runner itself failed. */
  leave(): void {
    this.#end('left');
  }

  /** Its life as a task of the list. Rejects where the list is to mark a failure. */
  async live(task: Task): Promise<void> {
    this.#task = task;
    const result = await this.#ended;
    this.#task = undefined; // listr2's again
    if (result === 'left') return task.skip(String(task.title));
    task.title = `${this.#name()}${resultLine(result).slice(this.stage.length)}`;
    task.output = '';
    if (isFailure(result) || result.kind === 'blocked') throw new Error(result.kind);
    if (result.kind !== 'succeeded' && result.kind !== 'cached') task.skip(String(task.title));
  }

  /** Draws what has changed; returns the task that moves. `width` is the screen's. */
  paint(width: number, now: number): Task | undefined {
    const task = this.#task;
    if (task === undefined) return undefined;
    const room = width - 6; // icon, indentation, and one column that some terminals wrap at
    const title = this.#line(room, now);
    const output = this.#progress.lines.map((line) => cut(line, room)).join('\n');
    if (task.title !== title) task.title = title;
    if (this.#drawn !== output) task.output = output;
    this.#drawn = output;
    return this.#progress.state === 'waiting' && this.#progress.phase === undefined ? undefined : task;
  }

  #line(room: number, now: number): string {
    const {state, phase, stopping} = this.#progress;
    const {again, colours} = this.#style;
    if (state === 'waiting' && phase === undefined) return cut(this.title, room);
    const name = this.#name();
    const left = room - columnsOf(name) - 2;
    const facts = cut(
      progressFacts(this.#progress, now, {kind: 'row', room: {columns: left, columnsOf}, again}),
      left,
    );
    return cut(`${name}  ${stopping === undefined ? facts : colours.yellow(facts)}`, room);
  }

  /** Filled up, so that what is said is in one column. */
  #name(): string {
    return filledEnd(this.stage, this.#style.names);
  }
}

/** Longer names push their own line only. */
const WIDEST_NAME = 24;

export function nameColumn(stages: readonly StageId[]): number {
  return Math.max(0, ...stages.map((stage) => columnsOf(stage)).filter((length) => length <= WIDEST_NAME));
}
