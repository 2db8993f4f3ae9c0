import {describe, expect, test} from 'vitest';
import {type Located, plain} from '../../src/config/text/located.js';
import {sourceText} from '../../src/config/text/source-text.js';
import {parseYaml} from '../../src/config/text/yaml.js';
import {place} from './resolved.js';

function read(text: string) {
  const {value, problems} = parseYaml(sourceText('/project/a.yaml', text));
  return {value: value && plain(value), problems: problems.map(place), located: value as Located};
}

describe('what YAML 1.2 texts mean', () => {
  test.each([
    {name: 'no and on are texts', text: 'a: [no, on, yes, off]', value: {a: ['no', 'on', 'yes', 'off']}},
    {name: '1e-4 is a number', text: 'a: 1e-4', value: {a: 0.0001}},
    {name: 'numbers with _ are texts', text: 'a: 1_000', value: {a: '1_000'}},
    {name: '0o10 is eight', text: 'a: 0o10', value: {a: 8}},
    {name: 'a quoted number is a text', text: 'a: "010"', value: {a: '010'}},
    {
      name: 'merge keys merge',
      text: 'd: &d {a: 1, b: 2}\ne: {<<: *d, b: 3}',
      value: {d: {a: 1, b: 2}, e: {a: 1, b: 3}},
    },
    {
      name: 'of several merged maps the first wins',
      text: 'x: &x {a: 1}\ny: &y {a: 2, b: 2}\nz: {<<: [*x, *y]}',
      value: {x: {a: 1}, y: {a: 2, b: 2}, z: {a: 1, b: 2}},
    },
    {name: 'a quoted << is an ordinary key', text: '"<<": {a: 1}', value: {'<<': {a: 1}}},
    {name: 'numbers as keys are texts', text: '1: a\n0x10: b', value: {'1': 'a', '0x10': 'b'}},
    {
      name: 'an anchor may be used 150 times',
      text: `d: &d 1\na: [${'*d, '.repeat(150)}]`,
      value: {d: 1, a: Array(150).fill(1)},
    },
  ])('$name', ({text, value}) => {
    expect(read(text)).toMatchObject({value, problems: []});
  });

  test('__proto__ is refused by name wherever it is a key; constructor and toString are keys as any other', () => {
    const {value, problems} = read('constructor: 1\ntoString: {__proto__: {polluted: 1}, valueOf: 2}');
    expect(problems).toEqual(['a.yaml:2:12 config/bad-name']);
    expect(Object.entries(value as object)).toEqual([
      ['constructor', 1],
      ['toString', {valueOf: 2}],
    ]);
    expect(({} as {polluted?: number}).polluted).toBeUndefined();
  });

  test('values that share an anchor are separate copies', () => {
    const value = read('d: &d {a: 1}\nx: *d\ny: *d').value as Record<string, object>;
    expect(value.x).not.toBe(value.y);
  });
});

