import {readdirSync, readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {describe, expect, test} from 'vitest';
import {isAlias, isMap, isScalar, isSeq, type Node, parseDocument, visit} from 'yaml';
import {resolvePipeline} from '../../src/config/resolve.js';
import {parseSettings} from '../../src/config/user/parse-settings.js';
import {findPresets, parsePreset} from '../../src/config/user/preset.js';
import {noSettings} from '../../src/config/user/settings.js';
import {stageTypes} from '../../src/stage/registry.js';

const folder = fileURLToPath(new URL('../../pipelines/', import.meta.url));
const originals: string[] = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml') && !name.endsWith('.lock.yaml'))
  .map((name) => readFileSync(`${folder}${name}`, 'utf8'));
/** What the examples have no use for. */
const unusual = `sidestep: 1
env: [HOME_OF_MUSIC]
vars: {songs: "\${env.HOME_OF_MUSIC}/songs", ranks: [4, 8], common: &common {retries: 1, timeout: 30m}}
defaults: {seed: 3, device: cpu}
stages:
  tiny: {uses: fixture, with: {clips: 2}}
  model: {uses: scan, with: {checkpoint_dir: "\${stages.tiny.checkpoint_dir}"}}
  train:
    <<: *common
    uses: train
    preset: [recommended]
    matrix: {rank: "\${vars.ranks}", kind: [lora, dora], exclude: [{rank: 8, kind: dora}]}
    when: "\${vars.songs} != nowhere"
    resources: {device: cuda, threads: 2}
    with: {model: "\${stages.model}", tensors: ./t, adapter: {type: "\${matrix.kind}", rank: "\${matrix.rank}"}}
  notes:
    uses: command
    needs: [train]
    cache: false
    with:
      argv: [sh, -c, "cp \${inputs.song} \${outputs.copy}; echo $\${x}"]
      inputs: {song: "\${stages.tiny.dataset_json}"}
      outputs: {copy: copy.json}
      environment: {LEVEL: 3}
`;
originals.push(unusual);
const presets = await findPresets({project_dir: '/nowhere', user_dir: '/nowhere'});

/** Mulberry32: the same mutants on every machine. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Draw = <T>(from: readonly T[]) => T;

/** Characters that mean something to YAML or to us, and any other byte. */
const telling = [
  ...'{}[]:,&*!|>%@`"\'#-?~$\n\t .0_<\\',
  '<<: *x',
  '${',
  '${vars.',
  '${stages.train}',
  '\u0000',
  '\ud800',
  '﻿',
  '---\n',
  '*a',
  '&a ',
];

function mutateBytes(text: string, next: () => number, draw: Draw): string {
  let result = text;
  for (let count = 1 + Math.floor(next() * 4); count > 0; count--) {
    const at = Math.floor(next() * result.length);
    const length = Math.floor(next() * 12);
    const insert = draw([
      '',
      draw(telling),
      draw(telling).repeat(1 + Math.floor(next() * 40)),
      String.fromCharCode(Math.floor(next() * 300)),
    ]);
    const copied = next() < 0.2 ? result.slice(at, at + 80) : insert;
    result = result.slice(0, at) + copied + result.slice(at + length);
  }
  return next() < 0.1 ? result.slice(0, Math.floor(next() * result.length)) : result;
}

const strange: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  1e308,
  2 ** 53,
  '',
  'x',
  '*',
  '${vars.x}',
  '${stages.model}',
  '${stages.train.adapter}',
  '${matrix.rank}',
  '$${',
  '1_000',
  'no',
  [],
  {},
  [[]],
  {a: {b: 1}},
  {type: 'lokr'},
  ['a', 1],
  {__proto__: 1},
  {constructor: 1},
];

function mutateStructure(text: string, next: () => number, draw: Draw): string {
  const document = parseDocument(text);
  const maps: Node[] = [];
  visit(document, {Map: (_, node) => void maps.push(node), Seq: (_, node) => void maps.push(node)});
  for (let count = 1 + Math.floor(next() * 4); count > 0; count--) {
    const node = draw(maps);
    if (!isMap(node) && !isSeq(node)) continue;
    const items = node.items as {key?: unknown; value?: unknown}[];
    const at = Math.floor(next() * (items.length + 1));
    const value = document.createNode(draw(strange));
    const pair = items[at];
    if (pair === undefined) {
      if (isMap(node)) node.add(document.createPair(`k${Math.floor(next() * 1e6)}`, value));
      else node.add(value);
    } else if (next() < 0.25) items.splice(at, 1);
    else if (isSeq(node)) (node.items as unknown[])[at] = value;
    else if (next() < 0.3 && isScalar(pair.key))
      pair.key = document.createNode(
        draw(['uses', 'with', 'needs', 'matrix', '<<', 'type', '__proto__', 'x y']),
      );
    else if (next() < 0.2 && !isAlias(pair.value))
      pair.value = draw(maps).clone(); // a copy: no circles, which cannot be printed
    else pair.value = value;
  }
  try {
    return String(document);
  } catch {
    return text; // the library refuses to print what it would not read; bytes are the other test's matter
  }
}

