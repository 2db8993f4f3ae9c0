import {readdirSync, readFileSync} from 'node:fs';
import {expect, test} from 'vitest';

/** What computes results; programs, tests, and what runs on a card have functions of their own. */
const computing = ['core', 'audio', 'ops', 'models', 'adapters', 'sampling', 'training'];
const others = /_(?:test|testing|bench|cuda)\.(?:cpp|h)$|\.cuh?$/;
const sources = computing.flatMap((folder) =>
  readdirSync(`native/${folder}`)
    .filter((name) => /\.(?:cpp|h)$/.test(name) && !others.test(name))
    .map((name) => `native/${folder}/${name}`),
);

/** Functions that IEEE 754 does not fix to the last bit: every C library has its own. Roots and roundings are fixed. */
const OF_THE_LIBRARY =
  /\bstd::(?:pow|exp|exp2|expm1|log|log2|log10|log1p|sin|cos|tan|asin|acos|atan|atan2|sinh|cosh|tanh|asinh|acosh|atanh|erf|erfc|tgamma|lgamma|hypot|cbrt|fma|lerp|reduce|complex|polar|(?:normal|uniform_real|[a-z_]+)_distribution)\b|(?<![\w:.>])(?:pow|exp|log|sin|cos|tan|tanh|erf|hypot|fma)f\(/;

const withoutComments = (text: string) => text.replace(/\/\/.*$/gm, '');

test('no result passes through a function of the C library that has other bits elsewhere (core/math.h has them all)', () => {
  const found = sources.flatMap((file) =>
    withoutComments(readFileSync(file, 'utf8'))
      .split('\n')
      .flatMap((line, index) => (OF_THE_LIBRARY.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [])),
  );
  expect(found).toEqual([]);
});

test('the rule finds what it is for', () => {
  for (const line of ['x = std::exp(y);', 'return std::hypot(a, b);', 'y = expf(x);', 'std::tanh(x)'])
    expect(OF_THE_LIBRARY.test(line), line).toBe(true);
  for (const line of [
    'math::exp(y)',
    'std::sqrt(x)',
    'std::nearbyint(x)',
    'exp(load(row))',
    'scaled_expf(x)',
  ])
    expect(OF_THE_LIBRARY.test(line), line).toBe(false);
});

test('sums are contracted into fused multiply-adds only where ops/fused.h says so', () => {
  const options = ['CMakeLists.txt', 'native/compilers.cmake']
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
  expect(options.match(/-ffp-contract=\w+/g)).toEqual(['-ffp-contract=off', '-ffp-contract=off']); // clang-cl, all others
  expect(options).not.toMatch(/-ffast-math|-funsafe-math-optimizations|-Ofast/);
});

/** What GCC and clang answer by functions of their own library, which clang-cl does not link and Zig's clang does not have whole. */
const OF_THE_COMPILER = /__builtin_cpu_(?:supports|is|init)|\btarget_clones\b|__attribute__\(\(ifunc/;

test("the engine asks nothing of a compiler's run-time library: on Windows there is none", () => {
  const found = [...sources, ...readdirSync('native/binding').map((name) => `native/binding/${name}`)].filter(
    (file) => OF_THE_COMPILER.test(withoutComments(readFileSync(file, 'utf8'))),
  );
  expect(found).toEqual([]);
  expect(OF_THE_COMPILER.test('if (__builtin_cpu_supports("avx2"))')).toBe(true);
});
