import {unreachable} from '../base/unreachable.js';
import {columnsOf, filledEnd} from './columns.js';
import type {Palette} from './palette.js';
import {countText, numberText} from './quantity.js';
import {visibly} from './visible.js';

/** One adapted linear. Norms are Frobenius; null where they are not known. */
export interface InspectedModule {
  readonly module: string;
  /** 0 when the kind has none. */
  readonly rank: number;
  readonly alpha: number;
  readonly scale: number;
  readonly change: 'exact' | 'low_rank_part' | 'no_closed_form';
  readonly change_norm: number | null;
  /** Why there is no norm. */
  readonly why: string | null;
  readonly base_norm: number | null;
  /** change_norm / base_norm */
  readonly relative: number | null;
}

/** The model that changes are related to, and whether it is the one that the adapter was trained on. */
export interface ComparedBase {
  readonly path: string;
  /** Name of the model it was trained on; null when nothing says. */
  readonly trained_on: string | null;
  /** `not_comparable`: the path is no whole model folder. */
  readonly is: 'same' | 'other' | 'not_recorded' | 'not_comparable';
}

export interface InspectedAdapter {
  readonly path: string;
  readonly adapter_type: string;
  readonly modules: readonly InspectedModule[];
  /** Tensors beside the adapted modules. */
  readonly others: readonly string[];
  /** Null: none was named. */
  readonly base: ComparedBase | null;
  readonly metadata: readonly (readonly [string, string])[];
  readonly about: readonly (readonly [string, string])[] | undefined;
}

export function adapterText(adapter: InspectedAdapter, colours: Palette): string {
  const {path, adapter_type, modules, others, base, metadata, about} = visibly(adapter);
  return [
    `${colours.bold(path)}  ${adapter_type}, ${countText(modules.length, 'module')}`,
    ...(about === undefined ? [] : ['', colours.bold('Where it came from'), ...pairs(about)]),
    '',
    ...summary(modules),
    ...(base === null ? [] : [baseLine(base, colours)]),
    '',
    ...table(modules, colours),
    ...(others.length === 0
      ? []
      : ['', `Beside them ${countText(others.length, 'tensor')}: ${others.join(', ')}`]),
    ...(metadata.length === 0 ? [] : ['', colours.bold('Metadata of the file'), ...pairs(metadata)]),
    '',
  ].join('\n');
}

function baseLine({path, trained_on, is}: ComparedBase, colours: Palette): string {
  const name = trained_on === null ? '' : ` (${trained_on})`;
  switch (is) {
    case 'same':
      return `base: ${path}, the model it was trained on${name}`;
    case 'other':
      return colours.yellow(
        `warning: ${path} is not the model it was trained on${name}: its weights are other ones`,
      );
    case 'not_recorded':
      return `base: ${path}; whether it was trained on this very model${name} is not recorded`;
    case 'not_comparable':
      return `base: ${path} is no whole model folder, so that it cannot be compared with the model it was trained on${name}`;
    default:
      return unreachable(is);
  }
}

function summary(modules: readonly InspectedModule[]): string[] {
  const norms = modules.flatMap(({change_norm}) => (change_norm === null ? [] : [change_norm]));
  const relatives = modules.flatMap(({relative}) => (relative === null ? [] : [relative]));
  const whys = new Set(modules.flatMap(({why}) => (why === null ? [] : [why])));
  return [
    `rank ${range(modules.map(({rank}) => rank))}, alpha ${range(modules.map(({alpha}) => alpha))}, effective scale ${range(modules.map(({scale}) => scale))}`,
    ...(norms.length === 0
      ? []
      : [`weight change ‖ΔW‖ ${range(norms)}, all modules together ${numberText(Math.hypot(...norms))}`]),
    ...(relatives.length === 0
      ? []
      : [
          `in relation to the base ‖ΔW‖/‖W‖ ${percent(Math.min(...relatives))} to ${percent(Math.max(...relatives))}`,
        ]),
    ...(norms.some((norm) => norm === 0)
      ? [`${norms.filter((norm) => norm === 0).length} modules change nothing`]
      : []),
    ...(modules.some(({change}) => change === 'low_rank_part')
      ? ['DoRA: sizes are those of the low-rank part; the base decides how its columns are rescaled']
      : []),
    ...[...whys].map((why) => `no size for some modules: ${why}`),
  ];
}

function table(modules: readonly InspectedModule[], colours: Palette): string[] {
  const width = Math.max(6, ...modules.map(({module}) => columnsOf(module)));
  const head = `${'module'.padEnd(width)}  ${'rank'.padStart(5)}  ${'alpha'.padStart(7)}  ${'scale'.padStart(7)}  ${'‖ΔW‖'.padStart(10)}  ${'of base'.padStart(8)}`;
  const rows = modules.map(({module, rank, alpha, scale, change_norm, relative}) =>
    [
      filledEnd(module, width),
      (rank === 0 ? '-' : String(rank)).padStart(5),
      numberText(alpha).padStart(7),
      numberText(scale).padStart(7),
      (change_norm === null ? '-' : numberText(change_norm)).padStart(10),
      (relative === null ? '-' : percent(relative)).padStart(8),
    ].join('  '),
  );
  return [colours.dim(head), ...rows];
}

function pairs(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([name]) => columnsOf(name)));
  return rows.map(([name, value]) => `  ${filledEnd(name, width)}  ${value}`);
}

function range(values: readonly number[]): string {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low === high ? numberText(low) : `${numberText(low)} to ${numberText(high)}`;
}

function percent(share: number): string {
  return `${numberText(Number((share * 100).toPrecision(3)))} %`;
}