const mutants = [
  {name: 'bytes', mutate: mutateBytes, count: 300},
  {name: 'structure', mutate: mutateStructure, count: 300},
];

function resolve(text: string) {
  const env = {HOME_OF_MUSIC: '/music'};
  return resolvePipeline({
    file: '/project/pipeline.yaml',
    text,
    settings: noSettings(),
    presets,
    overrides: [],
    env,
  });
}

test('unmutated they are right', () => {
  for (const text of originals) {
    const result = resolve(text);
    expect(
      result.ok ? [] : result.problems.map(({message, position}) => ({message, ...position})),
      text,
    ).toEqual([]);
  }
});

test('what is mutated speaks of every stage type, and of every way to refer to things', () => {
  const whole = originals.join('\n');
  for (const name of stageTypes.keys()) expect(whole, name).toMatch(new RegExp(`uses: ${name}\\b`));
  for (const word of [
    '${vars.',
    '${env.',
    '${matrix.',
    '${stages.',
    'preset:',
    'matrix:',
    'when:',
    'needs:',
    '<<:',
  ])
    expect(whole, word).toContain(word);
});

describe.each(mutants)('pipelines with mutated $name', ({mutate, count}) => {
  test(`${count} of them never crash, never hang, and every problem has a position`, () => {
    let refused = 0;
    for (let seed = 0; seed < count; seed++) {
      const next = random(seed * 7919 + count);
      const draw: Draw = (from) => from[Math.floor(next() * from.length)]!;
      const text = mutate(draw(originals), next, draw);
      const result = resolve(text);
      if (result.ok) continue;
      refused++;
      expect(result.problems.length).toBeGreaterThan(0);
      for (const problem of result.problems) {
        expect(problem.code, text).toMatch(
          /^(config|caption|export|generate|join|preprocess|train)\/[a-z-]+$/,
        ); // what stages check of themselves too
        expect(problem.message, text).not.toMatch(/undefined|\[object|NaN/);
        const lines = text.split('\n').length;
        expect(problem.position!.line, text).toBeGreaterThanOrEqual(1);
        if (problem.position!.file === '/project/pipeline.yaml') {
          expect(problem.position!.line, text).toBeLessThanOrEqual(lines);
        }
      }
    }
    expect(refused).toBeGreaterThan(count / 2); // or the mutants are too tame to show anything
  });
});

const others = [
  {
    kind: 'presets',
    texts: presets.map(({text}) => text),
    read: (text: string) => parsePreset({name: 'p', path: '/p.yaml', from: 'project', text}).problems,
  },
  {
    kind: 'settings',
    texts: [
      'sidestep: 1\ncheckpoint_dir: ./c\ncolor: auto\njobs: 2\ncache: {dir: ./x, max_size_gb: 4}\ndefaults: {seed: 1, device: cpu}\nstages:\n  train: {epochs: 20, adapter: {type: lora, rank: 8}}\n',
    ],
    read: (text: string) => {
      const settings = parseSettings('/s.yaml', text);
      return settings.ok ? [] : settings.problems;
    },
  },
];
test.each(others)(
  '100 mutated $kind never crash, and every problem has a position in them',
  ({texts, read}) => {
    let refused = 0;
    for (let seed = 0; seed < 100; seed++) {
      const next = random(seed * 104729 + 1);
      const draw: Draw = (from) => from[Math.floor(next() * from.length)]!;
      const text = (seed % 2 === 0 ? mutateBytes : mutateStructure)(draw(texts), next, draw);
      const problems = read(text);
      if (problems.length > 0) refused++;
      for (const {code, position} of problems) {
        expect(code, text).toMatch(/^config\/[a-z-]+$/);
        expect(position!.line, text).toBeGreaterThanOrEqual(1);
        expect(position!.line, text).toBeLessThanOrEqual(text.split('\n').length);
      }
    }
    expect(refused).toBeGreaterThan(30);
  },
);
