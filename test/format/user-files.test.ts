import {execFileSync} from 'node:child_process';
import {cp, mkdir, rm, symlink, writeFile} from 'node:fs/promises';
import {basename, dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {describe, expect, test} from 'vitest';
import {readAdapter} from '../../src/adapter/read.js';
import {SidestepError} from '../../src/base/problem.js';
import {readUpstreamPreset} from '../../src/cli/upstream-preset.js';
import {findSongs} from '../../src/dataset/find-songs.js';
import {loadTokenizer} from '../../src/dataset/tokenizer.js';
import {openSafetensors} from '../../src/format/safetensors-read.js';
import {readTorchFile} from '../../src/format/torch-file.js';
import {listModels} from '../../src/model/scan-model.js';
import {sampleFiles} from '../../src/worker/train/manifest.js';
import {publishedSamples} from '../../src/worker/train/samples.js';
import {defaults, tone} from '../dataset/dataset-rig.js';
import {temporaryFolder} from '../temporary-folder.js';

const golden = fileURLToPath(new URL('../golden/', import.meta.url));

/** A program part that reads a user's file: where the file lies in its folder, a right one, and the reading. */
interface Reader {
  readonly name: string;
  readonly file: string;
  readonly prepare?: (folder: string) => Promise<unknown>;
  readonly read: (path: string) => Promise<unknown>;
  readonly kind: 'json' | 'binary';
  /** A JSON text that is right here; a byte order mark and NaN are put into it. */
  readonly right: string;
}

async function failing(result: Promise<{ok: boolean; problems?: readonly unknown[]}>): Promise<unknown> {
  const settled = await result;
  if (settled.ok) return settled;
  throw new SidestepError((settled.problems as ConstructorParameters<typeof SidestepError>[0][])[0]!);
}

const readers: readonly Reader[] = [
  {
    name: 'dataset JSON',
    file: 'set.json',
    kind: 'json',
    prepare: (folder) => writeFile(join(folder, 'a.wav'), tone(220)),
    read: (path) => failing(findSongs({...defaults, audio_dir: dirname(path), dataset_json: path})),
    right: '[{"filename": "a.wav", "bpm": 1}]',
  },
  {
    name: 'upstream preset',
    file: 'preset.json',
    kind: 'json',
    read: (path) => failing(readUpstreamPreset(path)),
    right: '{"rank": 1}',
  },
  {
    name: 'adapter_config.json',
    file: 'adapter_config.json',
    kind: 'json',
    prepare: (folder) => cp(join(golden, 'peft_files/lora'), folder, {recursive: true}),
    read: (path) => readAdapter(dirname(path)),
    right: '{"peft_type": "LORA", "r": 4, "lora_alpha": 8, "lora_dropout": 1}',
  },
  {
    name: 'manifest.json',
    file: 'manifest.json',
    kind: 'json',
    prepare: (folder) => writeFile(join(folder, 's.pt'), ''),
    read: (path) => sampleFiles(dirname(path)),
    right: '{"samples": ["s.pt"], "n": 1}',
  },
  {
    name: 'samples.json',
    file: 'samples.json',
    kind: 'json',
    read: (path) => publishedSamples(dirname(path)),
    right: '{"kind": "sample_collection", "samples": [], "n": 1}',
  },
  {
    name: 'config.json of a model',
    file: 'mine/config.json',
    kind: 'json',
    read: (path) => listModels(dirname(dirname(path))),
    right: '{"architectures": ["AceStepConditionGenerationModel"], "n": 1}',
  },
  {name: 'safetensors', file: 'x.safetensors', kind: 'binary', read: openSafetensors, right: ''},
  {name: 'torch file', file: 'x.pt', kind: 'binary', read: readTorchFile, right: ''},
  {
    name: 'tokenizer.json',
    file: 'tokenizer.json',
    kind: 'binary', // no small text is a right one
    read: (path) => loadTokenizer(dirname(path)),
    right: '',
  },
];

type Make = (path: string, right: string) => unknown;
const content = (bytes: string | Uint8Array) => (path: string) => writeFile(path, bytes);

const zoo: readonly {name: string; make: Make}[] = [
  {name: 'a folder', make: (path) => mkdir(path)},
  {name: 'a named pipe', make: (path) => execFileSync('mkfifo', [path])},
  {name: 'an endless device', make: (path) => symlink('/dev/zero', path)},
  {name: 'a link to itself', make: (path) => symlink(basename(path), path)},
  {name: 'an empty file', make: content('')},
  {name: 'white space', make: content(' \n')},
  {
    name: 'a Git LFS pointer',
    make: content('version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n'),
  },
  {name: 'a web page', make: content('<!DOCTYPE html><html><body>404</body></html>')},
  {name: 'binary', make: content(Uint8Array.from({length: 4096}, (_, i) => (i * 7919) % 251))},
  {name: 'zeros', make: content(new Uint8Array(4096))},
  {name: 'Windows-1252', make: content(Buffer.from('{"a": "it\x92s"}', 'latin1'))},
  {name: 'UTF-16 without a mark', make: content(Buffer.from('{"a": 1}', 'utf16le'))},
  {name: 'a cut text', make: (path, right) => writeFile(path, right.slice(0, -1))},
  {name: 'a trailing comma', make: (path, right) => writeFile(path, right.replace(/(?=[\]}]$)/, ','))},
  {name: 'single quotes', make: (path, right) => writeFile(path, right.replaceAll('"', "'"))},
  {name: 'lone backslashes', make: content('{"samples":\n["C:\\Users\\x\\s1.pt"]}')},
  {name: 'a number', make: content('7')},
  {name: 'deep brackets', make: content('['.repeat(100_000))},
  {name: 'deep objects', make: content('{"a":'.repeat(100_000))},
];

