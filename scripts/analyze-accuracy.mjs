// How often the `analyze` stage is right: `npm run build && npm run native && node scripts/analyze-accuracy.mjs`. Prints the rows
// of the table in docs/dataset.md. Made-up songs have known answers. Of Debian's packages of freely licensed music no one wrote
// the tempo down: each song is heard twice, the second time 6 % faster (101 cents higher), and both answers must fit each other.
import {execFileSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, readdirSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {basename, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {compiledModule} from './compiled.mjs';

const {stereoPieces} = await compiledModule('dataset/audio/stereo');
const {loadAddon} = await compiledModule('native/addon');
const {analyzeSong} = await compiledModule('native/analyze');

const addon = loadAddon(fileURLToPath(new URL('../build/addon/Release/sidestep.node', import.meta.url)));
const RATE = 24_000;
const SURE = 0.5; // the default of min_confidence
const names = ['C', 'Db', 'D', 'Eb', 'E', 'F', 'F#', 'G', 'Ab', 'A', 'Bb', 'B'];
const alike = {'C#': 'Db', 'G#': 'Ab'};

async function* oneOf(sound) {
  yield {data: Float32Array.from([...sound, ...sound]), channels: 2, sample_rate: RATE};
}

/** tempo, meter (3, 4, 6), swing (0.5 is straight), key (0 to 23: majors, then minors), cents, drums, notes, seconds. */
function play({tempo, meter = 4, swing = 0.5, key = 0, cents = 0, drums = true, notes = true, seconds = 15}) {
  const sound = new Float32Array(seconds * RATE);
  let seed = (tempo * 977 + meter * 31 + key) | 1;
  const draw = () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 2 ** 32;
  };
  const add = (start, length, wave) => {
    const first = Math.round(start * RATE);
    for (let i = 0; i < length * RATE && first + i < sound.length; i += 1) sound[first + i] += wave(i / RATE);
  };
  const scale = key < 12 ? [0, 2, 4, 5, 7, 9, 11] : [0, 2, 3, 5, 7, 8, 10];
  const note = (start, length, degree, octave, strength) => {
    const leading = key >= 12 && degree % 7 === 6 ? 1 : 0;
    const semitones = (key % 12) + scale[degree % 7] + leading + 12 * (Math.floor(degree / 7) + octave);
    const hz = 261.6256 * 2 ** ((semitones + cents / 100) / 12);
    add(start, length, (t) => {
      const level = strength * Math.exp(-2 * t) * Math.min(1, t / 0.006, (length - t) / 0.02);
      return (
        level * [1, 2, 3, 4].reduce((sum, h) => sum + 0.5 ** (h - 1) * Math.sin(2 * Math.PI * hz * h * t), 0)
      );
    });
  };
  const beat = 60 / tempo;
  const beats = meter === 6 ? 2 : meter;
  const parts = meter === 6 ? 3 : 2;
  const place = (k) => (parts === 2 && k === 1 ? swing : k / parts);
  for (let bar = 0; (bar + 1) * beats * beat < seconds; bar += 1) {
    const root = [0, 3, 4, 0][bar % 4];
    for (let i = 0; i < beats; i += 1) {
      const at = 0.02 + (bar * beats + i) * beat;
      if (notes && (meter !== 3 || i > 0))
        for (const third of [0, 2, 4]) note(at, 0.7 * beat, root + third, 0, 0.06);
      if (notes && (meter !== 3 || i === 0)) note(at, 0.9 * beat, root, -2, 0.25);
      const kick = meter === 3 ? i === 0 : i % 2 === 0;
      if (drums && kick)
        add(
          at,
          0.15,
          (t) => 0.6 * Math.exp(-20 * t) * Math.sin(2 * Math.PI * (55 + 90 * Math.exp(-40 * t)) * t),
        );
      if (drums && !kick) add(at, 0.12, (t) => 0.25 * Math.exp(-25 * t) * (2 * draw() - 1));
      for (let k = 0; k < parts; k += 1) {
        if (drums) add(at + place(k) * beat, 0.04, (t) => 0.08 * Math.exp(-70 * t) * (2 * draw() - 1));
        if (notes && draw() < 0.5)
          note(at + place(k) * beat, (0.8 * beat) / parts, root + 2 * Math.floor(3 * draw()), 1, 0.08);
      }
    }
  }
  return sound;
}

class Row {
  counts = {right: 0, wrong: 0, empty: 0};
  constructor(what) {
    this.what = what;
  }
  add(confidence, right) {
    this.counts[confidence < SURE ? 'empty' : right ? 'right' : 'wrong'] += 1;
  }
  print() {
    const {right, wrong, empty} = this.counts;
    console.log(`| ${this.what} | ${right} of ${right + wrong + empty} | ${wrong} | ${empty} |`);
  }
}

const heard = (song) => analyzeSong(addon, oneOf(play(song)), {threads: 1});
const near = (found, wanted) => Math.abs(found / wanted - 1) < 0.01;

async function madeUp() {
  const tempo = new Row('tempo within 1 %, 60 to 200, made up');
  for (let bpm = 60; bpm <= 200; bpm += 10)
    for (const song of [{}, {swing: 2 / 3}, {drums: false}, {notes: false}]) {
      const found = await heard({tempo: bpm, key: bpm % 24, ...song});
      tempo.add(found.tempo_confidence, near(found.tempo, bpm));
    }
  tempo.print();
  const meter = new Row('meter (3/4, 4/4, 6/8), made up');
  for (const [beats, text] of [
    [3, '3/4'],
    [4, '4/4'],
    [6, '6/8'],
  ])
    for (const bpm of beats === 6 ? [50, 60, 70, 80, 90, 100, 110] : [70, 90, 110, 130, 150, 170, 190])
      for (const song of [{}, {notes: false}, {drums: false}]) {
        const found = await heard({tempo: bpm, meter: beats, seconds: 18, ...song});
        meter.add(found.meter_confidence, found.meter === text);
      }
  meter.print();
  const keys = new Row('key, 24 of them, up to 40 cents out of tune, made up');
  for (let key = 0; key < 24; key += 1)
    for (const drums of [true, false]) {
      const found = await heard({tempo: 112, key, cents: ((key * 37) % 81) - 40, drums, seconds: 10});
      keys.add(
        found.key_confidence,
        plain(found.key) === `${names[key % 12]} ${key < 12 ? 'major' : 'minor'}`,
      );
    }
  keys.print();
}

function plain(key) {
  const [tonic, scale] = key.split(' ');
  return `${alike[tonic] ?? tonic} ${scale}`;
}

async function* played(path, speed) {
  for await (const {sample_rate, samples} of stereoPieces(path, {max_seconds: 120}))
    yield {data: samples, channels: 2, sample_rate: Math.round(sample_rate * speed)};
}

function filesIn(folder, pattern) {
  const names = readdirSync(folder, {recursive: true}).map((name) => join(folder, name));
  return names.filter((name) => pattern.test(name)).sort();
}

async function debian() {
  const work = mkdtempSync(join(tmpdir(), 'analyze-'));
  try {
    mkdirSync(join(work, 'all'));
    const packages = ['asc-music', 'extremetuxracer-data', 'warzone2100-music'];
    execFileSync('apt-get', ['download', '-qq', ...packages], {cwd: work, stdio: 'ignore'});
    for (const deb of filesIn(work, /\.deb$/)) execFileSync('dpkg', ['-x', deb, join(work, 'all')]);
    const tempo = new Row('tempo, Debian: 6 % faster is 6 % more, up to the octave');
    const same = new Row('tempo, Debian: the same octave too');
    const keys = new Row('key, Debian: a semitone higher');
    for (const path of filesIn(join(work, 'all/usr/share/games'), /\/music\/.*\.(?:mp3|ogg|opus)$/)) {
      const [first, second] = [
        await analyzeSong(addon, played(path, 1), {threads: 1}),
        await analyzeSong(addon, played(path, 1.06), {threads: 1}),
      ];
      if (first.seconds < 20) continue;
      const ratio = second.tempo / first.tempo / 1.06;
      const sure = Math.min(first.tempo_confidence, second.tempo_confidence);
      tempo.add(
        sure,
        [0.25, 0.5, 1, 2, 4].some((octave) => near(ratio, octave)),
      );
      same.add(sure, near(ratio, 1));
      const [from, to] = [plain(first.key).split(' '), plain(second.key).split(' ')];
      const up = names[(names.indexOf(from[0]) + 1) % 12] === to[0] && from[1] === to[1];
      keys.add(Math.min(first.key_confidence, second.key_confidence), up);
      if (process.argv.includes('--songs'))
        console.error(
          basename(path),
          first.tempo.toFixed(2),
          second.tempo.toFixed(2),
          first.meter,
          first.key,
          '→',
          second.key,
        );
    }
    for (const row of [tempo, same, keys]) row.print();
  } catch (error) {
    if (error.status === undefined) throw error;
    console.error(`skipped: the Debian packages cannot be fetched here (${error.message.split('\n')[0]})`);
  } finally {
    rmSync(work, {recursive: true, force: true});
  }
}

await madeUp();
if (!process.argv.includes('--made-up')) await debian();
