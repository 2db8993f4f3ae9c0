import type {Problem} from '../base/problem.js';
import type {StageResult} from '../event/stage-result.js';
import {placeText} from './problem-text.js';
import {deathText} from './stage-line.js';
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
      return {kind: 'failed', problem: result.problem};
    case 'crashed':
      return {
        kind: 'failed',
        problem: {code: 'run/crashed', message: `The process of this stage ended with ${deathText(result)}.`},
      };
    case 'blocked':
      return {kind: 'skipped', because: `it waits for ${result.by}`};
    case 'interrupted':
      return {kind: 'skipped', because: 'the run was stopped'};
    case 'skipped':
      return {kind: 'skipped', because: 'its condition says so'};
    default:
      return {kind: 'passed'};
  }
}

/** JUnit's XML as continuous integration reads it: https://github.com/testmoapp/junitxml. */
export function junitXml(suite: string, cases: readonly TestCase[]): string {
  const of = (kind: TestCase['outcome']['kind']) => cases.filter(({outcome}) => outcome.kind === kind).length;
  const seconds = cases.reduce((sum, each) => sum + each.seconds, 0);
  const counts = `tests="${cases.length}" failures="${of('failed')}" skipped="${of('skipped')}" time="${seconds.toFixed(3)}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts}>`,
    `  <testsuite name="${escaped(suite)}" ${counts}>`,
    ...cases.map((each) => caseXml(suite, each)),
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
