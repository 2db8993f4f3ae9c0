import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {printPieces, type TextPiece, textPieces} from '../../src/base/reference.js';
import {
  pipelineOf,
  place,
  problemsOf,
  type ResolveOptions,
  stageOf,
  trainPipeline,
  words,
} from './resolved.js';

/** A command with these arguments, after these top keys. */
function command(argv: string, top = ''): string {
  return `sidestep: 1\n${top}stages:\n  c: {uses: command, with: {argv: [x, ${argv}], inputs: {a: ./a}, outputs: {o: o}}}\n`;
}

function argvOf(argv: string, top?: string, options?: ResolveOptions): unknown[] {
  return (stageOf(command(argv, top), 'c', options).params.argv as unknown[]).slice(1);
}

describe('a number that a program gets has the characters it was written with', () => {
  const numbers = ['1.10', '1.0', '12345678901234567890', '1e-4', '0x1F', '-0.0', '0o17', '+5', '.5', '3'];
  test.each(numbers)('%s as an argument, within a text, through a variable, after --set', (number) => {
    expect(argvOf(number)).toEqual([number]);
    expect(argvOf('"v${vars.n}", "${vars.n}"', `vars: {n: ${number}}\n`)).toEqual([`v${number}`, number]);
    const options = {overrides: [`vars.n=${number}`]};
    expect(argvOf('"v${vars.n}", "${vars.n}"', 'vars: {n: 0}\n', options)).toEqual([`v${number}`, number]);
    expect(argvOf('"v${env.N}", "${env.N}"', 'env: [N]\n', {env: {N: number}})).toEqual([
      `v${number}`,
      number,
    ]);
  });

  test('in its environment too, true and false among them', () => {
    const text =
      'sidestep: 1\nstages:\n  c: {uses: command, with: {argv: [x], environment: {A: 1.10, B: 007e1, C: True, D: "1"}}}';
    expect(problemsOf(text).map(place)).toEqual(['pipeline.yaml:3:66 config/ambiguous-number']);
    expect(stageOf(text.replace('007e1', '1_0'), 'c').params.environment).toEqual({
      A: '1.10',
      B: '1_0',
      C: 'True',
      D: '1',
    });
  });

  test('where texts that look like numbers are to choose from, quotes may be left out', () => {
    const text = (bits: string) =>
      `sidestep: 1\nstages:\n  m: {uses: scan, with: {checkpoint_dir: c}}\n  g: {uses: generate, with: {model: "\${stages.m}", prompts: [{caption: x, duration: 4}], bits: ${bits}}}`;
    expect(stageOf(text('24'), 'g').params.bits).toBe('24');
    expect(stageOf(text('"24"'), 'g').params.bits).toBe('24');
    expect(problemsOf(text('32')).map(words)).toEqual([
      expect.stringContaining('Expected one of 16, 24, float for with.bits but found 32'),
    ]);
  });

  test('in an inherited list', () => {
    expect(argvOf('"${vars.l.1}"', 'vars: {l: [1, 2.50]}\n')).toEqual(['2.50']);
  });

  test('where a number is wanted it is a number', () => {
    expect(stageOf(trainPipeline('epochs: 0x1F'), 'train').params.epochs).toBe(31);
  });

  test('where only a text can be, it is shown as it is', () => {
    const text = command('1').replace('argv:', 'version: 1.10, argv:');
    expect(problemsOf(text).map(words)).toEqual([
      'pipeline.yaml:3:38 config/wrong-type Expected a text for with.version but found 1.10 | Put it in quotes if it is a text: "1.10".',
    ]);
  });
});

