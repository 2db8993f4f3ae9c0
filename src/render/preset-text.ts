import {columnsOf, filledEnd} from './columns.js';
import type {Palette} from './palette.js';
import {countText} from './quantity.js';

/** A preset as far as lists and `presets show` need it. */
export interface ShownPreset {
  readonly name: string;
  readonly path: string;
  readonly from: 'project' | 'user' | 'built_in';
  readonly uses: string | undefined;
  readonly description: string;
  readonly text: string;
  readonly problems: readonly unknown[];
  /** What people choose a training by, in words and in the order of `presetColumns`; undefined for other stages. */
  readonly facts?: readonly PresetFact[];
}

export interface PresetFact {
  readonly text: string;
  /** `default`: the preset leaves it to the stage. */
  readonly said_by: 'preset' | 'default';
}

export const presetColumns = ['adapter', 'rank', 'optimizer', 'rate', 'batch', 'epochs'] as const;

export function presetTable(presets: readonly ShownPreset[], colours: Palette): string {
  if (presets.length === 0) return 'No presets.\n';
  const nameWidth = Math.max(...presets.map((preset) => columnsOf(preset.name)));
  const usesWidth = Math.max(...presets.map((preset) => (preset.uses ?? '?').length));
  const taken = new Set<string>();
  const lines = presets.map((preset) => {
    const hidden = taken.has(preset.name);
    taken.add(preset.name);
    const broken =
      preset.problems.length > 0 ? colours.red(`  ${countText(preset.problems.length, 'problem')}`) : '';
    const words = `${filledEnd(preset.name, nameWidth)}  ${(preset.uses ?? '?').padEnd(usesWidth)}  ${origin(preset.from)}  ${preset.description}`;
    return `${hidden ? colours.dim(`${words} (hidden by the one above)`) : words}${broken}`.trimEnd();
  });
  return `${lines.join('\n')}\n${comparison(presets, colours)}`;
}

/** What training presets decide, side by side; what they leave to the stage is dim. */
function comparison(presets: readonly ShownPreset[], colours: Palette): string {
  const shown = presets.filter(
    ({name, facts}, index) =>
      facts !== undefined && presets.findIndex((other) => other.name === name) === index,
  );
  if (shown.length === 0) return '';
  const nameWidth = Math.max(...shown.map(({name}) => columnsOf(name)));
  const widths = presetColumns.map((column, index) =>
    Math.max(column.length, ...shown.map(({facts}) => facts![index]!.text.length)),
  );
  const head = presetColumns.map((column, index) => column.padEnd(widths[index]!)).join('  ');
  const rows = shown.map(({name, facts}) => {
    const cells = facts!.map(({text, said_by}, index) => {
      const cell = filledEnd(text, widths[index]!);
      return said_by === 'default' ? colours.dim(cell) : cell;
    });
    return `${filledEnd(name, nameWidth)}  ${cells.join('  ')}`.trimEnd();
  });
  return `\n${' '.repeat(nameWidth)}  ${colours.bold(head.trimEnd())}\n${rows.join('\n')}\n`;
}

export function presetText(preset: ShownPreset, colours: Palette): string {
  return `${colours.dim(`# ${preset.path}`)}\n${preset.text.trimEnd()}\n`;
}

function origin(from: ShownPreset['from']): string {
  return {project: 'project', user: 'yours  ', built_in: 'builtin'}[from];
}
