import {join} from 'node:path';
import {makeFolder} from '../base/make-folder.js';
import {writeFile} from '../base/write-file.js';
import type {ParamObject} from '../stage/param.js';
import type {WorkerEntry} from './context.js';
import {type FixtureModel, writeFixtureCheckpoint} from './fixture/checkpoint.js';
import {type FixtureClip, synthesise, waveFile} from './fixture/music.js';

interface FixtureParams {
  readonly model: FixtureModel;
  readonly clips: number;
  readonly clip_duration: number;
  readonly hidden_size: number;
  readonly layers: number;
  readonly seed: number;
}

/** Writes a tiny checkpoint, clips of synthesised music and the dataset JSON that describes them. */
export const fixture: WorkerEntry = async ({job, emit, signal}) => {
  const params = job.params as ParamObject & FixtureParams;
  emit({kind: 'phase_started', phase: 'writing a tiny model'});
  await writeFixtureCheckpoint(join(job.out_dir, 'checkpoints'), params);
  await makeFolder(join(job.out_dir, 'audio'));
  const entries: object[] = [];
  for (let i = 0; i < params.clips; i++) {
    if (signal.aborted) return 'stopped';
    const piece = synthesise(params.seed, i, params.clip_duration);
    await writeFile(join(job.out_dir, 'audio', clipName(i)), waveFile(piece));
    entries.push(describe(piece, i, params.clip_duration));
    emit({kind: 'stage_progress', done: i + 1, total: params.clips, unit: 'clips'});
  }
  const dataset = {
    metadata: {tag_position: 'prepend', genre_ratio: 0, custom_tag: 'fixture'},
    samples: entries,
  };
  await writeFile(join(job.out_dir, 'dataset.json'), `${JSON.stringify(dataset, null, 2)}\n`);
  return 'done';
};

function clipName(index: number): string {
  return `clip-${index + 1}.wav`;
}

const MOODS = ['bright', 'calm', 'driving', 'wistful'] as const;

/** Every other clip has words, so that both kinds of lyrics are encoded. */
function describe(piece: FixtureClip, index: number, seconds: number): object {
  const sung = index % 2 === 1;
  return {
    filename: clipName(index),
    caption: `a ${MOODS[index % MOODS.length]!} tune of plucked strings over a bass, with a soft beat`,
    genre: 'folk',
    bpm: piece.bpm,
    keyscale: piece.keyscale,
    timesignature: '4',
    duration: Math.round(seconds),
    is_instrumental: !sung,
    ...(sung && {
      language: 'en',
      lyrics: `[Verse]\nString number ${index + 1} is ringing clear\n\n[Chorus]\nRing along, ring along`,
    }),
  };
}
