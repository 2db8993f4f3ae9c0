import {boardCommand} from '../base/board-command.js';
import type {RunEvent} from '../event/event.js';
import type {StageResult} from '../event/stage-result.js';
import {columnsOf, filledEnd} from './columns.js';
import {isFailure} from './outcome-text.js';
import type {Palette} from './palette.js';
import {problemMarkdown} from './problem-markdown.js';
import {countText, durationText} from './quantity.js';
import {deathText} from './stage-line.js';

type RunFinished = Extract<RunEvent, {kind: 'run_finished'}>;

/**
 * What a person should know at the end: what ran, what did not have to, where results are, what to do next. `boards`: folders
 * of TensorBoard files. A path that does not fit beside its name has a line of its own, to be copied whole.
 */
export function summaryText(
  run: RunFinished,
  colours: Palette,
  {boards = [], columns = Number.POSITIVE_INFINITY}: {boards?: readonly string[]; columns?: number} = {},
): string {
  const lines = [headline(run, colours)];
  const tallied = tally(run.results);
  if (tallied !== '') lines.push(`  ${tallied}`);
  const saved = run.results.reduce(
    (sum, result) => sum + (result.kind === 'cached' ? result.saved_ms : 0),
    0,
  );
  if (saved >= 1000) lines.push(`  ${durationText(saved)} of work came from the cache`);
  lines.push(...outputLines(run.outputs, columns));
  if (boards.length > 0) lines.push('  curves:', ...boards.map((path) => `    ${boardCommand(path)}`));
  const next = nextStep(run);
  if (next !== undefined) lines.push(`  ${colours.cyan('next:')} ${next}`);
  return `${lines.join('\n')}\n`;
}

/** The same for GitHub's step summary, as a Markdown table. */
export function summaryMarkdown(run: RunFinished): string {
  const rows = run.results.map(
    (result) => `| ${cell(result.stage)} | ${result.kind.replace('_', ' ')} | ${timeOf(result)} |`,
  );
  const outputs = run.outputs.map(({stage, output, path}) => `- ${stage} ${output}: \`${path}\``);
  return [
    `### sidestep: ${run.outcome} in ${durationText(run.duration_ms)}`,
    '',
    '| stage | result | time |',
    '| --- | --- | --- |',
    ...rows,
    ...reasons(run.results),
    ...(outputs.length > 0 ? ['', ...outputs] : []),
    '',
  ].join('\n');
}

/** Why stages failed, which a cell of a table has no room for. */
function reasons(results: RunFinished['results']): string[] {
  const failures = results.filter((result) => isFailure(result));
  if (failures.length === 0) return [];
  const lines = failures.map((result) =>
    result.kind === 'failed'
      ? `- **${cell(result.stage)}**: ${problemMarkdown(result.problem)}`
      : `- **${cell(result.stage)}**: its process ended with ${deathText(result)}`,
  );
  return ['', ...lines];
}

function headline(run: RunFinished, colours: Palette): string {
  const time = durationText(run.duration_ms);
  if (run.outcome === 'interrupted') return colours.yellow(`Interrupted after ${time}`);
  if (run.outcome === 'failed') return colours.red(`Failed after ${time}`);
  const computed = run.results.some((result) => result.kind === 'succeeded');
  return colours.green(computed ? `Done in ${time}` : `Nothing to do: everything is up to date (${time})`);
}

function tally(results: readonly StageResult[]): string {
  const words: Readonly<Record<StageResult['kind'], string>> = {
    succeeded: 'ran',
    cached: 'from cache',
    skipped: 'skipped by when:',
    failed: 'failed',
    crashed: 'crashed',
    blocked: 'blocked',
    not_started: 'not started',
    interrupted: 'interrupted',
  };
  return (Object.keys(words) as StageResult['kind'][])
    .map((kind) => ({kind, count: results.filter((result) => result.kind === kind).length}))
    .filter(({count}) => count > 0)
    .map(({kind, count}) => `${count} ${words[kind]}`)
    .join(', ');
}

/** The last ones, since plans end with what people are after; a thousand paths would say nothing. */
const MOST_OUTPUTS = 10;

function outputLines(outputs: RunFinished['outputs'], columns: number): string[] {
  if (outputs.length === 0) return [];
  const shown = outputs.slice(-MOST_OUTPUTS);
  const width = Math.max(...shown.map(({stage, output}) => columnsOf(`${stage} ${output}`)));
  const lines = shown.flatMap(({stage, output, path}) => {
    const name = `${stage} ${output}`;
    const line = `    ${filledEnd(name, width)}  ${path}`;
    return columnsOf(line) > columns ? [`    ${name}`, `      ${path}`] : [line];
  });
  const left = outputs.length - shown.length;
  return ['  results:', ...(left > 0 ? [`    … and ${left} more`] : []), ...lines];
}

/** The same command goes on in any case; with what, depends on how its stages ended. */
function continuation(results: readonly StageResult[]): string {
  const stopped = results.filter((result) => result.kind === 'interrupted');
  const lost = stopped.filter(({resumable, ended}) => !resumable || ended === 'killed');
  if (lost.length === 0) return 'the same command continues where this run stopped.';
  const parts = lost.map(({stage, resumable}) =>
    !resumable ? `${stage} from its beginning` : `${stage} from what it saved last`,
  );
  return `the same command continues: ${parts.join(', ')}.`;
}

function nextStep(run: RunFinished): string | undefined {
  if (run.outcome === 'interrupted') return continuation(run.results);
  if (run.outcome === 'done') return undefined;
  const broken = run.results.find((result) => result.kind === 'failed' || result.kind === 'crashed');
  const kept = run.results.filter((result) => result.kind === 'succeeded').length;
  const keeps = kept > 0 ? ` What finished (${countText(kept, 'stage')}) is kept.` : '';
  return broken === undefined ? undefined : `fix ${broken.stage} and run the same command again.${keeps}`;
}

function timeOf(result: StageResult): string {
  return 'duration_ms' in result ? durationText(result.duration_ms) : '';
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
