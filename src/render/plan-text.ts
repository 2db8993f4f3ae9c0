import {bytesText} from '../base/bytes-text.js';
import {listed} from '../base/near-miss.js';
import type {Problem} from '../base/problem.js';
import type {StageId} from '../base/stage-id.js';
import {unreachable} from '../base/unreachable.js';
import type {Effort} from '../event/effort.js';
import type {FetchForecast} from '../event/fetch-forecast.js';
import type {StageMemory} from '../event/memory-forecast.js';
import {noteOf, type Plan, type PlannedStage, type SampleForecast, type Verdict} from '../plan/plan.js';
import {usefulRanks, wantedRanks} from '../plan/ranks.js';
import {usefulShards} from '../plan/shards.js';
import {columnsOf, filledEnd} from './columns.js';
import {curveLine} from './curve.js';
import {memoryLines} from './memory-text.js';
import type {Palette} from './palette.js';
import {problemText} from './problem-text.js';
import {countText, durationText} from './quantity.js';
import {reasonText} from './reason.js';
import {startText} from './start-text.js';
import {visible} from './visible.js';

type Forecasts = ReadonlyMap<StageId, StageMemory>;
type Efforts = ReadonlyMap<StageId, Effort>;
/** Of trainings, some of their learning rates, from the first update to the last. */
type Rates = ReadonlyMap<StageId, readonly number[]>;

/** Where stages run that do not run here, by stage. */
export type JobRequests = ReadonlyMap<StageId, JobRequest>;

export interface JobRequest {
  readonly executor: string;
  /** What the cluster is asked for, or the program that starts the worker. */
  readonly request: readonly string[];
}

function jobText({executor, request}: JobRequest): string {
  return `on ${visible(executor)}: ${visible(request.join(' '))}`;
}

/** Of a stage that would run: the processes that share it. */
function ranksLine({verdict, configured}: PlannedStage): readonly string[] {
  const wanted = wantedRanks(configured);
  if (verdict.kind !== 'stale' || wanted === 1) return [];
  const useful = usefulRanks(configured);
  const rest =
    wanted === useful
      ? ''
      : ` of ${wanted}: an update has no more micro-batches (gradient_accumulation_steps)`;
  return [`    on ${countText(useful, 'rank')}${rest}`];
}

/** The same of processes that share its samples. */
function shardsLine(stage: PlannedStage): readonly string[] {
  const useful = usefulShards(stage);
  const wanted = stage.configured.resources.shards ?? 1;
  if (stage.verdict.kind !== 'stale' || wanted === 1) return [];
  const rest = wanted === useful ? '' : ` of ${wanted}: there are no more samples to make`;
  return [`    in ${countText(useful, 'shard')}${rest}`];
}

/** What `sidestep plan` prints: every stage with its verdict and the reasons, in the order in which they would run. */
export function planText(
  plan: Plan,
  colours: Palette,
  {
    memory: forecasts = new Map(),
    efforts = new Map(),
    rates = new Map(),
    jobs = new Map(),
    fetch,
  }: {
    memory?: Forecasts;
    efforts?: Efforts;
    rates?: Rates;
    jobs?: JobRequests;
    fetch?: FetchForecast | undefined;
  } = {},
): string {
  const width = Math.max(0, ...plan.stages.map((stage) => columnsOf(visible(stage.id))));
  const blocks = plan.stages.map((stage) => {
    const memory = forecasts.get(stage.id);
    const needs = memory === undefined ? [] : memoryLines(memory, colours).map((line) => `    ${line}`);
    const work = effortText(efforts.get(stage.id));
    const curve = curveLine(rates.get(stage.id) ?? []);
    const will = [
      ...(work === undefined ? [] : [`    ${work}`]),
      ...(curve === '' ? [] : [`    learning rate ${curve}`]),
    ];
    const job = jobs.get(stage.id);
    const place = job === undefined ? [] : [`    ${jobText(job)}`];
    return [
      stageBlock(stage, width, colours),
      ...will,
      ...needs,
      ...ranksLine(stage),
      ...shardsLine(stage),
      ...place,
    ].join('\n');
  });
  return [
    ...blocks,
    '',
    totalsText(plan, colours, efforts),
    ...fetchLines(fetch),
    ...problemBlocks(plan, colours),
    '',
  ].join('\n');
}