describe('what is refused, and where', () => {
  test.each([
    {name: 'a %YAML 1.1 line', text: '%YAML 1.1\n---\na: 1', problems: ['a.yaml:1:1 config/yaml-version']},
    {name: 'an octal number of YAML 1.1', text: 'a: 010', problems: ['a.yaml:1:4 config/ambiguous-number']},
    {name: 'a duplicate key', text: 'a: 1\nb: 2\na: 3', problems: ['a.yaml:3:1 config/yaml-syntax']},
    {name: 'an alias without its anchor', text: 'a: *wav', problems: ['a.yaml:1:4 config/unknown-anchor']},
    {name: 'a text that starts with *', text: 'a: *.wav', problems: ['a.yaml:1:4 config/unknown-anchor']},
    {
      name: 'an alias inside its own anchor',
      text: 'a: &a [*a]',
      problems: ['a.yaml:1:8 config/endless-alias'],
    },
    {name: 'an unknown tag', text: 'a: !foo 1', problems: ['a.yaml:1:4 config/unknown-tag']},
    {name: 'a tag for bytes', text: 'a: !!binary aGk=', problems: ['a.yaml:1:13 config/unknown-tag']},
    {name: 'a mapping as key', text: 'q: {{ x }}', problems: ['a.yaml:1:5 config/bad-key']},
    {name: 'an empty key', text: 'a: {: 1}', problems: ['a.yaml:1:5 config/bad-key']},
    {name: 'a merged number', text: 'd: &d 1\na: {<<: *d}', problems: ['a.yaml:2:9 config/bad-merge']},
    {name: 'a tab as indentation', text: 'a:\n\tb: 1', problems: ['a.yaml:2:1 config/yaml-syntax']},
    {name: 'a text that starts with @', text: 'a: @x', problems: ['a.yaml:1:4 config/yaml-syntax']},
    {
      name: 'two merge keys in one mapping',
      text: 'x: &x {a: 1}\ny: &y {b: 2}\nz: {<<: *x, <<: *y}',
      problems: ['a.yaml:3:13 config/yaml-syntax'],
    },
    {
      name: 'a null character, in values and keys, as no program can be handed one',
      text: 'a: "x\\0y"\n"b\\u0000": [\'x\\0y\', "x\\x00"]',
      problems: [
        'a.yaml:1:4 config/null-character',
        'a.yaml:2:1 config/null-character',
        'a.yaml:2:21 config/null-character',
      ],
    },
    {name: 'two documents', text: 'a: 1\n---\nb: 2', problems: ['a.yaml:2:1 config/yaml-syntax']},
  ])('$name', ({text, problems}) => {
    expect(read(text).problems).toEqual(expect.arrayContaining(problems));
  });

  test('aliases that multiply without end, before they take memory', () => {
    const levels = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
    for (let level = 1; level < 9; level++) {
      levels.push(
        `a${level}: &a${level} [${Array(9)
          .fill(`*a${level - 1}`)
          .join(', ')}]`,
      );
    }
    expect(read(levels.join('\n')).problems.at(-1)).toMatch(/config\/too-many-aliases$/);
  });

  test('few aliases of something large', () => {
    const text = `large: &l [${'0, '.repeat(2000)}0]\nmany: [${'*l, '.repeat(600)}*l]`;
    expect(read(text).problems.at(-1)).toMatch(/config\/too-large$/);
  });

  test('nesting too deep for the stack', () => {
    expect(read(`a: ${'['.repeat(5000)}`).problems.length).toBeGreaterThan(0);
    expect(read(`a: ${'['.repeat(110)}${']'.repeat(110)}`).problems).toEqual([
      'a.yaml:1:104 config/too-large',
    ]);
  });

  test.each([
    {name: 'mappings', text: Array.from({length: 2000}, (_, level) => `${' '.repeat(level)}a:`).join('\n')},
    {name: 'lists', text: `${'- '.repeat(20_000)}a`},
    {name: 'brackets', text: '['.repeat(100_000)},
    {name: 'keys of brackets', text: `${'? ['.repeat(3000)}`},
  ])('$name nested without end, in words', ({text}) => {
    expect(parseYaml(sourceText('a.yaml', text)).problems).toMatchObject([
      {code: 'config/too-large', message: 'The file is nested more than 100 levels deep'},
    ]);
  });
});

describe('one mistake is one problem', () => {
  test.each([
    {name: 'a tab', text: 'stages:\n\ta:\n\t\tuses: x\n', problem: 'a.yaml:2:1 config/yaml-syntax'},
    {name: 'a tab below spaces', text: 'a:\n  b: 1\n\tc: 2\n', problem: 'a.yaml:3:1 config/yaml-syntax'},
    {name: 'a list without end', text: 'a: [1, 2\nb: 3\nc: 4', problem: 'a.yaml:2:1 config/yaml-syntax'},
    {
      name: 'a key that is indented too far',
      text: 'a: 1\n b: 2\nc: 3\n',
      problem: 'a.yaml:1:4 config/yaml-syntax',
    },
    {name: 'a quote without its partner', text: 'a: "x\nb: 1\n', problem: 'a.yaml:3:1 config/yaml-syntax'},
  ])('$name', ({text, problem}) => {
    expect(read(text).problems).toEqual([problem]);
  });

  test('a tab is called one', () => {
    const {problems} = parseYaml(sourceText('a.yaml', 'stages:\n\ta: {uses: scan}\n'));
    expect(problems).toMatchObject([{message: 'Tabs cannot indent YAML', hint: 'Use spaces.'}]);
  });
});
