import {expect, test} from 'vitest';
import {isMemorised, memorisedText, type Nearest, nearestText} from '../../src/stage/likeness.js';

const nearest = (similarity: number, typical: number | null): Nearest => ({
  song: 'blues-2',
  similarity,
  clip_seconds: 1,
  song_seconds: 64.9,
  typical,
});

test.each([
  {name: 'the song itself', similarity: 1, typical: 0.3, memorised: true},
  {name: 'as different songs are', similarity: 0.3, typical: 0.3, memorised: false},
  {name: 'half-way from there to the same', similarity: 0.65, typical: 0.3, memorised: true},
  {name: 'not quite half-way', similarity: 0.64, typical: 0.3, memorised: false},
  {name: 'songs that are nearly one', similarity: 0.9, typical: 0.9, memorised: false},
  {name: 'a single song: nothing to compare with', similarity: 0.5, typical: null, memorised: true},
  {
    name: 'like nothing, in a set of songs that have less in common',
    similarity: 0.4,
    typical: -0.5,
    memorised: false,
  },
])('$name: $similarity beside $typical is memorised: $memorised', ({similarity, typical, memorised}) => {
  expect(isMemorised(nearest(similarity, typical))).toBe(memorised);
});

test('words say where, and what is usual', () => {
  expect(nearestText(nearest(0.834, 0.31))).toBe(
    'like blues-2 at 1:04: 0.83, where different songs have 0.31',
  );
  expect(nearestText(nearest(0.834, null))).toBe('like blues-2 at 1:04: 0.83');
});

test('a training is judged by its newest clips with the adapter', () => {
  const clip = (global_step: number, strength: number, similarity: number) => ({
    global_step,
    strength,
    nearest: nearest(similarity, 0.2),
  });
  expect(memorisedText([])).toBe('');
  expect(memorisedText([clip(1, 1, 0.9), clip(9, 1, 0.3)])).toBe('');
  expect(memorisedText([clip(9, 0, 0.9), clip(9, 1, 0.3)])).toBe('');
  expect(memorisedText([clip(1, 1, 0.1), clip(9, 1, 0.9), clip(9, 0.5, 0.9)])).toBe(
    'its clips repeat blues-2',
  );
});
