import type {SourcePosition} from '../base/problem.js';
import type {RunEvent} from '../event/event.js';
import {githubAnnotations} from '../render/github.js';
import {githubGroups} from '../render/github-groups.js';
import {groupingWarnings} from '../render/grouped-warnings.js';
import {jsonLines} from '../render/json-lines.js';
import {plainLines} from '../render/plain.js';
import {harmless, type Renderer, rendererKind, together} from '../render/renderer.js';
import {summaryMarkdown, summaryText} from '../render/summary.js';
import {noticeSequence, noticeText, terminalTitle} from '../render/terminal-title.js';
import {widthOf} from '../render/text-output.js';
import {visibly} from '../render/visible.js';
import type {SettingsDocument} from '../schema/types.generated.js';
import {nearProblems} from './near-paths.js';
import type {RunCommandOptions} from './run-options.js';
import {writeStepSummary} from './step-summary.js';
import {forReading, type Stream, type Terminal} from './terminal.js';

/** Where a run's events are shown: progress on stderr, the summary (or all events as JSON) on stdout. */
export interface Screen {
  /** `at`, when it is not now: milliseconds since the epoch. */
  readonly show: (event: RunEvent, at?: number) => void;
  readonly close: () => Promise<void>;
}

export interface ScreenOptions extends Pick<RunCommandOptions, 'json' | 'plain'> {
  /** Whether anything will happen that is worth a live view. */
  readonly expects: 'work' | 'nothing';
  /** The key that asks for a stop, as a live view names it. */
  readonly again: string | undefined;
  readonly settings: Pick<SettingsDocument, 'terminal_title' | 'notify'>;
  /** Where each stage is written, when its pipeline's file is at hand. */
  readonly places?: ReadonlyMap<string, SourcePosition>;
}

export async function openScreen(terminal: Terminal, options: ScreenOptions): Promise<Screen> {
  const renderer = harmless(await rendererFor(terminal, options), (error) => {
    terminal.stderr.write(`The progress display failed; the run goes on: ${String(error)}\n`);
  });
  let last: Extract<RunEvent, {kind: 'run_finished'}> | undefined;
  let pipeline = '';
  const boards: string[] = [];
  return {
    show: (event, at = terminal.now()) => {
      if (event.kind === 'run_finished') last = visibly(event);
      if (event.kind === 'run_started') ({pipeline} = event);
      if (event.kind === 'board_opened') boards.push(event.path);
      renderer.show(options.json === true ? event : nearProblems(visibly(event), terminal.cwd), at);
    },
    close: async () => {
      await renderer.close();
      if (last === undefined) return; // the run itself broke; that is told elsewhere
      if (options.json !== true) terminal.stdout.write(summaryFor(terminal.stdout, last, boards));
      writeStepSummary(terminal, summaryMarkdown(last));
      if (options.json !== true) callPerson(terminal, noticeText(pipeline, last), {last, ...options});
    },
  };
}

function summaryFor(
  stdout: Stream,
  last: Parameters<typeof summaryText>[0],
  boards: readonly string[],
): string {
  const room = stdout.kind === 'terminal' ? {columns: widthOf(stdout)} : {};
  return forReading(stdout, summaryText(last, stdout.colours, {boards, ...room}));
}

/** Only on a terminal, and only after a run that was long enough to look away. */
function callPerson(
  {stderr, env}: Terminal,
  text: string,
  {last, settings}: Pick<ScreenOptions, 'settings'> & {readonly last: {readonly duration_ms: number}},
): void {
  const {how = 'bell', after_seconds = 30} = settings.notify ?? {};
  if (stderr.kind !== 'terminal' || env.TERM === 'dumb' || last.duration_ms < after_seconds * 1000) return;
  stderr.raw.write(noticeSequence(how, text));
}

async function rendererFor(
  terminal: Terminal,
  {json, plain, expects, again, settings, places = new Map()}: ScreenOptions,
): Promise<Renderer> {
  const {stdout, stderr, env} = terminal;
  const kind = rendererKind({
    asked: json === true ? 'json' : plain === true ? 'plain' : 'any',
    ci: env.CI,
    term: env.TERM,
    stream: stderr.kind,
  });
  if (kind === 'json') return jsonLines(stdout);
  if (kind === 'plain' && env.GITHUB_ACTIONS === 'true') {
    const groups = githubGroups(stderr, (output) => plainLines(output, stderr.colours, again));
    return together(
      groupingWarnings(groups),
      githubAnnotations(stderr, env.GITHUB_WORKSPACE ?? terminal.cwd, places),
    );
  }
  const lines = groupingWarnings(plainLines(stderr, stderr.colours, again));
  if (kind === 'plain') return lines;
  if (expects === 'nothing') return lines; // a run from cache must not wait for listr2
  const {liveList} = await import('../render/live.js');
  const title = settings.terminal_title === 'unchanged' || env.TERM === 'linux' ? undefined : terminalTitle;
  const list = liveList({
    terminal: stderr.raw,
    output: stderr,
    colours: stderr.colours,
    ...(title && {title: title(stderr.raw.write.bind(stderr.raw))}), // the stream's own: the list takes its place
    again,
    now: terminal.now,
  });
  return groupingWarnings(list);
}