describe('$ and { as themselves', () => {
  test.each([
    {written: '$${inputs.a}', means: '${inputs.a}'},
    {written: '$${vars.price}', means: '${vars.price}'},
    {written: '$$${vars.price}', means: '$9.90'},
    {written: '$$$${vars.price}', means: '$${vars.price}'},
    {written: '$$$$${vars.price}', means: '$$9.90'},
    {written: '$5 {x} $', means: '$5 {x} $'},
    {written: '${vars.text}', means: '${outputs.o}'},
    {written: 'a ${vars.text} b', means: 'a ${outputs.o} b'},
    {written: '${vars.dollar}{x}', means: 'a${x}'},
    {written: '${vars.dollar}${inputs.a}', means: 'a$IN'},
    {written: '$$${inputs.a}', means: '$IN'},
    {written: '${env.E}', means: '${inputs.a}'},
  ])('$written in an argument is $means', ({written, means}) => {
    const top = 'env: [E]\nvars: {price: 9.90, text: "$${outputs.o}", dollar: "a$"}\n';
    const [word] = argvOf(JSON.stringify(written), top, {env: {E: '${inputs.a}'}}) as [string];
    const filled = textPieces(word).map((piece) => {
      if (piece.kind === 'literal') return piece.text;
      return piece.raw === '${inputs.a}' ? 'IN' : 'NO';
    });
    expect(filled.join('')).toBe(means);
  });

  test('all parameters of a command may come from one variable', () => {
    const text =
      'sidestep: 1\nvars: {all: {argv: [x, "$${inputs.a}"]}}\nstages:\n  c: {uses: command, with: "${vars.all}"}\n';
    expect(stageOf(text, 'c').params.argv).toEqual(['x', '$${inputs.a}']);
  });

  test('a preset of a command names its inputs', () => {
    const preset = 'sidestep: 1\nuses: command\nwith: {argv: [x, "${inputs.a}"]}';
    const text = 'sidestep: 1\nstages:\n  c: {uses: command, preset: p, with: {inputs: {a: ./a}}}';
    expect(stageOf(text, 'c', {presets: {p: preset}}).params.argv).toEqual(['x', '${inputs.a}']);
  });

  test('what is filled in when a command starts has no meaning elsewhere', () => {
    const text = command('1').replace('outputs: {o: o}', 'outputs: {o: "${inputs.a}"}');
    expect(problemsOf(text).map(place)).toEqual(['pipeline.yaml:3:75 config/unknown-reference']);
  });

  test.each([
    {outputs: '{o: d, p: d}', clash: true},
    {outputs: '{o: d, p: ./d/}', clash: true},
    {outputs: '{o: d, p: d/f}', clash: true},
    {outputs: '{o: a/b/c, p: a//b}', clash: true},
    {outputs: '{o: ., p: a}', clash: true},
    {outputs: '{o: d, p: da}', clash: false},
    {outputs: '{o: d/a, p: d/b}', clash: false},
  ])('outputs $outputs are at one place or within each other: $clash', ({outputs, clash}) => {
    const text = `sidestep: 1\nstages:\n  c: {uses: command, with: {argv: [x], outputs: ${outputs}}}\n`;
    if (clash) expect(problemsOf(text).map(({code}) => code)).toEqual(['config/overlapping-outputs']);
    else expect(stageOf(text, 'c').uses).toBe('command');
  });

  test('printing pieces and splitting them are each other’s inverse', () => {
    const literal = fc
      .string({unit: fc.constantFrom('$', '{', '}', 'a', '.')})
      .map((text): TextPiece => ({kind: 'literal', text}));
    const reference = fc.constantFrom('${a.b}', '${inputs.x}').map((raw) => textPieces(raw)[0]!);
    const property = fc.property(fc.array(fc.oneof(literal, reference)), (pieces) => {
      expect(merged(textPieces(printPieces(pieces)))).toEqual(merged(pieces));
    });
    fc.assert(property, {numRuns: 2000});
  });
});

function merged(pieces: readonly TextPiece[]): string[] {
  const texts: string[] = [];
  for (const piece of pieces) {
    if (piece.kind !== 'literal') texts.push(`REFERENCE ${piece.raw}`);
    else if (texts.length > 0 && !texts.at(-1)!.startsWith('REFERENCE'))
      texts[texts.length - 1] += piece.text;
    else texts.push(piece.text);
  }
  return texts.filter((text) => text !== '');
}

describe('--set keeps what was typed', () => {
  test.each([
    {typed: 'take #2', means: 'take #2'},
    {typed: '#2', means: '#2'},
    {typed: '5 #2', means: '5 #2'},
    {typed: '&x y', means: '&x y'},
    {typed: 'one\ntwo', means: 'one\ntwo'},
    {typed: 'one\n\n  two', means: 'one\n\n  two'},
    {typed: '"take #2"', means: 'take #2'},
    {typed: "'it''s'", means: "it's"},
    {typed: ' padded ', means: 'padded'},
    {typed: '', means: ''},
    {typed: 'a b', means: 'a b'},
    {typed: '|-\n one\n two', means: 'one\ntwo'},
  ])('$typed', ({typed, means}) => {
    const pipeline = pipelineOf(command('"<${vars.s}>"', 'vars: {s: x}\n'), {overrides: [`vars.s=${typed}`]});
    expect(pipeline.stages[0]!.params.argv).toEqual(['x', `<${means}>`]);
    expect(pipeline.warnings).toEqual([]);
  });

  test.each([
    {typed: '[a, b] # both', dropped: '# both'},
    {typed: '&x [a, b]', dropped: '&x'},
    {typed: '"a" #2', dropped: '#2'},
  ])('or says what it dropped of $typed', ({typed, dropped}) => {
    const {warnings} = pipelineOf(command('1', 'vars: {s: x}\n'), {overrides: [`vars.s=${typed}`]});
    expect(warnings).toMatchObject([
      {code: 'config/dropped-text', message: expect.stringContaining(dropped)},
    ]);
  });
});

