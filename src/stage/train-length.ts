import {isJsonObject} from '../base/json.js';
import {listed} from '../base/near-miss.js';
import {datasetSamples} from './dataset.js';
import {LATENT_HZ} from './latent-rate.js';
import {type ParamObject, pathMatches, valueAt} from './param.js';
import type {KnownInputs, KnownStage, Misfit} from './stage-type.js';

/**
 * Songs of which training would see more at once than the model has silence to set beside them: said of all of them, before an
 * hour goes into their encoding. A song counts in whole frames, so that none is refused that fits.
 */
export function longSongs(params: ParamObject, {json, stages}: KnownInputs): Misfit[] {
  const silence = isJsonObject(json.model) ? json.model.silence_frames : undefined;
  const encoded = Object.entries(stages).flatMap(([param, stage]) =>
    pathMatches(param, 'tensors') || pathMatches(param, 'validation.tensors')
      ? (stage.stage('latents') ?? [])
      : [],
  );
  if (typeof silence !== 'number') return [];
  const window = windowFrames(params);
  const long = new Set(
    encoded
      .flatMap(songFrames)
      .flatMap(({song, frames}) => (Math.min(frames, window) > silence ? [song] : [])),
  );
  return long.size === 0 ? [] : [tooLong([...long], silence)];
}

/** What a crop leaves of a song at most. */
function windowFrames(params: ParamObject): number {
  const frames = Number(valueAt(params, 'crop.max_latent_length') ?? 0);
  const seconds = Number(valueAt(params, 'crop.chunk_duration') ?? 0);
  return frames || Math.floor(seconds * LATENT_HZ) || Number.POSITIVE_INFINITY;
}

/** Of what a stage of the first pass encodes; none while its songs are not known. */
function songFrames(pass1: KnownStage): {readonly song: string; readonly frames: number}[] {
  const dataset = pass1.json('dataset');
  if (pass1.uses !== 'preprocess.pass1' || dataset === undefined) return [];
  const songs = datasetSamples(dataset).map((sample) => ({
    song: String(sample.name),
    seconds: Number(sample.audio_seconds ?? 0),
  }));
  const longest = Math.max(0, ...songs.map(({seconds}) => seconds));
  const cut = Number(pass1.params.max_duration ?? 0) || Math.floor(longest);
  return songs.map(({song, seconds}) => ({song, frames: Math.floor(Math.min(seconds, cut) * LATENT_HZ)}));
}

const SHOWN = 10;

function tooLong(songs: readonly string[], silence: number): Misfit {
  const most = Math.floor(silence / LATENT_HZ);
  const many = songs.length === 1 ? 'A song is' : `${songs.length} songs are`;
  return {
    param: 'tensors',
    problem: {
      code: 'train/songs-too-long',
      message: `${many} longer than the ${most} s of silence that the model brings, which training sets beside each song: ${listed(songs, SHOWN)}`,
      hint: `Cut them: max_duration of the preprocess.pass1 stage, ${most} or less. Or train on windows of them: \`crop: {chunk_duration: 60}\` of the train stage.`,
    },
  };
}
