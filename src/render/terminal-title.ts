import {unreachable} from '../base/unreachable.js';
import type {RunEvent} from '../event/event.js';
import {remainingMs, type StageProgress} from './progress.js';
import {durationText, numberText} from './quantity.js';
import {visible} from './visible.js';

/** Title of the window or tab that a terminal is in. */
export interface TerminalTitle {
  readonly show: (text: string) => void;
  /** Gives the terminal the title back that it had. */
  readonly restore: () => void;
}

/** Sequences of xterm, understood nearly everywhere: put the title aside, set it, take it back. */
const PUSH = '\u001b[22;0t';
const POP = '\u001b[23;0t';
const setTitle = (text: string): string => `\u001b]0;${text}\u0007`;

/** Writes a title when it changes. Terminals that cannot put a title aside are left with an empty one, which they fill themselves. */
export function terminalTitle(write: (text: string) => void): TerminalTitle {
  let shown: string | undefined;
  return {
    show: (text) => {
      const title = visible(text);
      if (title === shown) return;
      write(`${shown === undefined ? PUSH : ''}${setTitle(title)}`);
      shown = title;
    },
    restore: () => {
      if (shown !== undefined) write(`${setTitle('')}${POP}`);
      shown = undefined;
    },
  };
}

/** `45 % train · loss 2.31 · ETA 5 min 12 s · blues`: a tab shows the beginning. */
export function titleText(pipeline: string, running: readonly StageProgress[], now: number): string {
  const [first] = running;
  if (first === undefined) return `sidestep · ${pipeline}`;
  const {stage, phase_count, training, stopping} = first;
  const done = phase_count?.done ?? first.done;
  const total = phase_count?.total ?? first.total;
  const share = total === undefined || total === 0 ? undefined : `${Math.floor((100 * done) / total)} %`;
  const left = remainingMs(
    {marks: (phase_count ?? first).marks, total: phase_count?.music?.total ?? total},
    now,
  );
  return [
    [share, stopping === undefined ? stage : `stopping ${stage}`]
      .filter((word) => word !== undefined)
      .join(' '),
    ...(training?.smoothed_loss === undefined ? [] : [`loss ${numberText(training.smoothed_loss)}`]),
    ...(left === undefined || left === 0 || stopping !== undefined ? [] : [`ETA ${durationText(left)}`]),
    pipeline,
  ].join(' · ');
}

/** How the end of a run is made heard. */
export type Notice = 'bell' | 'osc9' | 'none';

/** What makes a terminal call its person: a bell, or a notification of the desktop (iTerm2's OSC 9, also of kitty, WezTerm, ConEmu). */
export function noticeSequence(notice: Notice, text: string): string {
  switch (notice) {
    case 'bell':
      return '\u0007';
    case 'osc9':
      return `\u001b]9;${visible(text)}\u0007`;
    case 'none':
      return '';
    default:
      return unreachable(notice);
  }
}

/** `blues: done in 3 h 12 min`. */
export function noticeText(
  pipeline: string,
  {outcome, duration_ms}: Pick<Extract<RunEvent, {kind: 'run_finished'}>, 'outcome' | 'duration_ms'>,
): string {
  const word =
    outcome === 'interrupted' ? 'stopped after' : outcome === 'failed' ? 'failed after' : 'done in';
  return `${pipeline}: ${word} ${durationText(duration_ms)}`;
}
