import {basename} from 'node:path';
import {becauseText, type DiffView, isSame, lossText, recordText, sideText, valueText} from './diff-text.js';
import {visible} from './visible.js';

/** The same as a comment for a pull request: tables, with what must run again on top. */
export function diffMarkdown(view: DiffView, pipeline: string): string {
  const {a, b, added, removed, settings, records, again, losses} = view;
  const head = [
    `### sidestep: ${plain(basename(pipeline))}, ${plain(sideText(a))} → ${plain(sideText(b))}`,
    '',
    isSame(view) ? 'No setting and no recorded file, version or result differs.' : againText(again.length),
  ];
  return [
    ...head,
    ...table(
      ['runs again', 'because'],
      again.map(({stage, because}) => [
        code(stage),
        because.map((each) => plain(becauseText(each))).join(', '),
      ]),
    ),
    ...table(
      ['setting', 'before', 'after'],
      [
        ...added.map(({stage, uses}) => [code(stage), '', `new (${code(uses)})`]),
        ...removed.map(({stage, uses}) => [code(stage), code(uses), 'gone']),
        ...settings.map(({stage, param, a: was, b: is, decides}) => [
          `${code(`${stage}.${param}`)}${decides ? '' : ' (changes no result)'}`,
          code(valueText(was)),
          code(valueText(is)),
        ]),
      ],
    ),
    ...table(
      ['recorded', 'before', 'after'],
      records.map(({stage, what, key, a: was, b: is}) => [
        `${code(stage)} ${plain(recordText({what, key}))}`,
        code(valueText(was)),
        code(valueText(is)),
      ]),
    ),
    ...table(
      ['loss', 'before', 'after'],
      losses.map(({stage, a: was, b: is}) => [code(stage), plain(lossText(was)), plain(lossText(is))]),
    ),
    '',
  ].join('\n');
}

function againText(count: number): string {
  if (count === 0) return 'Nothing has to run again.';
  return count === 1 ? 'One stage runs again.' : `${count} stages run again.`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return ['', line(head), line(head.map(() => '---')), ...rows.map(line)];
}

/** No character of a user's text is markup, and none ends its cell. */
function plain(text: string): string {
  return visible(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/([\\*_[\]|`])/g, '\\$1');
}

function code(text: string): string {
  const inner = visible(text).replaceAll('|', '\\|');
  const fence = '`'.repeat(Math.max(0, ...(inner.match(/`+/g) ?? []).map((run) => run.length)) + 1);
  const space = inner.startsWith('`') || inner.endsWith('`') ? ' ' : '';
  return `${fence}${space}${inner}${space}${fence}`;
}
