import {join} from 'node:path';
import {contentHash} from '../base/hash.js';
import {canonicalJson} from '../base/json.js';
import {writeFile} from '../base/write-file.js';
import {stereoPieces} from '../dataset/audio/stereo.js';
import {type Addon, loadAddon} from '../native/addon.js';
import {analyzeSong} from '../native/analyze.js';
import type {SoundPiece} from '../native/engine.js';
import type {PartJob} from '../protocol/message.js';
import type {WorkerContext, WorkerEntry} from './context.js';
import {expectUnchanged} from './expect-unchanged.js';
import {SampleWork} from './sample-work.js';

/** Measures the songs that are not measured yet; each is safe in the cache as soon as it is done. */
export const analyze: WorkerEntry = async (context) => {
  const {job, signal} = context;
  const addon = loadAddon(job.addon!); // the runner gives it to every stage whose numerics are the engine's
  const work = new SampleWork(context);
  const measuring = {
    phase: 'measuring songs',
    unit: 'songs',
    seconds: ({work: song}: PartJob) => Number(song.audio_seconds),
  };
  await work.makeAll(measuring, job.parts, (part) =>
    work.make(part, () => measureSong(context, part, addon)),
  );
  return signal.aborted ? 'stopped' : 'done';
};

async function measureSong(context: WorkerContext, part: PartJob, addon: Addon): Promise<void> {
  const {job, signal, commitPart} = context;
  const path = String(part.work.audio_path);
  const measurements = await analyzeSong(addon, piecesOf(path), {threads: job.threads, signal});
  await expectUnchanged(path, String(part.work.audio_hash));
  const file = `${contentHash(part.fingerprint).slice(0, 32)}.json`;
  await writeFile(join(job.out_dir, file), `${canonicalJson(measurements)}\n`);
  await commitPart(part, file, measurements);
}

async function* piecesOf(path: string): AsyncGenerator<SoundPiece> {
  for await (const {sample_rate, samples} of stereoPieces(path, {max_seconds: null}))
    yield {data: samples, channels: 2, sample_rate};
}
