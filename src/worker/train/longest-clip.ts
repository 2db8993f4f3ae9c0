import {asJson} from '../../base/json.js';
import type {LongestClip} from '../../native/plan.js';
import {framesOf, type Piece, piecesOf, promptsOrSong, samplerOptions} from '../../stage/clip.js';
import {lyricsText, tokenLimits} from '../../stage/conditioning.js';
import {parametersOf} from '../../stage/parameters.js';
import type {JobInputs} from './options.js';

/**
 * The size of the longest clip that a training makes on its way, for its memory; undefined where it makes none. Pure, and before
 * any text is tokenised: a byte of lyrics is a token at most. A song that is not there yet counts as a piece of the usual length.
 */
export function longestClip({params, inputs}: JobInputs): LongestClip | undefined {
  const {samples} = parametersOf('train', params);
  if (samples === undefined) return undefined;
  const dataset = inputs['samples.dataset']?.json;
  const {prompts, duration} = samples;
  const pieces = piecesOf(promptsOrSong(prompts && asJson(prompts), dataset), {dataset, duration});
  const sizes = (
    pieces.length > 0 ? pieces : piecesOf([{caption: 'any'}], {dataset: undefined, duration})
  ).map(sizeOf);
  const model = inputs.model?.json;
  const sampler = model === undefined ? undefined : samplerOptions(asJson(samples), model);
  return {
    frames: Math.max(...sizes.map(({frames}) => frames)),
    tokens: Math.max(...sizes.map(({tokens}) => tokens)),
    guided: sampler === undefined || sampler.guidance_scale > 1,
  };
}

function sizeOf(piece: Piece): {readonly frames: number; readonly tokens: number} {
  const {text, lyrics} = tokenLimits.inference;
  const most = Math.min(lyrics, Buffer.byteLength(lyricsText(piece, 'inference')) + 1);
  return {frames: framesOf(piece), tokens: text + most + 1}; // one for the timbre
}
