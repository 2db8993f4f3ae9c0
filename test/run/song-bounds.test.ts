import {expect, test} from 'vitest';
import {songBounds} from '../../src/run/forecast/training.js';

test.each([
  {max_duration: 240, seconds: 300, kept: 240},
  {max_duration: 240, seconds: 90, kept: 90},
  {max_duration: 0, seconds: 300, kept: 300}, // as long as the longest song is
])('of $seconds s, max_duration $max_duration leaves $kept s', ({max_duration, seconds, kept}) => {
  const pass1 = {max_duration, conditioning: 'inference', text_max_length: 256, lyric_max_length: 2048};
  expect(songBounds(pass1, {samples: 3, seconds})).toMatchObject({samples: 3, seconds: kept});
});
