import {basename, dirname, extname, join} from 'node:path';
import {accidentOf} from '../base/accident.js';
import {asWritten} from '../base/json.js';
import {isUtf8Path, shownPath} from '../base/path-bytes.js';
import type {Problem} from '../base/problem.js';
import {SidestepError} from '../base/problem.js';
import {isSystemError} from '../base/system-error.js';
import {writeUserFile} from '../base/write-user-file.js';
import type {Cache} from '../cache/cache.js';
import {ownedTemporaryName} from '../cache/leftovers.js';
import type {Dataset, Sample} from '../dataset/sample.js';
import {completedSidecar, newSidecar} from '../dataset/sidecar-json.js';
import {findSidecars, type ListFolder, rememberedFolders} from '../dataset/sidecar-names.js';
import {readUserText} from '../format/user-text.js';
import type {PlannedStage} from '../plan/plan.js';
import type {CacheView} from '../plan/world.js';
import {measuredFields} from '../stage/analyze.js';
import type {SidecarEnding} from '../stage/sidecar-endings.js';

/** What a stage found out about a song, and the file beside the song where it is to be. */
interface Note {
  readonly song: Sample;
  readonly ending: SidecarEnding;
  /**
   * What the file is to hold, by what it holds now; undefined where it may stay as it is. Throws a SidestepError where this
   * has no room in it.
   */
  readonly next: (
    there: Existing | undefined,
    policy: Policy,
  ) => Promise<string | undefined> | string | undefined;
}

interface Existing {
  readonly path: string;
  /** Throws a SidestepError for what is no text. */
  readonly read: () => Promise<string>;
}

type Policy = 'missing' | 'overwrite';

/** The stages that can write beside songs, and what. */
const writers: Readonly<Record<string, (song: Sample) => Note[]>> = {caption: wordsOf, analyze: factsOf};

/**
 * Writes what `caption` and `analyze` stages found out beside the songs, where their `write_sidecars` asks for it; other files
 * are not touched, and one that says the same already is not written. Returns what could not be written: it is in the cache.
 */
export async function writeSidecars(
  stages: Iterable<PlannedStage>,
  {cache, view}: {readonly cache: Cache; readonly view: CacheView},
): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const {type, configured, outputs} of stages) {
    const notesOf = writers[type.name];
    const policy = configured.params.write_sidecars;
    const made = outputs?.dataset;
    if (notesOf === undefined || made === undefined) continue;
    if (policy !== 'missing' && policy !== 'overwrite') continue;
    const {samples} = asWritten<Dataset>(view.json(made.hash));
    const refused = await writeAll(samples.flatMap(notesOf), {policy, cache, list: rememberedFolders()});
    if (refused.length > 0) problems.push(notWritten(type.name, refused));
  }
  return problems;
}

function wordsOf(song: Sample): Note[] {
  const {origins, caption, lyrics} = song;
  return [
    ...(origins.caption === 'caption_stage' ? [wholeFile(song, '.caption.txt', caption)] : []),
    ...(origins.lyrics === 'caption_stage' ? [wholeFile(song, '.lyrics.txt', lyrics)] : []),
  ];
}

/** A file that holds nothing else. */
function wholeFile(song: Sample, ending: SidecarEnding, text: string): Note {
  return {
    song,
    ending,
    next: async (there, policy) => {
      if (there !== undefined && (policy === 'missing' || (await says(there, text)))) return undefined;
      return `${text}\n`;
    },
  };
}

function factsOf(song: Sample): Note[] {
  const measured = measuredFields.filter((field) => song.origins[field] === 'analyze_stage');
  if (measured.length === 0) return [];
  const facts = Object.fromEntries(
    measured.map((field) => [field, field === 'bpm' ? Number(song.bpm) : song[field]]),
  );
  // A song has its file's name for a caption only while nothing is beside it: the new file keeps it.
  const named = song.origins.caption === 'file_name' ? {caption: song.caption} : {};
  return [
    {
      song,
      ending: '.json',
      next: async (there, policy) =>
        there === undefined
          ? newSidecar({...named, ...facts})
          : completedSidecar({path: there.path, text: await there.read()}, facts, policy),
    },
  ];
}

interface Writing {
  readonly policy: Policy;
  readonly cache: Cache;
  readonly list: ListFolder;
}

/** What was not written, a line each. */
async function writeAll(notes: readonly Note[], writing: Writing): Promise<string[]> {
  const owners = new Map<string, number>();
  for (const {song, ending} of notes)
    owners.set(ownFile(song, ending), (owners.get(ownFile(song, ending)) ?? 0) + 1);
  const refused: string[] = [];
  for (const each of notes) {
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
  {song, ending, next}: Note,
  own: string,
  {policy, cache, list}: Writing,
): Promise<string | undefined> {
  if (!isUtf8Path(own)) return 'its name is no UTF-8';
  try {
    const {files} = await findSidecars(song.audio_path, list);
    const there = files.find((file) => file.ending === ending)?.path;
    const existing = there === undefined ? undefined : {path: there, read: () => readUserText(there)};
    const text = await next(existing, policy);
    const path = there ?? own;
    if (text !== undefined)
      await writeUserFile(path, text, {ownName: (real) => ownedTemporaryName(cache, real)});
    return undefined;
  } catch (error) {
    if (error instanceof SidestepError) return error.message;
    if (isSystemError(error)) return accidentOf(error)?.message ?? error.message;
    throw error;
  }
}

/** A file that cannot be read as a text says something else. */
async function says(there: Existing, text: string): Promise<boolean> {
  try {
    return (await there.read()).trim() === text.trim();
  } catch (error) {
    if (error instanceof SidestepError) return false;
    throw error;
  }
}

function notWritten(stage: string, lines: readonly string[]): Problem {
  const shown = lines.slice(0, 5).map((line) => `  ${line}`);
  const more = lines.length > shown.length ? [`  and ${lines.length - shown.length} more`] : [];
  const said = (what: string) =>
    [`${lines.length} of the ${what} were not written beside their songs`, ...shown, ...more].join('\n');
  const hint = 'They are in the cache, and training uses them: run again once the cause is gone.';
  return stage === 'analyze'
    ? {code: 'analyze/sidecar-not-written', message: said('measurements'), hint}
    : {code: 'caption/sidecar-not-written', message: said('answers'), hint};
}
