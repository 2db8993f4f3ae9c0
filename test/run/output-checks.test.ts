import {mkdirSync, mkdtempSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import type {OutputCheck} from '../../src/config/pipeline.js';
import {floatTensor} from '../../src/format/float-bits.js';
import {writeSafetensors} from '../../src/format/safetensors-write.js';
import {checkOutputs} from '../../src/run/output-checks.js';

const dir = mkdtempSync(join(tmpdir(), 'sidestep-checks-'));
mkdirSync(join(dir, 'adapter/deep'), {recursive: true});
writeFileSync(join(dir, 'adapter/deep/a.txt'), '1234');
writeFileSync(join(dir, 'report.json'), '{"loss": "low", "steps": 3}');
writeFileSync(join(dir, 'schema.json'), '{"required": ["loss", "seed"]}');
writeFileSync(join(dir, 'windows.json'), '\uFEFF{"required":\r\n["loss"]}');
writeFileSync(join(dir, 'adapter/deep/python.json'), '{"loss": NaN}');
writeFileSync(join(dir, 'broken.json'), '{"required":\n["loss",]}');
const tensor = (values: number[], shape: number[]) => floatTensor(new Float32Array(values), shape, 'F32');
await writeSafetensors(join(dir, 'adapter/w.safetensors'), {
  tensors: [
    {name: 'a.lora_A', ...tensor([1, 2, 3, 4, 5, 6], [2, 3])},
    {name: 'b.lora_A', ...tensor([Number.NaN, Number.POSITIVE_INFINITY], [2, 1])},
  ],
});

const declared = [
  {name: 'adapter', kind: 'tree', file: 'adapter'},
  {name: 'report', kind: 'json', file: 'report.json'},
] as const;

async function said(key: string, must: OutputCheck['must']): Promise<string> {
  const [output = '', ...within] = key.split('/');
  const position = {file: 'pipeline.yaml', line: 3, column: 5, end_line: 3, end_column: 9};
  const check = {output, path: within.join('/'), must, position};
  try {
    await checkOutputs(dir, declared, [check]);
    return '';
  } catch (error) {
    const {problem} = error as {problem: {code: string; message: string; position: object}};
    expect(problem).toMatchObject({code: 'run/output-check-failed', position});
    return problem.message;
  }
}

describe('what is as it must be passes', () => {
  test.each([
    ['it is there', 'adapter/deep/a.txt', {}],
    ['sizes', 'adapter/deep', {min_bytes: 17, max_bytes: 17}],
    ['a schema', 'report', {json_schema: {type: 'object', required: ['loss']}}],
    ['a schema of Windows', 'report', {json_schema: join(dir, 'windows.json')}],
    ['what Python wrote', 'adapter/deep/python.json', {json_schema: {required: ['loss']}}],
    [
      'tensors',
      'adapter/w.safetensors',
      {tensors: {names: ['*.lora_A', 'b.lora_A'], shapes: {'*.lora_A': [2, -1]}, finite: false}},
    ],
  ] as [string, string, OutputCheck['must']][])('%s', async (_name, key, must) => {
    expect(await said(key, must)).toBe('');
  });
});

describe('what is not says how it is', () => {
  test.each([
    ['missing', 'adapter/b.txt', {}, /adapter\/b\.txt is not there/],
    ['too small', 'adapter/deep', {min_bytes: 18}, /17 bytes\), less than 18/],
    ['too large', 'report', {max_bytes: 5}, /more than 5/],
    [
      'another value',
      'report',
      {json_schema: {properties: {loss: {type: 'number'}}}},
      /\/loss must be number/,
    ],
    [
      'a schema in a file',
      'report',
      {json_schema: join(dir, 'schema.json')},
      /must have required property 'seed'/,
    ],
    ['no JSON', 'adapter/deep/a.txt', {json_schema: {type: 'array'}}, /must be array/],
    ['no schema', 'report', {json_schema: {type: 'nothing'}}, /its json_schema is none/],
    [
      'a broken schema',
      'report',
      {json_schema: join(dir, 'broken.json')},
      /broken\.json is not JSON \(line 2: /,
    ],
    ['no schema file', 'report', {json_schema: '/no/such.json'}, /\/no\/such\.json is no file/],
    ['no tensors', 'report', {tensors: {}}, /is no safetensors file/],
    ['a missing tensor', 'adapter/w.safetensors', {tensors: {names: ['c*']}}, /has no tensor c\*/],
    [
      'a shape',
      'adapter/w.safetensors',
      {tensors: {shapes: {'a*': [2, 4]}}},
      /a\.lora_A is \[2, 3\], not \[2, 4\]/,
    ],
    [
      'values',
      'adapter/w.safetensors',
      {tensors: {finite: true}},
      /b\.lora_A holds 2 values that are not finite/,
    ],
  ] as [string, string, OutputCheck['must'], RegExp][])('%s', async (_name, key, must, says) => {
    expect(await said(key, must)).toMatch(says);
  });
});
