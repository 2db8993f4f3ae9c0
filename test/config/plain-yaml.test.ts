import fc from 'fast-check';
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {stringify} from 'yaml';
import {readPlainYaml} from '../../src/config/plain-yaml.js';
import {sourceText} from '../../src/config/source-text.js';
import {parseAnyYaml} from '../../src/config/any-yaml.js';

const root = new URL('../..', import.meta.url).pathname;

/** The quick reader gives what the general parser gives, values and places, or leaves the text to it. */
function expectAgreement(text: string): 'read' | 'left' {
  const source = sourceText('/a.yaml', text);
  const quick = readPlainYaml(source);
  if (quick === undefined) return 'left';
  const {value, problems} = parseAnyYaml(source);
  expect(problems, text).toEqual([]);
  expect(quick, text).toEqual(value);
  return 'read';
}

describe('files of this repository', () => {
  const files = ['pipelines', 'presets'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => ({name: `${folder}/${name}`})),
  );
  test.each(files)('$name', ({name}) => {
    expect(expectAgreement(readFileSync(join(root, name), 'utf8'))).toBe('read');
  });
});

const plain = [
  'a: 1',
  'a: 1 # one\n\n# two\nb: 2',
  'a:\n  b:\n    c: x\n  d: y\ne: z\n',
  'a:\n- 1\n- x: 1\n  y: 2\n- [1, 2]\nb: 3',
  'a:\n  - 1\n  -   x: 1\n      y: 2\n',
  'a: {b: 1, "c d": [x, y z, "q"], e: {f: null}}',
  'a: {b: 1,\n  c: 2} # both\nd: 3',
  'a: [\n  1, # one\n  2\n  ]\nb: x',
  'a: \'it\'\'s\'\nb: "a\\tb\\u00e9"\nc: ""',
  'a: http://x.y/z#part\nb: a:b\nc: ${vars.x}\nd: -x\ne: ?x\nf: :x',
  'a: 1.5\nb: 1e-4\nc: -3\nd: +4\ne: true\nf: False\ng: null\nh: 12345678901234',
  'a: 2026-11-23\nb: 30m\nc: 0.1.0\nd: 1_000\ne: no\nf: ~/x\ng: ../x\nh: ./x\ni: x, y [z] {w}',
  '"a b": 1\nc.d-e: 2',
  'a: é 🎸 x\nb: 1',
  'a: {b: x}\n\n\n   # a comment further in\nb: [y]   ',
  '# first\n\na: 1',
  'a: []\nb: {}',
];
const left = [
  '',
  '# nothing',
  '- a',
  'a',
  'a:',
  'a:\nb: 1',
  'a: &x 1\nb: *x',
  'a: !!str 1',
  'a: |\n  text',
  'a: >\n  text',
  'a: 1\na: 2',
  '{a: 1}',
  ' a: 1',
  'a: 1\n  b: 2',
  'a: b: c',
  'a: x\n  y',
  'a: "x\n  y"',
  'a: [1, 2,]',
  'a: [b: 1]',
  'a: {b}',
  'a: {b: }',
  'a: 010',
  'a: 0x1f',
  'a: .5',
  'a: 5.',
  'a: -0',
  'a: .inf',
  'a: ~',
  'null: 1',
  '? a\n: 1',
  'a:\t1',
  'a: 1\r\n',
  '\ufeffa: 1',
  '--- \na: 1',
  'a: 1\n...',
  '%YAML 1.2\n---\na: 1',
  'a: {b: 1}x',
  'a: "x" y',
  'a: [1\n, 2]',
  'a: {b: 1\n}',
  '<<: {a: 1}',
  'a: @x',
  'a: `x',
  'a: %x',
  "a: 'x",
  'a: "\\x41"',
  'a: [x',
  'a: x: ',
  'a:\n- - 1',
  'a:\n-\n  b: 1',
  'a: 123456789012345678',
  'a:\n   b: 1\n  c: 2',
  '1: a',
  'a : 1',
  'a: "x"#y',
  'a: -',
];
test.each(plain)('%j is read', (text) => expect(expectAgreement(text)).toBe('read'));
test.each(left)('%j is left to the general parser', (text) => expect(expectAgreement(text)).toBe('left'));

describe('texts at random', () => {
  /** Short texts of what matters to YAML: most are wrong, many are odd. */
  const scraps = fc.array(
    fc.constantFrom(
      ...[
        'a',
        'b:',
        'c: ',
        ' ',
        '  ',
        '\n',
        '\n  ',
        '\n- ',
        '- ',
        ', ',
        '{',
        '}',
        '[',
        ']',
        '"',
        "'",
        '#',
        ' # ',
      ],
      ...[
        'x: 1',
        'y: [1, 2]',
        'z: {a: b}',
        '1',
        '-',
        ':',
        '?',
        '.',
        '0',
        'null',
        'e5',
        '\\',
        '|',
        '&a ',
        '*a',
        '<<',
      ],
    ),
    {maxLength: 14},
  );
  test('are read alike or left', () => {
    let read = 0;
    fc.assert(
      fc.property(scraps, (words) => {
        if (expectAgreement(words.join('')) === 'read') read += 1;
        if (expectAgreement(`k: ${words.join('')}`) === 'read') read += 1;
        if (expectAgreement(`k:\n  l: 1\n  m: ${words.join('')}\nn: 2`) === 'read') read += 1;
      }),
      {numRuns: 3000, seed: 1},
    );
    expect(read).toBeGreaterThan(300); // else nothing was shown
  });

  test('documents of any shape, printed in any style, are read alike or left', () => {
    const key = fc.oneof(
      {weight: 9, arbitrary: fc.stringMatching(/^[A-Za-z_][\w.-]{0,5}$/)},
      {weight: 1, arbitrary: fc.string({maxLength: 4})},
    );
    const {document} = fc.letrec((tie) => ({
      leaf: fc.oneof(
        fc.string({maxLength: 8}),
        fc.constantFrom('x y', 'a: b', '# c', '1', 'no', '${stages.a}', './p'),
        fc.integer(),
        fc.double({noNaN: true}),
        fc.boolean(),
        fc.constant(null),
      ),
      value: fc.oneof(
        {depthSize: 'small'},
        tie('leaf'),
        tie('document'),
        fc.array(tie('value'), {maxLength: 3}),
      ),
      document: fc.dictionary(key, tie('value'), {maxKeys: 4}),
    }));
    const style = fc.record({
      collectionStyle: fc.constantFrom('any', 'flow', 'block'),
      indent: fc.constantFrom(2, 4),
      indentSeq: fc.boolean(),
      lineWidth: fc.constantFrom(0, 30),
      singleQuote: fc.constantFrom(true, false, null),
    });
    let read = 0;
    fc.assert(
      fc.property(document, style, (value, options) => {
        if (expectAgreement(stringify(value, options as object)) === 'read') read += 1;
      }),
      {numRuns: 1500, seed: 1},
    );
    expect(read).toBeGreaterThan(150);
  });
});
