import type {Json} from '../base/json.js';
import {unreachable} from '../base/unreachable.js';
import type {Because, PipelineDifference} from '../plan/pipeline-difference.js';
import type {Palette} from './palette.js';
import {placeText} from './problem-text.js';
import {numberText} from './quantity.js';
import {visible} from './visible.js';

export interface DiffView extends PipelineDifference {
  readonly a: DiffName;
  readonly b: DiffName;
  readonly losses: readonly LossDifference[];
}

export interface DiffName {
  readonly what: 'run' | 'revision' | 'working_tree';
  readonly name: string;
  readonly commit: string | null;
  readonly run: string | null;
}

export interface LossDifference {
  readonly stage: string;
  readonly a: Losses | null;
  readonly b: Losses | null;
}

interface Losses {
  readonly best_loss: number | null;
  readonly best_by: 'validation' | 'training';
  readonly last_loss: number | null;
  readonly steps: number | null;
}

/** Two states of a pipeline for people at a terminal. */
export function diffText(view: DiffView, colours: Palette): string {
  const {a, b, added, removed, settings, records, again, losses} = view;
  const arrow = colours.dim('→');
  const part = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : ['', colours.bold(title), ...lines.map((line) => `  ${line}`)];
  const lines = [
    `${colours.bold('a')}  ${sideText(a)}`,
    `${colours.bold('b')}  ${sideText(b)}`,
    ...part('Settings', [
      ...added.map(({stage, uses}) => `${colours.green('+')} ${visible(stage)} (${uses})`),
      ...removed.map(({stage, uses}) => `${colours.red('-')} ${visible(stage)} (${uses})`),
      ...settings.map(
        ({stage, param, a: was, b: is, decides, position}) =>
          `${visible(`${stage}.${param}`)}: ${valueText(was)} ${arrow} ${valueText(is)}  ${colours.dim(
            `${decides ? '' : 'changes no result, '}${placeText(position)}`,
          )}`,
      ),
    ]),
    ...part(
      'Recorded',
      records.map(
        ({stage, what, key, a: was, b: is}) =>
          `${visible(stage)}: ${recordText({what, key})} ${valueText(was)} ${arrow} ${valueText(is)}`,
      ),
    ),
    ...part(
      'Would run again',
      again.map(({stage, because}) => `${visible(stage)}: ${because.map(becauseText).join(', ')}`),
    ),
    ...part('Losses', lossLines(losses)),
  ];
  const same = isSame(view) ? ['', 'No setting and no recorded file, version or result differs.'] : [];
  return `${[...lines, ...same].join('\n')}\n`;
}

export function isSame({added, removed, settings, records}: PipelineDifference): boolean {
  return [added, removed, settings, records].every((list) => list.length === 0);
}

export function sideText({what, name, commit, run}: DiffName): string {
  const losses = run === null || what === 'run' ? '' : `, trained by ${run}`;
  switch (what) {
    case 'run':
      return `run ${visible(name)}${name === run ? '' : ` (${run})`}`;
    case 'revision':
      return `${visible(name)} (${commit!.slice(0, 7)})${losses}`;
    case 'working_tree':
      return `what is there now${losses}`;
    default:
      return unreachable(what);
  }
}

/** A hash is known by its beginning. */
export function valueText(value: Json | undefined): string {
  if (value === undefined) return 'unset';
  if (typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)) return value.slice(0, 8);
  return visible(JSON.stringify(value));
}

export function recordText({what, key}: {readonly what: string; readonly key: string}): string {
  const words: Readonly<Record<string, string>> = {
    file: 'content of',
    output: 'result',
    version: 'version of the stage type',
    numerics: 'arithmetic',
  };
  return visible(`${words[what] ?? what} ${key}`.trim());
}

export function becauseText(because: Because): string {
  switch (because.kind) {
    case 'added':
      return 'new';
    case 'setting':
      return visible(because.param);
    case 'record':
      return recordText(because);
    case 'upstream':
      return `reads ${visible(because.stage)}`;
    default:
      return unreachable(because);
  }
}

function lossLines(losses: readonly LossDifference[]): string[] {
  return losses.map(({stage, a, b}) => `${visible(stage)}: ${lossText(a)} → ${lossText(b)}`);
}

export function lossText(losses: Losses | null): string {
  if (losses === null || losses.best_loss === null) return 'not trained';
  const {best_loss, best_by, last_loss, steps} = losses;
  const last = last_loss === null ? '' : `, last ${numberText(last_loss)}`;
  const length = steps === null ? '' : ` (${steps} steps)`;
  return `best ${best_by} loss ${numberText(best_loss)}${last}${length}`;
}
