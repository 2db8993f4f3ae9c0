import {expect, test} from 'vitest';
import {filledEnd} from '../../src/render/columns.js';
import {cut} from '../../src/render/cut.js';
import {type ColourEnvironment, type ColourSetting, colourChoice} from '../../src/render/palette.js';
import {rendererKind} from '../../src/render/renderer.js';
import {widthOf} from '../../src/render/text-output.js';

const colours: readonly [
  string,
  ColourEnvironment,
  'terminal' | 'other',
  'colour' | 'plain',
  ColourSetting?,
][] = [
  ['a terminal has colours', {}, 'terminal', 'colour'],
  ['a pipe has none', {}, 'other', 'plain'],
  ['NO_COLOR wins over everything', {NO_COLOR: '1', FORCE_COLOR: '1'}, 'terminal', 'plain'],
  ['an empty NO_COLOR is none', {NO_COLOR: ''}, 'terminal', 'colour'],
  ['FORCE_COLOR colours a pipe', {FORCE_COLOR: '1'}, 'other', 'colour'],
  ['FORCE_COLOR=0 refuses', {FORCE_COLOR: '0'}, 'terminal', 'plain'],
  ['a dumb terminal has none', {TERM: 'dumb'}, 'terminal', 'plain'],
  ['CLICOLOR=0 refuses', {CLICOLOR: '0'}, 'terminal', 'plain'],
  ['CLICOLOR_FORCE colours a pipe', {CLICOLOR_FORCE: '1'}, 'other', 'colour'],
  ['the setting always colours a pipe', {}, 'other', 'colour', 'always'],
  ['the setting never refuses', {}, 'terminal', 'plain', 'never'],
  ['the setting auto leaves it to the stream', {}, 'terminal', 'colour', 'auto'],
  ['NO_COLOR wins over the setting', {NO_COLOR: '1'}, 'other', 'plain', 'always'],
  ['FORCE_COLOR wins over the setting', {FORCE_COLOR: '1'}, 'terminal', 'colour', 'never'],
];
test.each(colours)('%s', (_name, env, stream, expected, setting) => {
  expect(colourChoice(env, stream, setting)).toBe(expected);
});

const terminal = {asked: 'any', ci: undefined, term: 'xterm', stream: 'terminal'} as const;
test.each([
  {name: 'a terminal gets the live list', world: terminal, kind: 'live'},
  {name: 'a pipe gets lines', world: {...terminal, stream: 'other'} as const, kind: 'plain'},
  {name: 'CI gets lines', world: {...terminal, ci: 'true'}, kind: 'plain'},
  {name: 'CI=false is no CI', world: {...terminal, ci: 'false'}, kind: 'live'},
  {name: 'a dumb terminal gets lines', world: {...terminal, term: 'dumb'}, kind: 'plain'},
  {name: '--plain gets lines', world: {...terminal, asked: 'plain'} as const, kind: 'plain'},
  {name: '--json gets JSON anywhere', world: {...terminal, asked: 'json', ci: 'true'} as const, kind: 'json'},
])('$name', ({world, kind}) => {
  expect(rendererKind(world)).toBe(kind);
});

test.each([
  [undefined, 80],
  [0, 80],
  [3, 80],
  [20, 20],
  [132, 132],
])('a width of %s counts as %d columns', (columns, width) => {
  expect(widthOf({columns: () => columns, write: () => {}})).toBe(width);
});

test('text is cut to a width by characters, not by code units', () => {
  expect(cut('🎸🎸🎸🎸', 5)).toBe('🎸🎸…'); // an emoji takes two columns
  expect(cut('abc', 3)).toBe('abc');
  expect(filledEnd('月曜日', 8)).toBe('月曜日  ');
});
