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
}

export function presetTable(presets: readonly ShownPreset[], colours: Palette): string {
  if (presets.length === 0) return 'No presets.\n';
  const nameWidth = Math.max(...presets.map((preset) => preset.name.length));
  const usesWidth = Math.max(...presets.map((preset) => (preset.uses ?? '?').length));
  const taken = new Set<string>();
  const lines = presets.map((preset) => {
    const hidden = taken.has(preset.name);
    taken.add(preset.name);
    const broken =
      preset.problems.length > 0 ? colours.red(`  ${countText(preset.problems.length, 'problem')}`) : '';
    const words = `${preset.name.padEnd(nameWidth)}  ${(preset.uses ?? '?').padEnd(usesWidth)}  ${origin(preset.from)}  ${preset.description}`;
    return `${hidden ? colours.dim(`${words} (hidden by the one above)`) : words}${broken}`.trimEnd();
  });
  return `${lines.join('\n')}\n`;
}

export function presetText(preset: ShownPreset, colours: Palette): string {
  return `${colours.dim(`# ${preset.path}`)}\n${preset.text.trimEnd()}\n`;
}

function origin(from: ShownPreset['from']): string {
  return {project: 'project', user: 'yours  ', built_in: 'builtin'}[from];
}
