import {expect, test} from 'vitest';
import {nearPaths} from '../../src/app/near-paths.js';

test.each([
  [
    'in /home/ann/blues/songs/a.txt: changed  (/home/ann/blues/my.yaml:7:3)',
    'in songs/a.txt: changed  (my.yaml:7:3)',
  ],
  ["'/home/ann/blues/a b.wav'", "'a b.wav'"],
  [
    '/mnt/home/ann/blues/x stays, /home/ann/blues2/x too',
    '/mnt/home/ann/blues/x stays, /home/ann/blues2/x too',
  ],
  ['the folder /home/ann/blues itself', 'the folder /home/ann/blues itself'],
])('%s', (text, near) => {
  expect(nearPaths(text, '/home/ann/blues')).toBe(near);
});

test('at the root nothing is shortened', () => {
  expect(nearPaths('/etc/x', '/')).toBe('/etc/x');
});
