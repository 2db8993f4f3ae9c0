import {expect, test} from 'vitest';
import type {Fingerprint} from '../../src/base/hash.js';
import {deal} from '../../src/run/deal.js';

/** `a:30` is a part of the sample `a`, of 30 s. */
function parts(...names: readonly string[]) {
  return names.map((name, index) => {
    const [sample = '', seconds] = name.split(':');
    const work = seconds === undefined ? {} : {audio_seconds: Number(seconds)};
    return {fingerprint: String(index) as Fingerprint, sample, part: 'latents', work};
  });
}

test.each([
  {
    name: 'as many each',
    of: ['a', 'b', 'c', 'd'],
    shares: 2,
    dealt: [
      ['a', 'c'],
      ['b', 'd'],
    ],
  },
  {
    name: 'parts of a sample stay together, in their order',
    of: ['a', 'b', 'a', 'b'],
    shares: 2,
    dealt: [
      ['a', 'a'],
      ['b', 'b'],
    ],
  },
  {name: 'no more shares than samples', of: ['a', 'a', 'b'], shares: 5, dealt: [['a', 'a'], ['b']]},
  {
    name: 'a long song counts for several short ones',
    of: ['a:10', 'b:10', 'c:30', 'd:10'],
    shares: 2,
    dealt: [['c:30'], ['a:10', 'b:10', 'd:10']],
  },
  {name: 'nothing to do', of: [], shares: 3, dealt: []},
])('$name', ({of, shares, dealt}) => {
  const found = deal(parts(...of), shares);
  const samples = dealt.map((share) => share.map((name) => name.split(':')[0]));
  expect(found.map((share) => share.map(({sample}) => sample))).toEqual(samples);
});
