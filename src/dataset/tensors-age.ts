import {createHash} from 'node:crypto';
import {statSync} from 'node:fs';
import {join} from 'node:path';
import {isJsonObject, type Json, type JsonObject} from '../base/json.js';
import {listed} from '../base/near-miss.js';
import {fsPath} from '../base/path-bytes.js';
import {type Problem, SidestepError} from '../base/problem.js';
import {isListed, readUserFile} from '../format/user-file.js';
import {readUserObject} from '../format/user-json.js';
import {PREPROCESS_META} from '../stage/preprocessed-for.js';
import {sidecarEndings} from '../stage/sidecar-endings.js';
import {discoverSongs} from './discovery.js';

/** How closely to look: `times` reads no samples, `content` compares each with its checksum. */
export type AgeLook = 'times' | 'content';

/**
 * What says that a folder of tensors no longer is what its `preprocess_meta.json` describes: songs that changed since or are not
 * among its samples, samples that were replaced. Nothing where no such file is or where it names what is not there.
 */
export async function ageOfTensors(folder: string, look: AgeLook = 'content'): Promise<Problem[]> {
  const path = join(folder, PREPROCESS_META);
  if (!isListed(path)) return [];
  const meta = await readUserObject(path);
  const changed = look === 'content' ? await replacedSamples(folder, meta.checksums) : [];
  const newer = await newerSongs(meta);
  return [
    ...(changed.length === 0 ? [] : [samplesReplaced(folder, changed)]),
    ...(newer.length === 0 ? [] : [songsNewer(folder, newer, String(meta.created_at))]),
  ];
}

/** MD5 is what Side-Step wrote; no one forges tensors against their owner. */
async function replacedSamples(folder: string, checksums: Json | undefined): Promise<string[]> {
  const replaced: string[] = [];
  for (const [name, wanted] of Object.entries(isJsonObject(checksums) ? checksums : {})) {
    if (/[\\/]/.test(name) || typeof wanted !== 'string' || !isListed(join(folder, name))) continue;
    const md5 = createHash('md5')
      .update(await readUserFile(join(folder, name)))
      .digest('hex');
    if (md5 !== wanted.toLowerCase()) replaced.push(name);
  }
  return replaced;
}

/** Clocks of file systems are as coarse as two seconds. */
const GRACE_MS = 2000;

/** Songs and the texts beside them that were written after the tensors. */
async function newerSongs(meta: JsonObject): Promise<string[]> {
  const made = Date.parse(String(meta.created_at));
  const folder = [meta.source_audio_dir, meta.audio_dir].find(
    (each) => typeof each === 'string' && each !== '',
  );
  if (Number.isNaN(made) || typeof folder !== 'string') return [];
  const songs = await songsIn(folder);
  return songs.filter((song) => {
    const stem = song.replace(/\.[^./]*$/, '');
    return [song, ...sidecarEndings.map((ending) => stem + ending)].some((file) => {
      const stat = statSync(fsPath(join(folder, file)), {throwIfNoEntry: false});
      return stat !== undefined && stat.mtimeMs > made + GRACE_MS;
    });
  });
}

const SOUND = ['wav', 'mp3', 'flac', 'ogg', 'opus', 'm4a', 'aac'];

/** None where the folder is not on this machine. */
async function songsIn(folder: string): Promise<readonly string[]> {
  try {
    return (await discoverSongs(folder, {extensions: SOUND, exclude: [], folders: 'recursive'})).songs;
  } catch (error) {
    if (error instanceof SidestepError) return [];
    throw error;
  }
}

const SHOWN = 6;

function samplesReplaced(folder: string, names: readonly string[]): Problem {
  return {
    code: 'train/tensors-replaced',
    message: `${folder}: ${listed(names, SHOWN)} ${names.length === 1 ? 'is' : 'are'} not what ${PREPROCESS_META} has the checksum of`,
    hint: 'They were made again, or are damaged: preprocess these songs again, or correct the checksums.',
  };
}

function songsNewer(folder: string, songs: readonly string[], made: string): Problem {
  return {
    code: 'train/tensors-outdated',
    message: `${folder} was preprocessed on ${made}, and since then ${listed(songs, SHOWN)} or the words beside ${songs.length === 1 ? 'it' : 'them'} changed`,
    hint: 'Preprocess the songs again, or train from them: a pipeline with `dataset` encodes only what changed.',
  };
}
