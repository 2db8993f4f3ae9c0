import {spawn} from 'node:child_process';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {temporaryFolder} from '../temporary-folder.js';

const dist = new URL('../../dist/cache/', import.meta.url).href;
const claimer = (root: string) => `
import {openCache, prepareCache} from '${dist}open.js';
import {tryClaim} from '${dist}claim.js';
import {showLife} from '${dist}owner.js';
const cache = openCache(${JSON.stringify(root)});
await prepareCache(cache);
const end = await showLife(cache.root, cache.owner);
for (let i = 0; i < 800; i += 1) {
  const attempt = await tryClaim(cache, 'work');
  if (attempt.kind === 'claimed') await attempt.claim.release();
}
await end();`;

test('processes that take and free one claim as fast as they can never fail each other', async () => {
  const root = join(await temporaryFolder(), 'cache');
  const ends = await Promise.all(
    [1, 2, 3].map(() => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', claimer(root)]);
      let said = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
      return new Promise((resolve) => child.on('close', (code) => resolve({code, said})));
    }),
  );
  expect(ends).toEqual([1, 2, 3].map(() => ({code: 0, said: ''})));
});
