import {mkdir, readFile, realpath, symlink, writeFile} from 'node:fs/promises';
import {dirname, join, relative} from 'node:path';
import {fileURLToPath} from 'node:url';
import {describe, expect, test} from 'vitest';
import {readAdapter} from '../../src/adapter/read.js';
import {fsPath, pathText} from '../../src/base/path-bytes.js';
import {SidestepError} from '../../src/base/problem.js';
import {readDataset} from '../../src/dataset/read-dataset.js';
import {openSafetensors} from '../../src/format/safetensors-read.js';
import {readTorchTensors} from '../../src/format/torch-file.js';
import {listModels} from '../../src/model/scan-model.js';
import {observeFiles} from '../../src/run/observe-files.js';
import {dataset as datasetStage} from '../../src/stage/dataset.js';
import {sampleFiles} from '../../src/worker/train/manifest.js';
import {defaults, effects, tone} from '../dataset/dataset-rig.js';
import {pipelineOf} from '../run/rig.js';
import {temporaryFolder} from '../temporary-folder.js';

const golden = fileURLToPath(new URL('../golden/', import.meta.url));
const latin1 = (name: string) => pathText(Buffer.from(name, 'latin1'));

/** Where a file lies in a folder, by its name without ending, and how a file of another program may write that. */
const places: readonly {name: string; lies: string; written: string; link?: string}[] = [
  {name: 'as it is', lies: 'x', written: 'x'},
  {name: 'no UTF-8', lies: latin1('caf\xe9'), written: latin1('caf\xe9')},
  {name: 'no UTF-8, in such a folder', lies: latin1('\xe9/caf\xe9'), written: latin1('\xe9/caf\xe9')},
  {name: 'a step up on the way', lies: 'x', written: 'deep/../x'},
  {name: 'steps at the start', lies: 'sub/x', written: './/./sub/x'},
  {name: 'backslashes', lies: 'sub/x', written: 'sub\\x'},
  {name: 'backslashes and a step up', lies: 'x', written: 'deep\\..\\x'},
  {name: 'a folder that is a link', lies: 'real/x', written: 'way/x', link: 'way'},
  {name: 'another Unicode form', lies: 'caf\u0065\u0301', written: 'caf\u00e9'},
  {name: 'the other way, of a folder too', lies: 'caf\u00e9/\u00e9', written: 'cafe\u0301/e\u0301'},
  {name: '250 letters', lies: 'x'.repeat(250), written: 'x'.repeat(250)},
  {name: 'a line end', lies: 'a\n  b', written: 'a\n  b'},
  {name: 'blanks and signs', lies: ' -rf $(x) \'y\' "z" %20 #1 ', written: ' -rf $(x) \'y\' "z" %20 #1 '},
];

async function put(path: string, bytes: Uint8Array | string): Promise<void> {
  await mkdir(fsPath(dirname(path)), {recursive: true});
  await writeFile(fsPath(path), bytes);
}

/** A folder with a file there, and what is needed on the way to it. */
async function folderWith(file: string, bytes: Uint8Array | string, link?: string): Promise<string> {
  const folder = await temporaryFolder();
  await put(join(folder, file), bytes);
  await mkdir(join(folder, 'deep'), {recursive: true});
  if (link !== undefined) await symlink(dirname(file), join(folder, link));
  return folder;
}

async function songsOf(options: Partial<Parameters<typeof readDataset>[0]>) {
  const result = await readDataset({...defaults, ...options}, effects);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  expect(result.value.findings.filter(({severity}) => severity === 'error')).toEqual([]);
  return result.value.samples;
}

/** Readers of files that name other files: the path that they find. */
const namingFiles: readonly {
  name: string;
  ending: string;
  find: (folder: string, written: string) => Promise<string>;
}[] = [
  {
    name: 'manifest.json',
    ending: '.pt',
    find: async (folder, written) => {
      await put(join(folder, 'manifest.json'), JSON.stringify({samples: [written]}));
      return join(folder, (await sampleFiles(folder))[0]!.name);
    },
  },
  {
    name: 'a dataset JSON beside its songs',
    ending: '.wav',
    find: async (folder, written) => {
      const dataset_json = join(folder, 'set.json');
      await put(dataset_json, JSON.stringify([{filename: written, caption: 'mine'}]));
      return (await songsOf({dataset_json}))[0]!.audio_path;
    },
  },
  {
    name: 'a dataset JSON elsewhere, with audio_dir',
    ending: '.wav',
    find: async (folder, written) => {
      const dataset_json = join(await temporaryFolder(), 'set.json');
      await put(dataset_json, JSON.stringify([{audio_path: written, caption: 'mine'}]));
      const mine = (await songsOf({dataset_json, audio_dir: folder})).filter(
        ({caption}) => caption === 'mine',
      );
      return mine[0]!.audio_path;
    },
  },
];

// Only Linux has file names that are not Unicode
const onLinux = describe.skipIf(process.platform !== 'linux');

