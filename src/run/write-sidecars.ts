import {basename, dirname, extname, join} from 'node:path';
import {accidentOf} from '../base/accident.js';
import {noFault, writeDurably} from '../base/durable.js';
import {isUtf8Path, shownPath} from '../base/path-bytes.js';
import type {Problem} from '../base/problem.js';
import {SidestepError} from '../base/problem.js';
import {isSystemError} from '../base/system-error.js';
import type {Cache} from '../cache/cache.js';
import {ownedTemporaryName} from '../cache/leftovers.js';
import type {Dataset, Sample} from '../dataset/sample.js';
import {findSidecars, type ListFolder, rememberedFolders} from '../dataset/sidecar-names.js';
import {readUserText} from '../format/user-text.js';
import type {PlannedStage} from '../plan/plan.js';
import type {CacheView} from '../plan/world.js';

/** A text that a model wrote of a song, and the file beside the song where it is to stand. */
interface Words {
  readonly song: Sample;
  readonly ending: '.caption.txt' | '.lyrics.txt';
  readonly text: string;
}

/**
 * Writes what `caption` stages were answered beside the songs, where their `write_sidecars` asks for it; other files are not
 * touched, and one that says the same already is not written. Returns what could not be written: it is in the cache.
 */
export async function writeSidecars(
  stages: Iterable<PlannedStage>,
  {cache, view}: {readonly cache: Cache; readonly view: CacheView},
): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const {type, configured, outputs} of stages) {
    const policy = type.name === 'caption' ? configured.params.write_sidecars : 'never';
    const made = outputs?.dataset;
    if (made === undefined || (policy !== 'missing' && policy !== 'overwrite')) continue;
    const {samples} = view.json(made.hash) as unknown as Dataset;
    const refused = await writeAll(samples.flatMap(wordsOf), {policy, cache, list: rememberedFolders()});
    if (refused.length > 0) problems.push(notWritten(refused));
  }
  return problems;
}

function wordsOf(song: Sample): Words[] {
  const {origins, caption, lyrics} = song;
  return [
    ...(origins.caption === 'caption_stage' ? [{song, ending: '.caption.txt', text: caption} as const] : []),
    ...(origins.lyrics === 'caption_stage' ? [{song, ending: '.lyrics.txt', text: lyrics} as const] : []),
  ];
}

interface Writing {
  readonly policy: 'missing' | 'overwrite';
  readonly cache: Cache;
  readonly list: ListFolder;
}

/** What was not written, a line each. */
async function writeAll(words: readonly Words[], writing: Writing): Promise<string[]> {
  const owners = new Map<string, number>();
  for (const {song, ending} of words)
    owners.set(ownFile(song, ending), (owners.get(ownFile(song, ending)) ?? 0) + 1);
  const refused: string[] = [];
  for (const each of words) {
    const own = ownFile(each.song, each.ending);
    const reason =
      owners.get(own)! > 1 ? 'another song would have the same file' : await writeOne(each, own, writing);
    if (reason !== undefined) refused.push(`${shownPath(own)}: ${reason}`);
  }
  return refused;
}

/** `song.caption.txt` beside `song.wav`. */
function ownFile({audio_path}: Sample, ending: string): string {
  const name = basename(audio_path, extname(audio_path));
  return join(dirname(audio_path), `${name}${ending}`);
}

async function writeOne(
  {song, ending, text}: Words,
  own: string,
  {policy, cache, list}: Writing,
): Promise<string | undefined> {
  if (!isUtf8Path(own)) return 'its name is no UTF-8';
  try {
    const {files} = await findSidecars(song.audio_path, list);
    const there = files.find((file) => file.ending === ending)?.path;
    if (there !== undefined && (policy === 'missing' || (await says(there, text)))) return undefined;
    const path = there ?? own;
    await writeDurably(path, `${text}\n`, noFault, ownedTemporaryName(cache, path));
    return undefined;
  } catch (error) {
    if (isSystemError(error)) return accidentOf(error)?.message ?? error.message;
    throw error;
  }
}

/** A file that cannot be read as a text says something else. */
async function says(path: string, text: string): Promise<boolean> {
  try {
    return (await readUserText(path)).trim() === text.trim();
  } catch (error) {
    if (error instanceof SidestepError) return false;
    throw error;
  }
}

function notWritten(lines: readonly string[]): Problem {
  const shown = lines.slice(0, 5).map((line) => `  ${line}`);
  const more = lines.length > shown.length ? [`  and ${lines.length - shown.length} more`] : [];
  return {
    code: 'caption/sidecar-not-written',
    message: [`${lines.length} of the answers were not written beside their songs`, ...shown, ...more].join(
      '\n',
    ),
    hint: 'They are in the cache, and training uses them: run again once the cause is gone.',
  };
}