/** What `sidestep status` prints: one line about everything that is up to date, and blocks for the rest. */
export function statusText(plan: Plan, colours: Palette, fetch?: FetchForecast): string {
  const rest = plan.stages.filter(
    (stage) => stage.verdict.kind === 'stale' || stage.verdict.kind === 'blocked',
  );
  const width = Math.max(0, ...rest.map((stage) => columnsOf(visible(stage.id))));
  const blocks = rest.map((stage) => stageBlock(stage, width, colours));
  return [
    ...blocks,
    ...(blocks.length > 0 ? [''] : []),
    totalsText(plan, colours),
    ...fetchLines(fetch),
    ...problemBlocks(plan, colours),
    '',
  ].join('\n');
}

/** Would `sidestep run` have anything to do? */
export function isUpToDate(plan: Plan): boolean {
  return plan.stages.every(({verdict}) => verdict.kind === 'cached' || verdict.kind === 'skipped');
}

function stageBlock(stage: PlannedStage, width: number, colours: Palette): string {
  const {verdict} = stage;
  const head = `${verdictMark(verdict, colours)} ${colours.bold(filledEnd(visible(stage.id), width))}  ${verdictText(stage, colours)}`;
  if (verdict.kind !== 'stale') return head;
  const [only, ...others] = verdict.reasons;
  // Of a new pipeline all stages say it: on the line that each has anyway.
  if (only?.kind === 'never_run' && others.length === 0)
    return [`${head}, ${reasonText(only)}`, ...moreOf(stage)].join('\n');
  return [
    head,
    ...verdict.reasons.map((reason) => `    because ${reasonText(reason)}`),
    ...moreOf(stage),
  ].join('\n');
}

/** What there is to say of a stage that runs apart from why. */
function moreOf(stage: PlannedStage): string[] {
  const {verdict} = stage;
  if (verdict.kind !== 'stale') return [];
  const details: string[] = [];
  const note = noteOf(stage);
  if (note !== undefined) details.push(`    ${note}`);
  if (verdict.samples !== undefined) details.push(`    ${forecastText(verdict.samples)}`);
  const start = startText(verdict.start);
  if (start !== undefined) details.push(`    ${start}`);
  return details;
}

function verdictText(stage: PlannedStage, colours: Palette): string {
  const {verdict, configured} = stage;
  const uses = colours.dim(configured.uses);
  switch (verdict.kind) {
    case 'cached':
      return `cached  ${uses}${noteText(stage, colours)}${removedText(verdict, colours)}${verdict.saved_ms > 0 ? colours.dim(`  saves ${durationText(verdict.saved_ms)}`) : ''}`;
    case 'stale':
      return `${isUndecided(verdict) ? 'may run' : 'runs'}  ${uses}`;
    case 'blocked':
      return isConsequence(verdict.problem)
        ? `blocked: ${visible(verdict.problem.message)}`
        : 'blocked: see below';
    case 'skipped':
      return `skipped: ${visible(verdict.condition)}`;
    default:
      return unreachable(verdict);
  }
}

function removedText({removed = []}: Extract<Verdict, {kind: 'cached'}>, colours: Palette): string {
  return removed.length === 0 ? '' : colours.dim('  temporary, removed');
}

function noteText(stage: PlannedStage, colours: Palette): string {
  const note = noteOf(stage);
  return note === undefined ? '' : colours.dim(`  ${note}`);
}

