import type {Problem} from '../base/problem.js';
import {unreachable} from '../base/unreachable.js';
import type {StageResult} from '../event/stage-result.js';
import {failureProblem} from './outcome-text.js';
import {placeText} from './problem-text.js';
import {visible} from './visible.js';

/** One test of a report: that a stage runs, or that its numbers are those of before. */
export interface TestCase {
  readonly name: string;
  readonly seconds: number;
  readonly outcome:
    | {readonly kind: 'passed'}
    | {readonly kind: 'failed'; readonly problem: Problem}
    | {readonly kind: 'skipped'; readonly because: string};
}

/** How a stage ended, as a test. */
export function stageCase(result: StageResult): TestCase {
  const duration = 'duration_ms' in result ? result.duration_ms / 1000 : 0;
  return {name: result.stage, seconds: duration, outcome: outcomeOf(result)};
}

function outcomeOf(result: StageResult): TestCase['outcome'] {
  switch (result.kind) {
    case 'failed':
    case 'crashed':
      return {kind: 'failed', problem: failureProblem(result)};
    case 'blocked':
      return {kind: 'skipped', because: `it waits for ${result.by}`};
    case 'interrupted':
      return {kind: 'skipped', because: 'the run was stopped'};
    case 'not_started':
      return {
        kind: 'skipped',
        because: result.after === 'stop' ? 'the run was stopped' : `${result.after} failed before it`,
      };
    case 'skipped':
      return {kind: 'skipped', because: 'its condition says so'};
    case 'succeeded':
    case 'cached':
      return {kind: 'passed'};
    default:
      return unreachable(result);
  }
}

export interface TestSuite {
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly started_at: number;
}

/**
 * JUnit's XML, valid under both schemas that programs go by: Ant's (JUnit.xsd) and that of Jenkins (junit-10.xsd). Every part is
 * there because Ant's asks for it. The machine's name is no one's business.
 */
export function junitXml({name: suite, started_at}: TestSuite, cases: readonly TestCase[]): string {
  const of = (kind: TestCase['outcome']['kind']) => cases.filter(({outcome}) => outcome.kind === kind).length;
  const seconds = cases.reduce((sum, each) => sum + each.seconds, 0);
  const counts = `tests="${cases.length}" failures="${of('failed')}" errors="0" skipped="${of('skipped')}" time="${seconds.toFixed(3)}"`;
  const timestamp = new Date(started_at).toISOString().slice(0, 'YYYY-MM-DDThh:mm:ss'.length);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    `  <testsuite id="0" name="${escaped(suite)}" package="sidestep" timestamp="${timestamp}" hostname="localhost" ${counts}>`,
    '    <properties/>',
    ...cases.map((each) => caseXml(suite, each)),
    '    <system-out/>',
    '    <system-err/>',
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function caseXml(suite: string, {name, seconds, outcome}: TestCase): string {
  const head = `    <testcase classname="${escaped(suite)}" name="${escaped(name)}" time="${seconds.toFixed(3)}"`;
  switch (outcome.kind) {
    case 'passed':
      return `${head}/>`;
    case 'skipped':
      return `${head}><skipped message="${escaped(outcome.because)}"/></testcase>`;
    case 'failed': {
      const {code, message, position, hint} = outcome.problem;
      const place = position === undefined ? [] : [placeText(position)];
      const text = [message, ...place, ...(hint === undefined ? [] : [hint])].join('\n');
      return `${head}><failure type="${escaped(code)}" message="${escaped(message)}">${escaped(text)}</failure></testcase>`;
    }
  }
}

const ENTITIES: Readonly<Record<string, string>> = {'&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;'};

/** XML has no form for control characters, which programs' last words may hold. */
function escaped(text: string): string {
  const lines = text.replaceAll(/[^\n]+/g, visible);
  return lines.replaceAll(/[&<>"]/g, (character) => ENTITIES[character]!);
}
