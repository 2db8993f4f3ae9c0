import {bestPlace, keptBestText} from './best-text.js';
import {columnsOf, filledEnd} from './columns.js';
import type {Palette} from './palette.js';
import {countText, durationText, numberText} from './quantity.js';
import {nameText} from './runs-text.js';
import {visibly} from './visible.js';

type Pair<T> = readonly [T, T];

export interface AdapterComparison {
  readonly a: string;
  readonly b: string;
  readonly types: Pair<string>;
  readonly modules: readonly {
    readonly module: string;
    readonly in: 'both' | 'a' | 'b';
    readonly rank: Pair<number | null>;
    readonly scale: Pair<number | null>;
    readonly difference: number | null;
  }[];
}

/** How far two adapters are apart, module by module. */
export function adapterComparison(compared: AdapterComparison, colours: Palette): string {
  const {a, b, types, modules} = visibly(compared);
  const width = Math.max(6, ...modules.map(({module}) => columnsOf(module)));
  const rows = modules.map(({module, in: side, rank, scale, difference}) =>
    [
      filledEnd(module, width),
      both(rank).padStart(9),
      both(scale).padStart(13),
      side === 'both' ? (difference === null ? '-' : percent(difference)).padStart(10) : `only in ${side}`,
    ].join('  '),
  );
  return [
    ...sides([`${a}  ${types[0]}`, `${b}  ${types[1]}`], colours),
    '',
    verdict(modules),
    '',
    colours.dim(`${'module'.padEnd(width)}  ${'rank'.padStart(9)}  ${'scale'.padStart(13)}  difference`),
    ...rows,
    '',
    colours.dim('difference: ‖ΔW(a) − ΔW(b)‖ / ‖ΔW(a)‖'),
    '',
  ].join('\n');
}

function verdict(modules: AdapterComparison['modules']): string {
  const known = modules.flatMap(({difference}) => (difference === null ? [] : [difference]));
  const lonely = modules.filter((module) => module.in !== 'both').length;
  const alone = lonely === 0 ? '' : `; ${countText(lonely, 'module')} on one side only`;
  if (known.length === 0) return `no difference has a closed form for these kinds${alone}`;
  const worst = Math.max(...known);
  return worst === 0
    ? `the weight changes are the same${alone}`
    : `weight changes differ by ${percent(Math.min(...known))} to ${percent(worst)}${alone}`;
}

export interface EstimateComparison {
  readonly a: string;
  readonly b: string;
  readonly only_a: readonly string[];
  readonly only_b: readonly string[];
  readonly both: number;
  readonly ranks: readonly {readonly module: string; readonly a: number | null; readonly b: number | null}[];
}

export function estimateComparison(compared: EstimateComparison, colours: Palette): string {
  const {a, b, only_a, only_b, both: common, ranks} = visibly(compared);
  return [
    ...sides([a, b], colours),
    '',
    `${countText(common, 'module')} selected by both`,
    ...only_a.map((module) => `  only in a: ${module}`),
    ...only_b.map((module) => `  only in b: ${module}`),
    ...ranks.map((rank) => `  rank of ${rank.module}: ${rank.a ?? '-'} and ${rank.b ?? '-'}`),
    '',
  ].join('\n');
}

interface ComparedRun {
  readonly run: string;
  readonly pipeline: string | null;
  /** Null: the file as it is. */
  readonly experiment: string | null;
  readonly outcome: string;
  readonly training: readonly {
    readonly stage: string;
    readonly best_loss: number | null;
    readonly best_by: 'validation' | 'training';
    readonly best_at: {readonly epoch: number; readonly global_step: number} | null;
    readonly final_loss: number | null;
    readonly kept_best: {readonly loss: number; readonly epoch: number; readonly global_step: number} | null;
    readonly last_loss: number | null;
    readonly steps: number | null;
    readonly epochs: number | null;
    readonly duration_ms: number | null;
    readonly adapter: string | null;
  }[];
}

export interface RunComparison {
  readonly a: ComparedRun;
  readonly b: ComparedRun;
  readonly settings: readonly {
    readonly stage: string;
    readonly param: string;
    readonly a: unknown;
    readonly b: unknown;
  }[];
}

export function runComparison(compared: RunComparison, colours: Palette): string {
  const {a, b, settings} = visibly(compared);
  const named = (side: ComparedRun): string => `${side.run}  ${nameText(side)}  ${side.outcome}`;
  return [
    ...sides([named(a), named(b)], colours),
    '',
    ...[a, b].flatMap((side, index) => side.training.map((facts) => trainingLine('ab'[index]!, facts))),
    '',
    settings.length === 0
      ? 'No setting differs.'
      : colours.bold(
          `${countText(settings.length, 'setting')} ${settings.length === 1 ? 'differs' : 'differ'}`,
        ),
    ...settings.map(
      ({stage, param, a: mine, b: theirs}) =>
        `  ${stage}.${param}: ${value(mine)} ${colours.dim('→')} ${value(theirs)}`,
    ),
    '',
  ].join('\n');
}

function trainingLine(side: string, facts: ComparedRun['training'][number]): string {
  const {stage, best_loss, best_by, final_loss, last_loss, steps, epochs, duration_ms, adapter} = facts;
  const last = final_loss ?? last_loss;
  const kept = keptBestText(facts);
  const parts = [
    best_loss === null ? 'no loss yet' : `best ${best_by} loss ${numberText(best_loss)} ${bestPlace(facts)}`,
    ...(last === null ? [] : [`last ${numberText(last)}`]),
    ...(steps === null ? [] : [countText(steps, 'step')]),
    ...(epochs === null ? [] : [countText(epochs, 'epoch')]),
    ...(duration_ms === null ? [] : [durationText(duration_ms)]),
  ];
  const below = [...(kept === '' ? [] : [kept]), ...(adapter === null ? [] : [adapter])];
  return [`${side}: ${stage}  ${parts.join(', ')}`, ...below.map((line) => `     ${line}`)].join('\n');
}

function sides(names: Pair<string>, colours: Palette): string[] {
  return names.map((name, index) => `${colours.bold('ab'[index]!)}  ${name}`);
}

function both(values: Pair<number | null>): string {
  const [a, b] = values.map((one) => (one === null ? '-' : numberText(one)));
  return a === b ? a! : `${a} / ${b}`;
}

function percent(share: number): string {
  return `${numberText(Number((share * 100).toPrecision(3)))} %`;
}

function value(one: unknown): string {
  return one === undefined ? 'not set' : JSON.stringify(one);
}
