import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import type {WorkerContext} from '../../../src/worker/context.js';
import {sampleFiles} from '../../../src/worker/train/manifest.js';
import {resolveSamples} from '../../../src/worker/train/samples.js';
import {temporaryFolder} from '../../temporary-folder.js';

/** Training on a folder with one file in it. */
async function resolved(name: string, text: string) {
  const folder = await temporaryFolder();
  writeFileSync(join(folder, name), text);
  const context = {job: {inputs: {}, params: {tensors: folder}}, emit: () => {}} as unknown as WorkerContext;
  return resolveSamples(context, 'tensors').then(
    (samples) => samples.map(({name: sample}) => sample),
    ({problem}) => problem,
  );
}

const part = {hash: 'a', size: 1, about: {}};
const collection = (samples: unknown) => JSON.stringify({kind: 'sample_collection', samples, missing: []});
const whole = {sample: 'a.wav', about: {repeats: 1}, parts: {latents: part, conditions: part}};

test.each([
  {name: 'cut off', file: 'manifest.json', text: '{"samples": ["a.pt"', code: 'json/invalid'},
  {name: 'no list', file: 'manifest.json', text: '1', code: 'train/manifest-invalid'},
  {
    name: 'an entry is null',
    file: 'manifest.json',
    text: '{"samples": [null]}',
    code: 'train/manifest-invalid',
  },
  {
    name: 'an entry has no name',
    file: 'manifest.json',
    text: '{"samples": [{}]}',
    code: 'train/manifest-invalid',
  },
  {
    name: 'an entry is a folder',
    file: 'manifest.json',
    text: '{"samples": [".."]}',
    code: 'train/manifest-invalid',
  },
  {
    name: 'an entry holds a null character',
    file: 'manifest.json',
    text: '{"samples": ["a\\u0000.pt"]}',
    code: 'train/manifest-invalid',
  },
  {name: 'cut off', file: 'samples.json', text: collection([whole]).slice(0, 60), code: 'json/invalid'},
  {name: 'no list', file: 'samples.json', text: collection({}), code: 'train/list-invalid'},
  {name: 'an entry is null', file: 'samples.json', text: collection([null]), code: 'train/list-invalid'},
  {
    name: 'no parts',
    file: 'samples.json',
    text: collection([{...whole, parts: 1}]),
    code: 'train/list-invalid',
  },
  {
    name: 'a name leads out of the folder',
    file: 'samples.json',
    text: collection([{...whole, sample: '../a.wav'}]),
    code: 'train/list-invalid',
  },
  {
    name: 'a name holds a null character',
    file: 'samples.json',
    text: collection([{...whole, sample: 'a\0.wav'}]),
    code: 'train/list-invalid',
  },
  {
    name: 'repeated no times',
    file: 'samples.json',
    text: collection([{...whole, about: {repeats: 'x'}}]),
    code: 'train/list-invalid',
  },
])('a $file where $name is refused with its place', async ({file, text, code}) => {
  const problem = await resolved(file, text);
  expect(problem).toMatchObject({code, position: {line: 1}});
  expect(problem.position.file).toContain(file);
});

test('a part that is missing is named with its list', async () => {
  const text = collection([{...whole, parts: {conditions: part}}]);
  const problem = await resolved('samples.json', text);
  expect(problem.code).toBe('train/sample-incomplete');
  expect(problem.message).toMatch(/^a\.wav of .*samples\.json has no latents/);
});

test('a byte order mark is no damage', async () => {
  expect(await resolved('samples.json', `\ufeff${collection([whole])}`)).toEqual(['a.wav']);
});

test.each([
  {entry: 'sub/s1.pt'},
  {entry: {path: 'sub/s1.pt'}},
  {entry: {file: '/elsewhere/out/sub/s1.pt', caption: 'x'}},
  {entry: {filename: 'C:\\Users\\x\\out\\sub\\s1.pt'}},
  {entry: {id: 3, tensor_path: './sub/../sub/s1.pt'}},
])('manifest.json may list $entry', async ({entry}) => {
  const folder = await temporaryFolder();
  mkdirSync(join(folder, 'sub'));
  for (const name of ['s1.pt', 'sub/s1.pt']) writeFileSync(join(folder, name), '');
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({samples: [entry]}));
  expect(await sampleFiles(folder)).toEqual([{name: 'sub/s1.pt', repeats: 1}]);
});

test('without a manifest every tensor file is a sample, in upper case too', async () => {
  const folder = await temporaryFolder();
  for (const name of ['a.pt', 'b.PT', 'c.safetensors', 'd.SafeTensors', 'notes.txt', 'pt'])
    writeFileSync(join(folder, name), '');
  expect((await sampleFiles(folder)).map(({name}) => name)).toEqual([
    'a.pt',
    'b.PT',
    'c.safetensors',
    'd.SafeTensors',
  ]);
});