describe.skipIf(process.platform === 'win32').each(readers)('$name', ({file, prepare, read, right, kind}) => {
  async function problemWith(make: Make): Promise<unknown> {
    const path = join(await temporaryFolder(), file);
    await mkdir(dirname(path), {recursive: true});
    await prepare?.(dirname(path));
    await rm(path, {force: true});
    await make(path, right);
    return read(path).then(
      () => 'read',
      (error: unknown) => error,
    );
  }

  // samples.json or config.json as a folder, or as what leads nowhere, is none: the reader looks elsewhere
  test.each(zoo)(
    '$name is a problem with a code and the file’s name',
    {timeout: 5000},
    async ({name, make}) => {
      const found = await problemWith(make);
      if (found === 'read' && name === 'a trailing comma' && right === '') return; // nothing to put it into
      if (!(found instanceof SidestepError)) throw new Error(`expected a problem, found ${String(found)}`);
      const {code, message, position} = found.problem;
      expect(code).toMatch(
        /^(file|text|json|adapter|dataset|train|tokenizer|model|safetensors|torch-file)\//,
      );
      expect(`${message} ${position?.file ?? ''}`).toMatch(
        /set\.json|preset|adapter_config|manifest|samples|mine|x\.|tokenizer/,
      );
      if (code === 'json/invalid') expect(position?.line).toBeGreaterThan(0);
    },
  );

  test.runIf(kind === 'json').each([
    {name: 'a byte order mark', text: `\uFEFF${right}`},
    {name: 'Windows line ends', text: right.replaceAll(', ', ',\r\n ')},
    {name: 'UTF-16 with a mark', text: Buffer.from(`\uFEFF${right}`, 'utf16le')},
    {name: 'NaN, as Python writes it', text: right.replace(/: 1\b/, ': NaN')},
    {name: 'Infinity, as Python writes it', text: right.replace(/: 1\b/, ': -Infinity')},
    {name: 'a key that stands twice', text: right.replace(/\{"/, '{"x": 1, "x": 2, "')},
  ])('$name is read', async ({text}) => {
    expect(await problemWith((path) => writeFile(path, text))).toBe('read');
  });
});
