import {readFile, stat} from 'node:fs/promises';
import {resolve} from 'node:path';
import {SidestepError} from '../../base/problem.js';
import {failure, ok, type Result} from '../../base/result.js';
import {probeAudio} from '../../dataset/audio/probe.js';
import {parseDatasetJson} from '../../dataset/dataset-json.js';
import {discoverSongs, noSongs} from '../../dataset/discovery.js';
import type {FoundModel} from '../../model/model.js';
import {listModels} from '../../model/scan-model.js';
import {schemas} from '../../schema/schemas.generated.js';

/** What lies in an audio folder or dataset JSON, looked at quickly: headers only. */
export interface FoundSongs {
  readonly kind: 'folder' | 'json';
  readonly count: number;
  /** Undefined for a dataset JSON, whose songs are looked for when it runs. */
  readonly seconds: number | undefined;
  /** Files whose headers cannot be read, with the reason. */
  readonly damaged: readonly string[];
}

/** Every model of a folder; problems: `model/none-found`, and what reading the folder says. */
export async function modelsIn(dir: string): Promise<Result<readonly FoundModel[]>> {
  return caught(async () => (await listModels(dir)).map(({found}) => found));
}

/** Problems: `dataset/*`. */
export async function songsIn(path: string, cwd: string): Promise<Result<FoundSongs>> {
  const place = resolve(cwd, path);
  const info = await stat(place).catch(() => undefined);
  if (info?.isFile()) return songsOfJson(place);
  return caught(() => songsOfFolder(place));
}

async function songsOfFolder(folder: string): Promise<FoundSongs> {
  const extensions = schemas['stage.dataset']!.properties!.extensions!.default as readonly string[];
  const rules = {extensions, exclude: [], folders: 'recursive'} as const;
  const {songs, others} = await discoverSongs(folder, rules);
  if (songs.length === 0) throw noSongs(folder, rules, others);
  let seconds = 0;
  const damaged: string[] = [];
  for (const song of songs) {
    try {
      const {frames, sample_rate} = await probeAudio(resolve(folder, song));
      seconds += (frames ?? 0) / sample_rate;
    } catch (error) {
      if (!(error instanceof SidestepError)) throw error;
      damaged.push(error.problem.message);
    }
  }
  return {kind: 'folder', count: songs.length, seconds, damaged};
}

async function songsOfJson(path: string): Promise<Result<FoundSongs>> {
  const parsed = parseDatasetJson(await readFile(path, 'utf8'), path);
  if (!parsed.ok) return parsed;
  return ok({kind: 'json', count: parsed.value.entries.length, seconds: undefined, damaged: []});
}

async function caught<T>(work: () => Promise<T>): Promise<Result<T>> {
  try {
    return ok(await work());
  } catch (error) {
    if (error instanceof SidestepError) return failure(error.problem);
    throw error;
  }
}
