import type {Problem} from '../base/problem.js';
import type {StageId} from '../base/stage-id.js';
import {unreachable} from '../base/unreachable.js';
import type {Palette} from './palette.js';
import {problemText} from './problem-text.js';
import {durationText} from './quantity.js';
import {visible} from './visible.js';

/** What `watch` has to report apart from its runs. */
export type ShownNews =
  | {readonly kind: 'watch_waiting'; readonly last: 'done' | 'failed' | 'interrupted' | undefined}
  | {readonly kind: 'watch_problems'; readonly problems: readonly Problem[]}
  | {readonly kind: 'watch_edited'; readonly path: string}
  | {readonly kind: 'watch_trouble'; readonly problem: Problem; readonly polled: readonly string[]}
  | {readonly kind: 'watch_cancelled'; readonly stages: readonly StageId[]}
  | {readonly kind: 'watch_reacted'; readonly stage: StageId; readonly latency_ms: number};

export function newsText(news: ShownNews, colours: Palette): string {
  switch (news.kind) {
    case 'watch_waiting':
      return `${colours.dim(news.last === undefined ? 'Up to date; watching for edits (Ctrl-C ends)' : 'Watching for edits (Ctrl-C ends)')}\n`;
    case 'watch_problems': {
      const blocks = news.problems.map((problem) => problemText(problem, colours));
      return `${blocks.join('\n\n')}\n${colours.dim('Still watching: the next save is looked at again')}\n`;
    }
    case 'watch_edited':
      return `${colours.cyan('edited')} ${visible(news.path)}\n`;
    case 'watch_trouble':
      return `${problemText(news.problem, colours, 'warning')}\n`;
    case 'watch_cancelled':
      return `${colours.yellow('cancelled')} ${visible(news.stages.join(', '))}: the edit made ${news.stages.length === 1 ? 'it' : 'them'} stale\n`;
    case 'watch_reacted':
      return `${colours.dim(`${visible(news.stage)} started ${durationText(news.latency_ms)} after the edit`)}\n`;
    default:
      return unreachable(news);
  }
}
