import {join} from 'node:path';
import {expect, test} from 'vitest';
import {documentOf, Folder} from './sidestep.js';

const golden = join(import.meta.dirname, '../golden/peft_files');

test('inspect shows modules, the scale that applies and the size of the change', async () => {
  const folder = new Folder();
  const {stdout, code} = await folder.run(['inspect', join(golden, 'lora'), '--json']);
  expect(code).toBe(0);
  const {adapter_type, modules} = documentOf(stdout, 'adapter') as {
    adapter_type: string;
    modules: {rank: number; alpha: number; scale: number; change_norm: number; relative: number | null}[];
  };
  expect(adapter_type).toBe('lora');
  for (const {rank, alpha, scale, change_norm, relative} of modules) {
    expect(scale).toBe(alpha / rank);
    expect(change_norm).toBeGreaterThan(0);
    expect(relative).toBeNull();
  }
  const text = (await folder.run(['inspect', join(golden, 'loha')])).stdout;
  expect(text).toContain('element-wise product');
});

test('what is no adapter is refused with a reason', async () => {
  const {code, stderr} = await new Folder({'empty/readme.txt': ''}).run(['inspect', 'empty']);
  expect(code).toBe(2);
  expect(stderr).toContain('[adapter/not-found]');
});

test('the same adapter in another layout does not differ', async () => {
  const {stdout} = await new Folder().run([
    'compare',
    join(golden, 'lora'),
    join(golden, 'comfyui_lora_native.safetensors'),
    '--json',
  ]);
  const {modules} = documentOf(stdout, 'adapter-comparison') as {modules: {difference: number}[]};
  expect(modules.length).toBeGreaterThan(0);
  for (const {difference} of modules) expect(difference).toBeLessThan(1e-3);
});

test('two estimates: modules that only one selected, ranks that differ', async () => {
  const estimate = (selected: string[], rank_pattern: object) =>
    JSON.stringify({modules: [{module: 'q', score: 1}], selected, rank_pattern});
  const folder = new Folder({
    'a.json': estimate(['q', 'k'], {q: 8}),
    'b.json': estimate(['q', 'v'], {q: 16}),
    'c.json': '{"modules": 3}',
    'upstream.json': '[{"module": "decoder.layers.0.mlp.up_proj", "sensitivity": 1}]',
  });
  expect((await folder.run(['compare', 'a.json', 'upstream.json'])).stdout).toContain('layers.0.mlp.up_proj');
  const {stdout} = await folder.run(['compare', 'a.json', 'b.json', '--json']);
  expect(documentOf(stdout, 'estimate-comparison')).toMatchObject({
    only_a: ['k'],
    only_b: ['v'],
    both: 1,
    ranks: [{module: 'q', a: 8, b: 16}],
  });
  expect(await folder.run(['compare', 'a.json', 'c.json'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('[usage/not-an-estimate]'),
  });
});

test('two runs: the settings that differ, stage by stage', async () => {
  const folder = new Folder({
    'pipeline.yaml': `sidestep: 1
name: demo
stages:
  say: {uses: command, with: {argv: [sh, -c, "echo hi > \${outputs.said}"], outputs: {said: said.txt}, version: "1"}}
`,
  });
  await folder.run(['run', '--plain']);
  await folder.run(['run', '--plain', '--set', 'say.version="2"']);
  const {stdout, stderr} = await folder.run(['compare', 'last~1', 'last', '--json']);
  expect(stderr).toBe('');
  const compared = documentOf(stdout, 'run-comparison') as {settings: unknown};
  expect(compared.settings).toEqual([{stage: 'say', param: 'version', a: '1', b: '2'}]);
});

test('names that mean nothing, and two kinds at once, are refused', async () => {
  const folder = new Folder();
  expect((await folder.run(['compare', 'last', 'last~1'])).stderr).toContain('[usage/no-runs]');
  expect((await folder.run(['compare', 'last', join(golden, 'lora')])).stderr).toContain(
    '[usage/different-kinds]',
  );
});
