import {mkdir, mkdtemp, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {hashFile} from '../../src/base/hash.js';
import {listen} from '../../src/dataset/audio/sound-report.js';
import type {DatasetOptions} from '../../src/dataset/dataset-options.js';
import {type DatasetEffects, readDataset} from '../../src/dataset/read-dataset.js';
import type {Dataset, Finding, Sample} from '../../src/dataset/sample.js';
import {wavFile} from './audio/clip.js';

/** The schema's defaults. */
export const defaults: DatasetOptions = {
  extensions: ['wav', 'mp3', 'flac', 'ogg', 'opus', 'm4a', 'aac'],
  exclude: [],
  folders: 'recursive',
  sidecars: 'use',
  file_tags: 'use',
  genre_choice: 'sample',
  language: 'unknown',
  missing_lyrics: 'instrumental',
  duplicates: 'warn',
  min_duration: 0.5,
  seed: 42,
  on_error: 'fail',
};

export const effects: DatasetEffects = {hashFile, listen: (path) => listen(path)};

/** A second of a quiet tone; another pitch makes other bytes. */
export function tone(
  pitch: number,
  {seconds = 1, level = 8000}: {seconds?: number; level?: number} = {},
): Buffer {
  const samples = Int16Array.from({length: 8000 * seconds}, (_, i) => {
    const value = Math.round(level * Math.sin((i * pitch * Math.PI) / 4000));
    return Math.max(-32_768, Math.min(32_767, value)); // too high a level clips, as on a recorder
  });
  return wavFile(new Uint8Array(samples.buffer), {tag: 1, channels: 1, bits: 16, rate: 8000});
}

/** Writes files into a new folder; text as UTF-8. */
export async function folderOf(files: Readonly<Record<string, Uint8Array | string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'dataset-'));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), {recursive: true});
    await writeFile(join(folder, name), content);
  }
  return folder;
}

/** Reads a folder of songs; `dataset_json` is a file name within it. */
export async function read(
  files: Readonly<Record<string, Uint8Array | string>>,
  options: Partial<DatasetOptions> = {},
): Promise<Dataset> {
  const folder = await folderOf(files);
  const json = options.dataset_json === undefined ? {} : {dataset_json: join(folder, options.dataset_json)};
  const result = await readDataset({...defaults, audio_dir: folder, ...options, ...json}, effects);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.value;
}

export function sampleNamed(dataset: Dataset, name: string): Sample {
  const sample = dataset.samples.find((candidate) => candidate.name === name);
  if (sample === undefined)
    throw new Error(`no sample ${name} among ${dataset.samples.map((s) => s.name).join(', ')}`);
  return sample;
}

export function codes(findings: readonly Finding[]): string[] {
  return findings.map(({code, sample}) => (sample === undefined ? code : `${code} ${sample}`));
}