test('a value that is seldom meant is said where it is written, once for a matrix, and wherever it comes from', () => {
  const written = `${trainPipeline('optimizer: {type: prodigy, learning_rate: 0.5}')}\n    matrix: {seed: [1, 2]}`;
  expect(pipelineOf(written).warnings).toMatchObject([
    {code: 'train/prodigy-rate', position: {file: '/project/pipeline.yaml'}},
  ]);
  const unwritten = pipelineOf(trainPipeline('optimizer: {type: prodigy}'));
  expect(unwritten.warnings).toEqual([]);
  const overridden = pipelineOf(trainPipeline('epochs: 2'), {overrides: ['train.adapter.dropout=0.8']});
  expect(overridden.warnings).toMatchObject([{code: 'train/much-dropout', position: {file: '--set'}}]);
});

describe('variables of the environment mean what they mean after --set', () => {
  const env = (name: string, value: string) => ({env: {[name]: value}});
  test('a number where a number is wanted', () => {
    const text = 'sidestep: 1\nenv: [N]\nstages:\n  f: {uses: fixture, with: {clips: "${env.N}"}}';
    expect(stageOf(text, 'f', env('N', '2')).params.clips).toBe(2);
  });

  test('a text where a text is wanted, with its own characters', () => {
    const text = `env: [OUT]\n${trainPipeline('output_dir: ${env.OUT}')}`;
    expect(stageOf(text, 'train', env('OUT', '1.10')).params.output_dir).toBe('/project/1.10');
    const described = 'sidestep: 1\nenv: [D]\nstages:\n  f: {uses: fixture, description: "${env.D}"}';
    expect(stageOf(described, 'f', env('D', '2024')).description).toBe('2024');
  });

  test('true and false', () => {
    const text = 'sidestep: 1\nenv: [C]\nstages:\n  f: {uses: fixture, cache: "${env.C}"}';
    expect(stageOf(text, 'f', env('C', 'false')).cache).toBe('ignore');
  });

  test('what does not fit is said with the variable’s name, and no advice that cannot be followed', () => {
    const text = 'sidestep: 1\nenv: [N]\nstages:\n  f: {uses: fixture, with: {clips: "${env.N}"}}';
    expect(problemsOf(text, env('N', 'two')).map(words)).toEqual([
      'pipeline.yaml:4:36 config/wrong-type Expected a whole number for with.clips but found the text "two" | The environment variable N holds "two".',
    ]);
    expect(problemsOf(text, env('N', ' 2'))[0]?.hint).toBe('The environment variable N holds " 2".');
  });
});

