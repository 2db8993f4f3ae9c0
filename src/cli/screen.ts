import {appendFileSync} from 'node:fs';
import type {RunEvent} from '../event/event.js';
import {githubAnnotations} from '../render/github.js';
import {groupingWarnings} from '../render/grouped-warnings.js';
import {jsonLines} from '../render/json-lines.js';
import {plainLines} from '../render/plain.js';
import {harmless, type Renderer, rendererKind, together} from '../render/renderer.js';
import {summaryMarkdown, summaryText} from '../render/summary.js';
import {visibly} from '../render/visible.js';
import type {RunCommandOptions} from './run-options.js';
import {forReading, type World} from './world.js';

/** Where a run's events are shown: progress on stderr, the summary (or all events as JSON) on stdout. */
export interface Screen {
  /** `at`, when it is not now: milliseconds since the epoch. */
  readonly show: (event: RunEvent, at?: number) => void;
  readonly close: () => Promise<void>;
}

export interface ScreenOptions extends Pick<RunCommandOptions, 'json' | 'plain'> {
  /** Whether anything will happen that is worth a live view. */
  readonly expects: 'work' | 'nothing';
}

export async function openScreen(world: World, options: ScreenOptions): Promise<Screen> {
  const renderer = harmless(await rendererFor(world, options), (error) => {
    world.stderr.write(`The progress display failed; the run goes on: ${String(error)}\n`);
  });
  let last: Extract<RunEvent, {kind: 'run_finished'}> | undefined;
  return {
    show: (event, at = world.now()) => {
      if (event.kind === 'run_finished') last = visibly(event);
      renderer.show(options.json === true ? event : visibly(event), at);
    },
    close: async () => {
      await renderer.close();
      if (last === undefined) return; // the run itself broke; that is told elsewhere
      if (options.json !== true)
        world.stdout.write(forReading(world.stdout, summaryText(last, world.stdout.colours)));
      writeStepSummary(world, last);
    },
  };
}

async function rendererFor(world: World, {json, plain, expects}: ScreenOptions): Promise<Renderer> {
  const {stdout, stderr, env} = world;
  const kind = rendererKind({
    asked: json === true ? 'json' : plain === true ? 'plain' : 'any',
    ci: env.CI,
    term: env.TERM,
    stream: stderr.kind,
  });
  if (kind === 'json') return jsonLines(stdout);
  const lines = groupingWarnings(plainLines(stderr, stderr.colours));
  if (kind === 'plain')
    return env.GITHUB_ACTIONS === 'true'
      ? together(lines, githubAnnotations(stderr, env.GITHUB_WORKSPACE ?? world.cwd))
      : lines;
  if (expects === 'nothing') return lines; // a run from cache must not wait for listr2
  const {liveList} = await import('../render/live.js');
  return groupingWarnings(liveList(stderr.raw, stderr, stderr.colours));
}

/** GitHub shows this file's Markdown on the page of the workflow run. A full disk there is not the run's failure. */
function writeStepSummary({env, stderr}: World, finished: Extract<RunEvent, {kind: 'run_finished'}>): void {
  const file = env.GITHUB_STEP_SUMMARY;
  if (env.GITHUB_ACTIONS !== 'true' || file === undefined || file === '') return;
  try {
    appendFileSync(file, summaryMarkdown(finished));
  } catch (error) {
    stderr.write(`The step summary could not be written: ${String(error)}\n`);
  }
}
