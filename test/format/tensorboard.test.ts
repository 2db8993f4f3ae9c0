import {readFile} from 'node:fs/promises';
import {basename} from 'node:path';
import {expect, test} from 'vitest';
import {createEventFile} from '../../src/format/tensorboard.js';
import {crc32c} from '../../src/format/tfrecord.js';
import {temporaryFolder} from '../temporary-folder.js';

const origin = {started_at: 1_700_000_000.5, host: 'studio', pid: 77};

/** Known answers of RFC 3720, appendix B.4. */
test.each([
  {name: '32 zeros', bytes: new Uint8Array(32), crc: 0x8a9136aa},
  {name: '32 ones', bytes: new Uint8Array(32).fill(255), crc: 0x62a8ab43},
  {name: '0 to 31', bytes: Uint8Array.from({length: 32}, (_, i) => i), crc: 0x46dd794e},
])('CRC-32C of $name', ({bytes, crc}) => expect(crc32c(bytes)).toBe(crc));

/** Recorded from this writer once the `EventAccumulator` of Python tensorboard 2.21 had read them back value for value. */
const recorded = [
  '1800000000000000a37f4b220900002040fc54d9411a0d627261696e2e4576656e743a322b3531100f00000000000000',
  '6d532b090900002040fc54d94110033a02080120ab681c200000000000000029eda9500900004040fc54d94110032a13',
  '0a110a0a747261696e2f6c6f7373150000803e337126532d000000000000003c418afb0900004040fc54d9411080e497',
  'd0122a1c0a1a0a13747261696e2f6c6561726e696e675f726174651517b7d1383379fd204300000000000000b18525a0',
  '0900008040fc54d94110002a360a340a06636f6e6669674220080712041202080142162a2a72616e6b2a2a2031362c20',
  'c3bc6ec3af636f64654a080a060a0474657874b7ad7ff0',
].join('');

test('the bytes are those that TensorBoard was seen to read', async () => {
  const folder = await temporaryFolder();
  const file = await createEventFile(folder, {origin, purge_step: 3});
  await file.append(
    [
      {kind: 'scalar', tag: 'train/loss', step: 3, value: 0.25},
      {kind: 'scalar', tag: 'train/learning_rate', step: 5_000_000_000, value: 1e-4},
    ],
    1_700_000_001,
  );
  await file.append([{kind: 'text', tag: 'config', step: 0, text: '**rank** 16, ünïcode'}], 1_700_000_002);
  await file.close();
  expect(basename(file.path)).toBe('events.out.tfevents.1700000000.studio.77.0');
  expect((await readFile(file.path)).toString('hex')).toBe(recorded);
});

/** Recorded likewise: the reader gave back these very buckets. */
const recordedHistogram = [
  '1800000000000000a37f4b220900002040fc54d9411a0d627261696e2e4576656e743a322b3531109500000000000000',
  'd593a3460900004040fc54d94110032a87010a84010a0f747261696e2f74696d6573746570732a710900000000000000',
  '0011000000000000f03f190000000000001840210000000000000e40290000000000c005403220000000000000d03f00',
  '0000000000e03f000000000000e83f000000000000f03f3a20000000000000f03f000000000000000000000000000008',
  '40000000000000004072cfa424',
].join('');

/** Likewise: `EventAccumulator.Audio` gave back rate, length, type and bytes. */
const recordedAudio =
  '1800000000000000a37f4b220900002040fc54d9411a0d627261696e2e4576656e743a322b3531103500000000000000d6c55de60900004040fc54d94110032a280a260a0973616d706c65732f7832190d00803b471002180122030102032a09617564696f2f776176ad90475e';

test('so are those of a histogram', async () => {
  const file = await createEventFile(await temporaryFolder(), {origin});
  const bins = {edges: [0, 0.25, 0.5, 0.75, 1], counts: [1, 0, 3, 2]};
  await file.append([{kind: 'histogram', tag: 'train/timesteps', step: 3, ...bins}], 1_700_000_001);
  await file.close();
  expect((await readFile(file.path)).toString('hex')).toBe(recordedHistogram);
});

test('a clip is a Summary.Audio that holds its file', async () => {
  const file = await createEventFile(await temporaryFolder(), {origin});
  const wave = Uint8Array.of(1, 2, 3);
  await file.append(
    [{kind: 'audio', tag: 'samples/x', step: 3, wave, sample_rate: 48_000, channels: 2, samples: 1}],
    1_700_000_001,
  );
  await file.close();
  expect((await readFile(file.path)).toString('hex')).toBe(recordedAudio);
});

test('two files of one second do not collide', async () => {
  const folder = await temporaryFolder();
  const [first, second] = [await createEventFile(folder, {origin}), await createEventFile(folder, {origin})];
  expect(basename(second.path)).toBe('events.out.tfevents.1700000000.studio.77.1');
  await first.close();
  await second.close();
});
