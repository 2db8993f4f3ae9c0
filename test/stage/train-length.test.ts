import {expect, test} from 'vitest';
import type {ParamObject} from '../../src/stage/param.js';
import type {KnownStage} from '../../src/stage/stage-type.js';
import {longSongs} from '../../src/stage/train-length.js';

/** Two songs, of 5.9 and 20.02 s, encoded for a model with `silence_frames`; frames come 25 a second. */
function refused(pass1: ParamObject, train: ParamObject, silence_frames: number): string[] {
  const dataset = {
    samples: [
      {name: 'short.wav', audio_seconds: 5.9},
      {name: 'long.wav', audio_seconds: 20.02},
    ],
  };
  const none = {json: () => undefined, stage: () => undefined};
  const latents: KnownStage = {
    ...none,
    uses: 'preprocess.pass1',
    params: {max_duration: 240, ...pass1},
    json: (param) => (param === 'dataset' ? dataset : undefined),
  };
  const tensors: KnownStage = {...none, uses: 'preprocess.pass2', params: {}, stage: () => latents};
  return longSongs(train, {json: {model: {silence_frames}}, stages: {tensors}, files: {}}).map(({problem}) =>
    problem.message.replace(/^.*beside each song: /, ''),
  );
}

test.each([
  {name: 'both', silence: 100, songs: ['short.wav, long.wav']},
  {name: 'one', silence: 160, songs: ['long.wav']},
  {name: 'none: the last frame fits', silence: 500, songs: []},
  {name: 'one frame too many', silence: 499, songs: ['long.wav']},
  {name: 'cut while encoding', silence: 160, pass1: {max_duration: 6}, songs: []},
  {name: 'cut to whole seconds of the longest', silence: 500, pass1: {max_duration: 0}, songs: []},
  {name: 'windows of frames', silence: 160, train: {crop: {max_latent_length: 160}}, songs: []},
  {name: 'windows of seconds', silence: 160, train: {crop: {chunk_duration: 6}}, songs: []},
  {name: 'windows that are too long', silence: 160, train: {crop: {chunk_duration: 8}}, songs: ['long.wav']},
])(
  'songs that are longer than the silence of the model: $name',
  ({silence, songs, pass1 = {}, train = {}}) => {
    expect(refused(pass1, train, silence)).toEqual(songs);
  },
);