/** `train 20 steps in 10 epochs, about 10 s`. */
function effortText(effort: Effort | undefined): string | undefined {
  const {training, duration_ms} = effort ?? {};
  const words = [
    ...(training === undefined
      ? []
      : [`trains ${countText(training.steps, 'step')} in ${countText(training.epochs, 'epoch')}`]),
    ...(duration_ms === undefined ? [] : [`about ${durationText(duration_ms)}`]),
  ];
  return words.length === 0 ? undefined : words.join(', ');
}

/** One cause is said once: what only waits for a blocked stage has no cause of its own. */
export function isConsequence({code}: Problem): boolean {
  return code === 'plan/needs-blocked-stage';
}

/** Stale for no other reason than that something before it is: it is decided when that has run. */
function isUndecided(verdict: Extract<Verdict, {kind: 'stale'}>): boolean {
  return verdict.reasons.every((reason) => reason.kind === 'upstream_stale');
}

function verdictMark(verdict: Verdict, colours: Palette): string {
  switch (verdict.kind) {
    case 'cached':
      return colours.green('✔');
    case 'stale':
      return colours.yellow(isUndecided(verdict) ? '?' : '●');
    case 'blocked':
      return colours.red('✖');
    case 'skipped':
      return colours.dim('-');
    default:
      return unreachable(verdict);
  }
}

export function forecastText(samples: SampleForecast): string {
  const missing = samples.missing.length;
  if (missing === 0) return `all of ${countText(samples.total, 'sample')} are cached`;
  const named = samples.missing
    .slice(0, 3)
    .map(({sample, parts}) => `${visible(sample)} (${parts.join(', ')})`);
  const more = missing > named.length ? `, and ${missing - named.length} more` : '';
  return `${missing} of ${countText(samples.total, 'sample')} to compute: ${named.join(', ')}${more}`;
}

function totalsText(plan: Plan, colours: Palette, efforts: Efforts = new Map()): string {
  const count = (kind: Verdict['kind']): number =>
    plan.stages.filter(({verdict}) => verdict.kind === kind).length;
  if (isUpToDate(plan))
    return colours.green(`Everything is up to date (${countText(plan.stages.length, 'stage')}).`);
  const parts = [`${count('stale')} to run`, `${count('cached')} cached`];
  if (count('blocked') > 0) parts.push(colours.red(`${count('blocked')} blocked`));
  if (count('skipped') > 0) parts.push(`${count('skipped')} skipped`);
  return `${countText(plan.stages.length, 'stage')}: ${parts.join(', ')}${costText(plan, efforts)}`;
}

/** What is elsewhere and will be read here. */
function fetchLines(fetch: FetchForecast | undefined): string[] {
  if (fetch === undefined) return [];
  const {objects, bytes, from} = fetch;
  const places = listed(from.map(visible), 3);
  return [`fetches ${countText(objects, 'file')}, ${bytesText(bytes)}, from ${places}`];
}

/** What the stages that run will take, as far as a pace was measured; silent where no one knows. */
function costText(plan: Plan, efforts: Efforts): string {
  const stale = plan.stages.filter(({verdict}) => verdict.kind === 'stale');
  const known = stale.flatMap(
    ({id, last_duration_ms}) => efforts.get(id)?.duration_ms ?? last_duration_ms ?? [],
  );
  if (known.length === 0) return '';
  const sum = known.reduce((total, time) => total + time, 0);
  const unknown = stale.length - known.length;
  return `; about ${durationText(sum)}${unknown > 0 ? ` plus ${countText(unknown, 'stage')} of unknown length` : ''}`;
}

function problemBlocks(plan: Plan, colours: Palette): string[] {
  const own = new Set(
    plan.stages.flatMap(({verdict}) => (verdict.kind === 'blocked' ? [verdict.problem] : [])),
  );
  const all = [...new Set([...plan.problems, ...own])].filter((problem) => !isConsequence(problem));
  return all.length === 0 ? [] : ['', ...all.map((problem) => problemText(problem, colours))];
}
