import {listed} from '../base/near-miss.js';
import type {Problem} from '../base/problem.js';
import type {StageId} from '../base/stage-id.js';
import {unreachable} from '../base/unreachable.js';
import {reachedFrom} from '../plan/dag.js';
import type {Plan, PlannedStage} from '../plan/plan.js';
import type {Palette} from './palette.js';
import {forecastText, isConsequence} from './plan-text.js';
import {placeText, problemText} from './problem-text.js';
import {durationText} from './quantity.js';
import {reasonText} from './reason.js';
import {startText} from './start-text.js';
import {visible} from './visible.js';

/** One stage explained: why it must run or need not, what that reaches, and what redoing it all cost last time. */
export function whyText(stage: PlannedStage, plan: Plan, colours: Palette): string {
  const {configured} = stage;
  const lines = [
    `${colours.bold(visible(stage.id))}  ${configured.uses}  ${colours.dim(placeText(configured.position))}`,
    ...verdictLines(stage, plan, colours),
    ...originLines(stage, plan),
    `  fingerprint ${stage.fingerprint ?? 'not known before its inputs are there'}`,
  ];
  if (stage.reads.length > 0) lines.push(`  reads: ${visible(stage.reads.join(', '))}`);
  if (stage.waits_for.length > 0) lines.push(`  waits for: ${visible(stage.waits_for.join(', '))}`);
  lines.push(...reachLines(stage, plan));
  return `${lines.join('\n')}\n`;
}

function verdictLines(stage: PlannedStage, plan: Plan, colours: Palette): string[] {
  const {verdict} = stage;
  switch (verdict.kind) {
    case 'cached':
      return [
        `  ${colours.green('cached')}: nothing that decides its output changed`,
        ...(verdict.removed === undefined
          ? []
          : [
              `  temporary: ${visible(listed(verdict.removed))} ${verdict.removed.length === 1 ? 'was' : 'were'} removed from the cache; made again when something that reads ${verdict.removed.length === 1 ? 'it' : 'them'} has to run`,
            ]),
      ];
    case 'stale': {
      const reasons = verdict.reasons.map(
        (reason) => `  ${colours.yellow('runs')} because ${reasonText(reason)}`,
      );
      const samples = verdict.samples === undefined ? [] : [`  ${forecastText(verdict.samples)}`];
      const start = startText(verdict.start);
      return [...reasons, ...samples, ...(start === undefined ? [] : [`  ${start}`])];
    }
    case 'blocked':
      return [
        `  ${colours.red('blocked')}${isConsequence(verdict.problem) ? `: ${visible(verdict.problem.message)}` : ''}`,
        ...causesOf(stage, plan).map((problem) => problemText(problem, colours)),
      ];
    case 'skipped':
      return [`  skipped by when: ${visible(verdict.condition)}`];
    default:
      return unreachable(verdict);
  }
}

/** What has to be fixed for a blocked stage: its own problem, or those of the stages that it waits for. */
function causesOf(blocked: PlannedStage, {stages}: Plan): readonly Problem[] {
  const causes: Problem[] = [];
  const seen = new Set<StageId>();
  const visit = ({id, verdict, reads, waits_for}: PlannedStage): void => {
    if (seen.has(id) || verdict.kind !== 'blocked') return;
    seen.add(id);
    if (!isConsequence(verdict.problem)) causes.push(verdict.problem);
    for (const source of stages.filter((each) => reads.includes(each.id) || waits_for.includes(each.id)))
      visit(source);
  };
  visit(blocked);
  return causes;
}

/** A stage that is stale because of one before it: the causes there, so that one question is enough. */
function originLines(stage: PlannedStage, plan: Plan): string[] {
  const lines: string[] = [];
  const seen = new Set<StageId>();
  const visit = (id: StageId): void => {
    if (seen.has(id)) return;
    seen.add(id);
    const source = plan.stages.find((each) => each.id === id);
    if (source === undefined || source.verdict.kind !== 'stale') return;
    for (const reason of source.verdict.reasons) {
      if (reason.kind === 'upstream_stale') visit(reason.stage);
      else lines.push(`    ${visible(id)} runs because ${reasonText(reason)}`);
    }
  };
  if (stage.verdict.kind === 'stale') {
    for (const reason of stage.verdict.reasons) if (reason.kind === 'upstream_stale') visit(reason.stage);
  }
  return lines;
}

function reachLines(stage: PlannedStage, plan: Plan): string[] {
  const reaches = reachedFrom(plan.stages, stage.id);
  if (reaches.length === 0) return ['  reaches no other stage'];
  const reached = new Set(reaches);
  const costs = plan.stages
    .filter((each) => reached.has(each.id) || each.id === stage.id)
    .map((each) => each.last_duration_ms);
  const known = costs.filter((cost) => cost !== undefined);
  const cost =
    known.length === 0
      ? ''
      : `; with this stage they took ${durationText(known.reduce((sum, ms) => sum + ms, 0))} last time`;
  return [`  reaches: ${visible(reaches.join(', '))}${cost}`];
}
