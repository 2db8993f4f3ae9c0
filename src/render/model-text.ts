import {columnsOf, filledEnd} from './columns.js';
import type {Palette} from './palette.js';
import {visible, visibly} from './visible.js';

/** A model as far as a list needs it. */
export interface ShownModel {
  readonly name: string;
  readonly label: 'official' | 'custom';
  readonly base: string | undefined;
  readonly size: string;
  readonly parameters: number;
  readonly missing: readonly {readonly component: string; readonly path: string; readonly reason: string}[];
}

export function modelTable(found: readonly ShownModel[], dir: string, colours: Palette): string {
  const models = visibly(found);
  if (models.length === 0) return `No ACE-Step models in ${visible(dir)}.\n`;
  const width = Math.max(...models.map((model) => columnsOf(model.name)));
  const lines = models.flatMap((model) => {
    const mark = model.missing.length === 0 ? colours.green('✔') : colours.red('✖');
    const head = `${mark} ${filledEnd(model.name, width)}  ${model.label.padEnd(8)}  ${(model.base ?? '?').padEnd(5)}  ${model.size.padEnd(5)}  ${(model.parameters / 1e9).toFixed(2)} B parameters`;
    return [head, ...model.missing.map((part) => `    lacks ${part.component}: ${part.path} ${part.reason}`)];
  });
  return `${lines.join('\n')}\n`;
}
