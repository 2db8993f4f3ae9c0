import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {torchFile} from '../../src/format/torch-write.js';
import {readSilenceLatent} from '../../src/model/silence-latent.js';
import {temporaryFolder} from '../temporary-folder.js';

async function silence(...shape: number[]): Promise<string> {
  const path = join(await temporaryFolder(), 'silence_latent.pt');
  const count = shape.reduce((a, b) => a * b, 1);
  await writeFile(path, torchFile({shape, data: Float32Array.from({length: count}, (_, i) => i)}));
  return path;
}

describe('the latent of silence', () => {
  test('is transposed: frames, then channels', async () => {
    expect(await readSilenceLatent(await silence(1, 2, 3))).toEqual({
      frames: 3,
      channels: 2,
      data: Float32Array.of(0, 3, 1, 4, 2, 5),
    });
  });

  test.each([[[2, 3]], [[3]], [[2, 2, 3]], [[1, 2, 3, 1]], [[1, 2, 0]]])(
    'of shape %j is refused',
    async (shape) => {
      await expect(readSilenceLatent(await silence(...shape))).rejects.toMatchObject({
        problem: {
          code: 'model/silence-latent',
          message: expect.stringContaining(`not [${shape}]`),
        },
      });
    },
  );
});
