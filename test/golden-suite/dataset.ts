import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {DatasetOptions} from '../../src/dataset/dataset-options.js';
import {readDataset} from '../../src/dataset/read-dataset.js';
import type {Dataset, Sample} from '../../src/dataset/sample.js';
import {openSafetensors} from '../../src/format/safetensors-read.js';
import {defaults, effects, read, tone} from '../dataset/dataset-rig.js';
import {exact, type Verdict} from './verdict.js';

/** What the dataset JSON says of all songs; what it does not say has upstream's default. */
interface SharedMetadata {
  readonly tag_position?: string;
  readonly custom_tag?: string;
}

interface Cases {
  readonly lyrics: readonly {readonly meta: object; readonly lyrics_encoded: string | null}[];
  readonly dataset_json_loading: {
    readonly dataset_json: object;
    readonly audio_files: readonly string[];
    readonly by_full_path: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    readonly dataset_metadata: SharedMetadata;
  };
}

/** How a dataset JSON describes songs: the loading cases of `prompt_cases.json`, and the lyrics that reach the encoder. */
export async function judgeDatasets(path: string): Promise<Verdict[]> {
  const cases = JSON.parse(await readFile(path, 'utf8')) as Cases;
  return [
    exact('prompt_cases.json dataset_json_loading', await wrongSongs(cases.dataset_json_loading)),
    exact('prompt_cases.json lyrics', await wrongLyrics(cases.lyrics)),
    exact('prompt_cases.json default_sample_meta', await wrongDefaults(cases)),
  ];
}

/** `default_sample_meta('/x/My Song_01.wav')`: what upstream says of a song of which nothing is known. */
async function wrongDefaults(cases: object): Promise<string[]> {
  const wrong: string[] = [];
  for (const [call, expected] of Object.entries(cases)) {
    const path = /^default_sample_meta\('(.*)'\)$/.exec(call)?.[1];
    if (path === undefined) continue;
    const name = belowRoot(path);
    const {samples} = await readSongs([name], {samples: []});
    const sample = samples.find((candidate) => candidate.name === name);
    wrong.push(...(sample === undefined ? [`${name}: missing`] : wrongFields(sample, expected, {})));
  }
  return wrong;
}

/** The end-to-end dataset: upstream's prompt and lyrics for every song of `e2e/dataset.json`. */
export async function judgeEndToEndDataset(path: string): Promise<Verdict[]> {
  const folder = join(path, '..');
  const result = await readDataset(
    {...defaults, genre_choice: 'upstream', dataset_json: path, audio_dir: folder},
    effects,
  );
  if (!result.ok)
    return [
      exact(
        'e2e/dataset.json',
        result.problems.map(({message}) => message),
      ),
    ];
  const wrong: string[] = [];
  for (const {name, prompt, lyrics} of result.value.samples) {
    await using twin = await openSafetensors(join(folder, name.replace(/\.\w+$/, '.safetensors')));
    const config = JSON.parse(twin.metadata.config!) as {prompt: string; lyrics: string};
    if (prompt.text !== config.prompt) wrong.push(`${name}: prompt`);
    if (lyrics !== config.lyrics) wrong.push(`${name}: lyrics`);
  }
  return [exact('e2e/dataset.json', wrong)];
}

async function wrongSongs(cases: Cases['dataset_json_loading']): Promise<string[]> {
  const names = cases.audio_files.map(belowRoot);
  const {samples} = await readSongs(names, cases.dataset_json);
  return Object.entries(cases.by_full_path).flatMap(([path, expected]) => {
    const name = belowRoot(path);
    const sample = samples.find((candidate) => candidate.name === name);
    return sample === undefined
      ? [`${name}: missing`]
      : wrongFields(sample, expected, cases.dataset_metadata);
  });
}

/** The recorded files are in a folder at the root, whatever it is called. */
function belowRoot(path: string): string {
  return path.replace(/^\/[^/]*\//, '');
}

function wrongFields(
  sample: Sample,
  expected: Readonly<Record<string, unknown>>,
  shared: SharedMetadata,
): string[] {
  const wanted: Readonly<Record<string, unknown>> = {
    caption: expected.caption ?? '',
    lyrics: expected.lyrics ?? '[Instrumental]',
    // Where upstream knows no duration it prints 0; ours is the audio's real length, one second here.
    duration: expected.duration || 1,
    tag_position: shared.tag_position ?? 'prepend',
    custom_tag: expected.custom_tag || (shared.custom_tag ?? ''),
  };
  return Object.entries(wanted).flatMap(([field, value]) =>
    sample[field as keyof Sample] === value ? [] : [`${sample.name}: ${field}`],
  );
}

/**
 * A null makes upstream's tokenizer raise and the sample fail. By default a null here means what a missing key does; refusing
 * it, as upstream does, is `missing_lyrics: fail`.
 */
async function wrongLyrics(cases: Cases['lyrics']): Promise<string[]> {
  const wrong: string[] = [];
  for (const [i, {meta, lyrics_encoded}] of cases.entries()) {
    const missing_lyrics = lyrics_encoded === null ? 'fail' : 'instrumental';
    const entries = [
      {...meta, filename: 'song.wav'},
      {filename: 'other.wav', lyrics: 'la'},
    ];
    const {samples} = await readSongs(['song.wav', 'other.wav'], {samples: entries}, {missing_lyrics});
    const found = samples.find(({name}) => name === 'song.wav')?.lyrics ?? null;
    if (found !== lyrics_encoded) wrong.push(`case ${i}: ${JSON.stringify(found)}`);
  }
  return wrong;
}

function readSongs(
  names: readonly string[],
  json: object,
  options: Partial<DatasetOptions> = {},
): Promise<Dataset> {
  const songs = Object.fromEntries(names.map((name, i) => [name, tone(200 + 10 * i)]));
  const files = {...songs, 'dataset.json': JSON.stringify(json)};
  return read(files, {dataset_json: 'dataset.json', genre_choice: 'upstream', ...options});
}