describe('the combinations of a matrix are distinct', () => {
  const text = (matrix: string, top = '') =>
    `sidestep: 1\n${top}stages:\n  t: {uses: fixture, matrix: ${matrix}}\n  after: {uses: command, with: {argv: [x, "\${inputs.t}"], inputs: {t: "\${stages.t}"}}}\n`;
  const ids = (matrix: string, top?: string, options?: ResolveOptions) =>
    pipelineOf(text(matrix, top), options)
      .stages.filter(({declared_as}) => declared_as === 't')
      .map(({id}) => id);

  test.each([
    {matrix: '{a: [1, "1"]}', instances: ['t[a=1]', 't[a="1"]']},
    {matrix: '{b: [true, "true"]}', instances: ['t[b=true]', 't[b="true"]']},
    {
      matrix: '{a: ["x,b=1", x], b: [1, 2]}',
      instances: ['t[a="x,b=1",b=1]', 't[a="x,b=1",b=2]', 't[a=x,b=1]', 't[a=x,b=2]'],
    },
    {
      matrix: '{a: ["x]", "", " ", "\\"q\\""]}',
      instances: ['t[a="x]"]', 't[a=""]', 't[a=" "]', 't[a="\\"q\\""]'],
    },
    {matrix: '{a: ["1e21", 1e21, "1e+21"]}', instances: ['t[a=1e21]', 't[a=1e+21]', 't[a="1e+21"]']},
    {matrix: '{a: [a b, ./c, ü]}', instances: ['t[a=a b]', 't[a=./c]', 't[a=ü]']},
  ])('$matrix', ({matrix, instances}) => {
    expect(ids(matrix)).toEqual(instances);
  });

  test('whatever the texts are', () => {
    const value = fc.oneof(
      fc.string({unit: fc.constantFrom(',', '=', '"', '1', 'a', ']', '\\', ' ')}),
      fc.integer(),
      fc.boolean(),
    );
    const key = (each: unknown) => JSON.stringify(each);
    const property = fc.property(
      fc.uniqueArray(value, {selector: key, minLength: 1, maxLength: 4}),
      fc.uniqueArray(value, {selector: key, minLength: 1, maxLength: 4}),
      (a, b) => {
        const found = ids(`{a: ${JSON.stringify(a)}, b: ${JSON.stringify(b)}}`);
        expect(new Set(found).size).toBe(a.length * b.length);
      },
    );
    fc.assert(property, {numRuns: 60});
  });

  test.each([
    {name: 'one that the lists span', matrix: '{a: [1, 2], include: [{a: 2}]}', at: '3:52', first: '3:38'},
    {name: 'one that is there twice', matrix: '{include: [{a: 1}, {a: 1}]}', at: '3:49', first: '3:41'},
  ])('an include repeats $name', ({matrix, at, first}) => {
    const [problem, ...others] = problemsOf(text(matrix));
    expect(others).toEqual([]);
    expect(problem).toMatchObject({code: 'config/repeated-combination'});
    expect(place(problem!)).toContain(`:${at} `);
    expect(problem!.related?.map(({position}) => `${position.line}:${position.column}`)).toEqual([first]);
  });

  test('an include that brings back what exclude left out is none', () => {
    expect(ids('{a: [1, 2], exclude: [{a: 2}], include: [{a: 2}]}')).toEqual(['t[a=1]', 't[a=2]']);
  });

  test('a list that says one value twice, with both places', () => {
    const [problem] = problemsOf(text('{a: [1.10, 2, 1.1]}'));
    expect(words(problem!)).toContain(
      '3:44 config/out-of-range Expected every element once for stages.t.matrix.a but found 1.1 again, which equals 1.10',
    );
    expect(problem!.related).toMatchObject([{position: {line: 3, column: 35}}]);
  });

  test('may come from one variable as a whole', () => {
    expect(ids('"${vars.m}"', 'vars: {m: {a: [1, 2]}}\n')).toEqual(['t[a=1]', 't[a=2]']);
  });
});

