// Measures the tempo of every song in a folder and writes a dataset JSON of it: `node tempo.mjs SONGS OUTPUT.json`.
// A program for the `command` stage of tempo.yaml, and a pattern for others: a captioning model writes `caption` in the same way.
// ffmpeg decodes; the tempo is the strongest period of the onsets (autocorrelation, weighted towards 120 beats per minute).
import {spawnSync} from 'node:child_process';
import {readdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';

const RATE = 11025; // samples per second: enough for drums
const HOP = 128; // samples between two looks: 86 a second
const LONGEST_SECONDS = 120; // of a song, from its start

const [songs, output] = process.argv.slice(2);
if (songs === undefined || output === undefined) throw new Error('node tempo.mjs SONGS OUTPUT.json');
const names = readdirSync(songs, {recursive: true})
  .map((name) => name.replaceAll('\\', '/'))
  .filter((name) => /\.(wav|mp3|flac|ogg|opus|m4a|aac)$/i.test(name))
  .sort();
const samples = names.map((audio_path) => ({audio_path, bpm: tempoOf(decoded(join(songs, audio_path)))}));
for (const {audio_path, bpm} of samples) console.log(`${audio_path}: ${bpm ?? 'no clear tempo'}`);
writeFileSync(output, `${JSON.stringify({samples}, null, 2)}\n`);

/** Mono samples in f32. */
function decoded(file) {
  const options = ['-v', 'error', '-t', LONGEST_SECONDS, '-i', file, '-ac', 1, '-ar', RATE, '-f', 'f32le', '-'];
  const {status, stdout, stderr, error} = spawnSync('ffmpeg', options.map(String), {maxBuffer: 2 ** 30});
  if (error !== undefined) throw new Error(`ffmpeg could not be started: ${error.message}`);
  if (status !== 0) throw new Error(`ffmpeg could not read ${file}: ${stderr}`);
  return new Float32Array(new Uint8Array(stdout).buffer, 0, Math.floor(stdout.length / 4));
}

/** Whole beats per minute; null where nothing repeats. */
function tempoOf(sound) {
  const onsets = onsetsOf(sound);
  let best = {lag: 0, score: 0};
  const lagOf = (bpm) => (60 * RATE) / HOP / bpm;
  for (let lag = Math.floor(lagOf(200)); lag <= lagOf(50); lag++) {
    const octaves = Math.log2(lagOf(120) / lag); // people tap neither at 60 nor at 240 where 120 fits as well
    const score = correlation(onsets, lag) * Math.exp(-0.5 * octaves ** 2);
    if (score > best.score) best = {lag, score};
  }
  if (best.score < 0.1) return null;
  const [before, at, after] = [-1, 0, 1].map((step) => correlation(onsets, best.lag + step));
  const bend = before - 2 * at + after;
  const peak = best.lag + (bend < 0 ? (before - after) / (2 * bend) : 0); // of the parabola through the three
  return Math.round(lagOf(1) / peak);
}

/** How much louder each look is than the one before, in logarithms, around their mean. */
function onsetsOf(sound) {
  const loudness = [];
  for (let at = 0; at + 2 * HOP <= sound.length; at += HOP) {
    let energy = 1e-6;
    for (let i = at; i < at + 2 * HOP; i++) energy += sound[i] ** 2;
    loudness.push(Math.log(energy));
  }
  const rises = loudness.map((value, i) => Math.max(0, value - (loudness[i - 1] ?? value)));
  const mean = rises.reduce((sum, value) => sum + value, 0) / Math.max(1, rises.length);
  return rises.map((value) => value - mean);
}

/** Between -1 and 1. */
function correlation(values, lag) {
  let [together, alone] = [0, 1e-9];
  for (let i = 0; i < values.length; i++) {
    alone += values[i] ** 2;
    if (i + lag < values.length) together += values[i] * values[i + lag];
  }
  return together / alone;
}
