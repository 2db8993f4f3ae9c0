import {join} from 'node:path';
import type {Json, JsonObject} from '../../base/json.js';
import {listed} from '../../base/near-miss.js';
import {SidestepError} from '../../base/problem.js';
import {writeFile} from '../../base/write-file.js';
import {datasetSamples} from '../../stage/dataset.js';
import {joinedLists, showings} from '../../stage/joined.js';
import {jsonObject} from '../../stage/model-json.js';
import type {LightContext} from '../light-stage.js';

/**
 * The `join` stage: the songs of all its datasets in one list, each repeated as `repeats` or `share` say.
 * Throws `join/no-songs` when a dataset that has a share has no songs.
 */
export async function lightJoin(context: LightContext): Promise<void> {
  const {inputs, params, out_dir} = context;
  const lists = joinedLists(params, 'datasets').map(({param, ...weight}) => {
    const {stage, json} = inputs[param]!; // every item refers to a stage
    return {
      stage: String(stage),
      songs: datasetSamples(json),
      json: jsonObject(json, 'dataset.json'),
      ...weight,
    };
  });
  const empty = lists.find(({songs, share}) => songs.length === 0 && share !== undefined);
  if (empty !== undefined) throw noSongs(empty.stage);
  const counts = showings(lists.map(({songs, ...weight}) => ({samples: songs.map(shown), ...weight})));
  const names = sampleNames(lists);
  const samples = lists.flatMap(({songs}, i) =>
    songs.map((song, j) => ({...song, name: names[i]![j]!, repeats: counts[i]![j]!})),
  );
  reportShared(lists, context);
  const findings = lists.flatMap(({json}) => (json.findings ?? []) as readonly Json[]);
  await writeFile(join(out_dir, 'dataset.json'), `${JSON.stringify({samples, findings}, null, 1)}\n`);
}

interface List {
  readonly stage: string;
  readonly songs: readonly JsonObject[];
}

function shown({audio_hash, repeats}: JsonObject) {
  return {identity: String(audio_hash), repeats: Number(repeats ?? 1)};
}

/** A name that two datasets have gets its stage's before it, wherever it occurs. */
function sampleNames(lists: readonly List[]): string[][] {
  const all = lists.flatMap(({songs}) => songs.map(({name}) => String(name)));
  const once = new Set<string>();
  const twice = new Set(all.filter((name) => once.size === once.add(name).size));
  return lists.map(({stage, songs}) =>
    songs.map(({name}) => (twice.has(String(name)) ? `${stage}/${String(name)}` : String(name))),
  );
}

/** The same recording in two datasets is legitimate (other words), and more often a mistake. */
function reportShared(lists: readonly List[], {emit}: LightContext): void {
  const first = new Map<string, string>();
  const shared: string[] = [];
  for (const {stage, songs} of lists)
    for (const {name, audio_hash} of songs) {
      const before = first.get(String(audio_hash));
      if (before !== undefined && before !== stage)
        shared.push(`${String(name)} of ${stage} (also in ${before})`);
      else first.set(String(audio_hash), stage);
    }
  if (shared.length === 0) return;
  emit({
    kind: 'stage_warning',
    problem: {
      code: 'join/same-song',
      message: `${shared.length === 1 ? 'A recording is' : `${shared.length} recordings are`} in more than one of the datasets: ${listed(shared, 6)}`,
      hint: 'Each is trained on as often as all of them say. Leave it out of one with `exclude`, unless that is meant.',
    },
  });
}

function noSongs(stage: string): SidestepError {
  return new SidestepError({
    code: 'join/no-songs',
    message: `${stage} has no songs, so they cannot make up their share of an epoch`,
    hint: 'Remove it from `datasets`, or look at why it has none.',
  });
}