describe('what exclude leaves', () => {
  const text = (matrix: string, top = '') =>
    `sidestep: 1\n${top}stages:\n  t: {uses: fixture, matrix: ${matrix}}\n  after: {uses: scan, with: {checkpoint_dir: "\${stages.t.checkpoint_dir}"}}\n`;

  test.each([
    {
      matrix: '{c: [1, 2], exclude: [{c: "1"}]}',
      message: 'the matrix has no c that is the text "1"',
      hint: 'It has the number 1.',
    },
    {
      matrix: '{d: [1, 2], exclude: [{d: 3}]}',
      message: 'the matrix has no d that is the number 3',
      hint: undefined,
    },
    {
      matrix: '{a: [1, 2], b: [1], exclude: [{a: 1}, {a: 1, b: 1}, {a: 1, b: 1, c: 1}]}',
      message: undefined,
      hint: undefined,
    },
  ])('an exclude that fits nothing is a warning: $matrix', ({matrix, message, hint}) => {
    if (message === undefined) {
      expect(problemsOf(text(matrix)).map(({code}) => code)).toEqual(['config/unknown-matrix-name']);
      return;
    }
    const {stages, warnings} = pipelineOf(text(matrix));
    expect(stages).toHaveLength(4);
    expect(warnings).toMatchObject([
      {code: 'config/exclude-fits-nothing', message: expect.stringContaining(message)},
    ]);
    expect(warnings[0]!.hint).toBe(hint);
  });

  test.each(['1', '"1"', '1.0'])('an exclude from the environment is %s, number or text', (first) => {
    const pipeline = pipelineOf(text(`{c: [${first}, 2], exclude: [{c: "\${env.X}"}]}`, 'env: [X]\n'), {
      env: {X: first.replaceAll('"', '')},
    });
    expect(pipeline.stages.map(({id}) => id)).toEqual(['t[c=2]', 'after[c=2]']);
    expect(pipeline.warnings).toEqual([]);
  });

  test.each([
    {
      name: 'all excluded',
      matrix: '{a: [1], exclude: [{a: 1}]}',
      top: '',
      says: ['pipeline.yaml:3:22 config/no-combinations'],
    },
    {
      name: 'nothing included',
      matrix: '{include: []}',
      top: '',
      says: ['pipeline.yaml:3:22 config/no-combinations'],
    },
    {
      name: 'an empty list from a variable',
      matrix: '{a: "${vars.none}"}',
      top: 'vars: {none: []}\n',
      says: ['pipeline.yaml:2:14 config/out-of-range'],
    },
    {
      name: 'a list that is none',
      matrix: '{a: 5}',
      top: '',
      says: ['pipeline.yaml:3:34 config/wrong-type'],
    },
  ])('a stage without combinations is an error, once: $name', ({matrix, top, says}) => {
    expect(problemsOf(text(matrix, top)).map(place)).toEqual(says);
  });

  test('a stage whose matrix agrees with none of what it uses is an error', () => {
    const other = text('{a: [1, 2]}').replace('after: {uses', 'after: {matrix: {a: ["1"]}, uses');
    expect(problemsOf(other).map(place)).toEqual(['pipeline.yaml:4:3 config/no-combinations']);
  });

  test('matrices that multiply without end are refused before they take memory', () => {
    const list = JSON.stringify(Array.from({length: 300}, (_, index) => index));
    const many = `sidestep: 1\nstages:\n  a: {uses: fixture, matrix: {x: ${list}}}\n  b: {uses: fixture, matrix: {y: ${list}}}\n  c: {uses: command, with: {argv: [x], inputs: {a: "\${stages.a}", b: "\${stages.b}"}}}\n`;
    expect(problemsOf(many).map(place)).toEqual(['pipeline.yaml:5:3 config/matrix-too-large']);
  });
});

describe('words in place of patterns', () => {
  test.each([
    {
      text: 'f: {uses: fixture, timeout: 3 weeks}',
      expected: 'a number of seconds, or a number with s, m, h or d',
    },
    {
      text: 'f: {uses: command, with: {argv: [x], outputs: {o: /o}}}',
      expected: 'a relative path that stays inside the output folder',
    },
    {text: 'f: {uses: fixture, resources: {device: gpu}}', expected: 'auto, cpu, cuda or cuda:N'},
    {
      text: 'f: {uses: command, with: {argv: []}}',
      expected: 'at least one element for with.argv but found an empty list',
    },
    {text: 'f: {uses: fixture, needs: [""]}', expected: 'a text that is not empty'},
  ])('$expected', ({text, expected}) => {
    const [problem] = problemsOf(`sidestep: 1\nstages:\n  ${text}`);
    expect(problem!.message).toContain(expected);
    expect(problem!.message).not.toMatch(/\^|\$|\\/);
  });
});

test('a mark is right under wide characters, emoji and combining ones', () => {
  const text = 'sidestep: 1\nstages:\n  f: {uses: fixture, description: "日本e\u0301👩‍👩‍👧", clips: 1}';
  const lines = problemsOf(text)[0]!.frame!.split('\n');
  expect(lines.at(-1)).toBe(
    `    | ${' '.repeat('  f: {uses: fixture, description: "'.length + 4 + 1 + 2 + '", '.length)}^^^^^`,
  );
});

describe('when compares numbers as numbers', () => {
  test.each([
    {vars: '{lr: 1e-4}', when: '${vars.lr} == 1e-4', runs: true},
    {vars: '{lr: 0.0001}', when: '${vars.lr} == 1e-4', runs: true},
    {vars: '{v: 1.10}', when: '${vars.v} == 1.1', runs: true},
    {vars: '{v: "1.10"}', when: '${vars.v} == 1.1', runs: false},
    {vars: '{v: 1.10}', when: '${vars.v} == "1.1"', runs: true},
    {vars: '{v: 8}', when: '${vars.v} != 8.0', runs: false},
  ])('$when with $vars', ({vars, when, runs}) => {
    const text = `sidestep: 1\nvars: ${vars}\nstages:\n  f: {uses: fixture, when: '${when}'}`;
    expect(stageOf(text, 'f').when.kind).toBe(runs ? 'run' : 'skip');
  });
});
