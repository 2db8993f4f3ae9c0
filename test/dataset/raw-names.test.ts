import {execFileSync} from 'node:child_process';
import {readFileSync, renameSync} from 'node:fs';
import {mkdir, readFile, rename, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {fsPath, isUtf8Path, pathText, shownPath} from '../../src/base/path-bytes.js';
import {readFileHashes} from '../../src/cache/file-hashes.js';
import {decodeStereo} from '../../src/dataset/audio/stereo.js';
import {readDataset} from '../../src/dataset/read-dataset.js';
import {observeFiles} from '../../src/run/observe-files.js';
import {dataset as datasetStage} from '../../src/stage/dataset.js';
import {pipelineOf} from '../run/rig.js';
import {defaults, effects, folderOf, tone} from './dataset-rig.js';

// Only Linux has file names that are not Unicode
const onLinux = test.skipIf(process.platform !== 'linux');

test.each([
  {bytes: [0x63, 0xe9, 0x2e], shown: 'c\\xE9.'},
  {bytes: [0xe4, 0xbd, 0xa0, 0xff], shown: '你\\xFF'},
  {bytes: [0xf0, 0x9f, 0x8e, 0xb8, 0x80], shown: '🎸\\x80'},
  {bytes: [0xed, 0xa0, 0x80], shown: '\\xED\\xA0\\x80'}, // a lone surrogate is no UTF-8
  {bytes: [0xc3], shown: '\\xC3'},
  {bytes: [0x61, 0xcc, 0x81], shown: 'a\u0301'},
  {bytes: [0x61, 0x0a, 0x20, 0x20, 0x62], shown: 'a\\n  b'}, // or its end would be a line of a message
  {bytes: [0x1b, 0x5b, 0x32, 0x4a], shown: '\\u001b[2J'},
])('$shown goes into text and back', ({bytes, shown}) => {
  const text = pathText(Uint8Array.from(bytes));
  expect(shownPath(text)).toBe(shown);
  expect([...Buffer.from(fsPath(text))]).toEqual(bytes);
  expect(isUtf8Path(text)).toBe(!shown.includes('\\x'));
});

test("a name that came as text, as in a project of Yarn Plug'n'Play, is that text", () => {
  expect(pathText('Ünïcode ✓')).toBe('Ünïcode ✓');
});

/** A folder with a name that Latin-1 wrote, and texts for it. */
async function oldCollection(): Promise<string> {
  const folder = await folderOf({
    'ok.wav': tone(220),
    'x.wav': tone(230),
    'x.lyrics.txt': 'la',
    'n.txt': 'caption: x',
  });
  const raw = (name: string) => Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name, 'latin1')]);
  await rename(join(folder, 'x.wav'), raw('caf\xe9.wav'));
  await rename(join(folder, 'x.lyrics.txt'), raw('caf\xe9.lyrics.txt'));
  await rename(join(folder, 'n.txt'), raw('notes\xe9.txt'));
  await mkdir(raw('\xe9dir'));
  await writeFile(raw('\xe9dir/deep.wav'), tone(240));
  return folder;
}

onLinux('songs whose names are not UTF-8 are read, with their texts, and shown escaped', async () => {
  const folder = await oldCollection();
  const result = await readDataset({...defaults, audio_dir: folder}, effects);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  const {samples, findings} = result.value;
  expect(samples.map(({name, caption, lyrics}) => [name, caption, lyrics])).toEqual([
    ['\\xE9dir/deep.wav', 'deep', '[Instrumental]'],
    ['caf\\xE9.wav', '', 'la'],
    ['ok.wav', 'ok', '[Instrumental]'],
  ]);
  expect(findings.filter(({severity}) => severity === 'error')).toEqual([]);
  expect(JSON.stringify(findings)).not.toContain('does not exist');
  const paths = samples.map(({audio_path}) => readFileSync(fsPath(JSON.parse(JSON.stringify(audio_path)))));
  expect(paths.map((bytes) => bytes.length)).toEqual(paths.map(() => tone(220).length)); // over JSON, as to a worker
});

onLinux('songs that ffmpeg decodes are handed to it open when it cannot be told their names', async () => {
  const folder = await folderOf({'plain.wav': tone(220)});
  const encode = ['-v', 'error', '-i', join(folder, 'plain.wav'), '-c:a', 'alac', join(folder, 'plain.m4a')];
  execFileSync('ffmpeg', encode);
  const raw = pathText(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from('caf\xe9.m4a', 'latin1')]));
  await rename(join(folder, 'plain.m4a'), fsPath(raw));
  const heard = await decodeStereo(raw, {max_seconds: null});
  expect(heard.samples).toEqual((await decodeStereo(join(folder, 'plain.wav'), {max_seconds: null})).samples);
});

onLinux('a plan sees the folder, and every edit in it', async () => {
  const folder = await oldCollection();
  const look = async () => {
    const pipeline = pipelineOf(folder, {songs: {uses: 'dataset', params: {audio_dir: folder}}});
    const hashes = readFileHashes(join(folder, '.hashes.json'));
    return [
      ...(await observeFiles(pipeline.stages, new Map([['dataset', datasetStage]]), hashes)).values(),
    ][0];
  };
  const before = await look();
  expect(before).toMatchObject({kind: 'found'});
  const from = Buffer.concat([Buffer.from(`${folder}/`), Buffer.from('caf\xe9.wav', 'latin1')]);
  renameSync(from, Buffer.concat([Buffer.from(`${folder}/`), Buffer.from('caf\xe8.wav', 'latin1')]));
  const after = await look();
  expect(after).toMatchObject({kind: 'found'});
  expect(after).not.toEqual(before);
  expect(await readFile(join(folder, 'ok.wav'))).toHaveLength(tone(220).length);
});