onLinux.each(namingFiles)('$name finds a file whose name is written with', ({ending, find}) => {
  test.each(places)('$name', async ({lies, written, link}) => {
    const file = `${lies}${ending}`;
    const folder = await folderWith(file, tone(220), link);
    const found = await find(folder, `${written}${ending}`);
    expect(await realpath(fsPath(found), {encoding: 'buffer'})).toEqual(
      await realpath(fsPath(join(folder, file)), {encoding: 'buffer'}),
    );
  });

  test.each([
    {name: 'another machine’s folders', written: `C:\\Users\\me\\songs\\x${ending}`},
    {name: 'a share', written: `\\\\nas\\music\\x${ending}`},
    {name: 'a home elsewhere', written: `/home/somebody/songs/x${ending}`},
  ])('$name, by its last part', async ({written}) => {
    const folder = await folderWith(`x${ending}`, tone(220));
    const found = find(folder, written);
    // Beside its songs a dataset JSON has no folder to look in: the entry is told.
    if (namingFiles[1]!.find === find) await expect(found).rejects.toThrow(/None of the 1 songs/);
    else expect(relative(folder, await found)).toBe(`x${ending}`);
  });

  test.each([
    {name: 'too long a name', written: `${'x'.repeat(300)}${ending}`},
    {name: 'a zero byte', written: `a\0b${ending}`},
    {name: 'a link to itself', written: `loop${ending}`},
    {name: 'nothing but steps', written: '../..'},
    {name: 'a folder', written: 'deep'},
  ])('$name, which is reported by name', async ({written}) => {
    const folder = await folderWith(`other${ending}`, tone(220));
    await symlink(`loop${ending}`, join(folder, `loop${ending}`));
    const error: unknown = await find(folder, written).then(
      () => new SidestepError({code: 'dataset/none', message: 'not found'}), // with a song that no entry is for
      (reason: unknown) => reason,
    );
    if (error instanceof TypeError) return; // no song is called so
    if (!(error instanceof SidestepError)) throw error;
    expect(error.problem.code).toMatch(/^(train\/manifest-invalid|dataset\/)/);
  });
});

/** Readers of files and folders that are named to them: each gets a right one under the name. */
const named: readonly {
  name: string;
  ending: string;
  bytes: () => Promise<Uint8Array>;
  read: (path: string) => Promise<unknown>;
}[] = [
  {
    name: 'a safetensors file',
    ending: '.safetensors',
    bytes: () => readFile(join(golden, 'peft_files/lora/adapter_model.safetensors')),
    read: async (path) => {
      await using _file = await openSafetensors(path);
    },
  },
  {
    name: 'a torch file',
    ending: '.pt',
    bytes: () => readFile(join(golden, 'e2e/a_stereo48k.pt')),
    read: readTorchTensors,
  },
  {
    name: 'an adapter',
    ending: '.safetensors',
    bytes: () => readFile(join(golden, 'peft_files/lokr/lokr_weights.safetensors')),
    read: readAdapter,
  },
  {
    name: 'the folder of an adapter',
    ending: '.safetensors',
    bytes: () => readFile(join(golden, 'peft_files/lokr/lokr_weights.safetensors')),
    read: (path) => readAdapter(dirname(path)),
  },
  {
    name: 'an audio folder',
    ending: '.wav',
    bytes: async () => tone(220),
    read: async (path) => expect(await songsOf({audio_dir: dirname(path)})).toHaveLength(1),
  },
  {
    name: 'a text beside a song',
    ending: '.caption.txt',
    bytes: async () => Buffer.from('slow blues'),
    read: async (path) => {
      await put(path.replace(/\.caption\.txt$/, '.wav'), tone(220));
      const [song] = await songsOf({audio_dir: dirname(path)});
      expect(song).toMatchObject({caption: 'slow blues'});
    },
  },
];

onLinux.each(named)('$name is read and, broken, told on one line, with the name', ({ending, bytes, read}) => {
  test.each(places)('$name', async ({lies, written, link}) => {
    const letters = 255 - ending.length; // of 250 and an ending would be too many
    const [there, path] = [lies, written.replaceAll('\\', '/')].map(
      (name) => `${name.slice(0, letters)}${ending}`,
    );
    const same = there!.normalize('NFC') === there!.normalize('NFD');
    const folder = await folderWith(there!, await bytes(), link);
    await read(join(folder, same ? path! : there!));
    if (ending === '.wav' || ending === '.caption.txt') return; // test/dataset has their zoo
    await put(join(folder, there!), 'broken');
    const error: unknown = await read(join(folder, there!)).catch((reason: unknown) => reason);
    if (!(error instanceof SidestepError)) throw error;
    expect(error.problem.message).not.toMatch(/[\n\uFFFD\uDC80-\uDCFF]/);
    if (lies.includes('caf') && !same) return;
    if (lies.includes('caf')) expect(error.problem.message).toContain('caf\\xE9');
  });
});

onLinux('what lies beside and has such a name', () => {
  test('hides no model', async () => {
    const folder = await temporaryFolder();
    await symlink(join(golden, 'tiny_checkpoint/acestep-v15-turbo'), join(folder, 'acestep-v15-turbo'));
    for (const other of ['vae', 'Qwen3-Embedding-0.6B'])
      await symlink(join(golden, 'tiny_checkpoint', other), join(folder, other));
    await put(join(folder, latin1('\xe9'), 'config.json'), '{}');
    await put(join(folder, latin1('\xe9.safetensors')), '');
    const models = await listModels(folder);
    expect(models.map(({found}) => found.missing)).toEqual([[]]);
  });
});

test('a path in the other Unicode form is told to be one', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'cafe\u0301'));
  const pipeline = pipelineOf(folder, {
    songs: {uses: 'dataset', params: {audio_dir: join(folder, 'caf\u00e9')}},
  });
  const [seen] = (
    await observeFiles(pipeline.stages, new Map([['dataset', datasetStage]]), new Map() as never)
  ).values();
  const hint = process.platform === 'darwin' ? undefined : expect.stringContaining('Unicode form');
  if (hint !== undefined) expect(seen).toMatchObject({problem: {code: 'run/file-missing', hint}});
});
