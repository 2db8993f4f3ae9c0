// Random songs through ffmpeg's encoders, whole and damaged, through the compiled decoders: `node scripts/fuzz-audio.mjs
// --seconds 60 --seed 1`. A whole file must be as long and as loud as ffmpeg's own decode of it; a damaged one must be as
// long as far as it plays, or be refused with an audio/* code. Anything else is printed with its seed, and the exit code is 1.
import {execFileSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {parseArgs} from 'node:util';
import {compiledModule} from './compiled.mjs';

const {decodeAudio} = await compiledModule('dataset/audio/decode');
const {probeAudio} = await compiledModule('dataset/audio/probe');

const {values} = parseArgs({
  options: {seconds: {type: 'string', default: '60'}, seed: {type: 'string', default: '1'}},
});
const folder = mkdtempSync(join(tmpdir(), 'fuzz-audio-'));

const codecs = [
  {
    name: 'wav',
    args: ['-c:a', 'pcm_s16le', '-f', 'wav'],
    rates: [8000, 11025, 22050, 44100, 48000, 96000, 192000],
  },
  {name: 'wav24', args: ['-c:a', 'pcm_s24le', '-f', 'wav'], rates: [44100, 48000, 96000]},
  {name: 'wavf', args: ['-c:a', 'pcm_f32le', '-f', 'wav'], rates: [44100, 48000]},
  {name: 'aiff', args: ['-f', 'aiff'], rates: [8000, 44100, 48000]},
  {name: 'flac', args: ['-f', 'flac'], rates: [8000, 16000, 44100, 48000, 96000, 192000]},
  {name: 'oga', args: ['-c:a', 'flac', '-f', 'ogg'], rates: [22050, 44100, 96000]},
  {name: 'ogg', args: ['-c:a', 'libvorbis', '-f', 'ogg'], rates: [22050, 44100, 48000]},
  {name: 'opus', args: ['-c:a', 'libopus', '-f', 'ogg'], rates: [48000]},
  {name: 'mp3', args: ['-c:a', 'libmp3lame', '-f', 'mp3'], rates: [8000, 16000, 22050, 44100, 48000]},
];

/** A generator of its own, so that a seed means the same on every machine (mulberry32). */
function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function make(random, name) {
  const pick = (list) => list[Math.floor(random() * list.length)];
  const codec = pick(codecs);
  const rate = pick(codec.rates);
  const channels = codec.name === 'mp3' ? pick([1, 2]) : pick([1, 2, 2, 6]);
  const seconds = (0.6 + 2 * random()).toFixed(3);
  const layout = {1: 'mono', 2: 'stereo', 6: '5.1'}[channels];
  const tones = Array.from(
    {length: channels},
    (_, i) => `0.3*sin(${(200 + 900 * random() + 40 * i).toFixed(1)}*2*PI*t)`,
  );
  const source = `aevalsrc=${tones.join('|')}:s=${rate}:d=${seconds}:c=${layout}`;
  const path = join(folder, name);
  execFileSync('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', source, ...codec.args, path]);
  return {path, words: `${codec.name} ${rate} Hz ${layout} ${seconds} s`};
}

const damages = {
  none: (bytes) => bytes,
  'junk behind': (bytes, random) => Buffer.concat([bytes, noise(1 + random() * 5000, random)]),
  'zeros behind': (bytes, random) => Buffer.concat([bytes, Buffer.alloc(1 + random() * 5000)]),
  'ID3v1 behind': (bytes) => Buffer.concat([bytes, Buffer.from('TAG'), Buffer.alloc(125)]),
  'ID3v2 in front': (bytes) =>
    Buffer.concat([Buffer.from('ID3\x03\0\0\0\0\x01\x00', 'latin1'), Buffer.alloc(128), bytes]),
  cut: (bytes, random) => bytes.subarray(0, bytes.length * random()),
  flips: (bytes, random) => {
    const copy = Buffer.from(bytes);
    for (let i = 0; i < 1 + random() * 8; i += 1)
      copy[Math.floor(random() * copy.length)] ^= 1 << (random() * 8);
    return copy;
  },
  hole: (bytes, random) => {
    const at = bytes.length * random();
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + random() * 3000)]);
  },
  doubled: (bytes) => Buffer.concat([bytes, bytes]),
};
/** The sound is still all there. */
const harmless = ['none', 'junk behind', 'zeros behind', 'ID3v1 behind', 'ID3v2 in front'];

function noise(length, random) {
  return Buffer.from(Array.from({length}, () => random() * 256));
}

async function decode(path) {
  const heard = {seconds: 0, energy: 0, samples: 0};
  for await (const {sample_rate, planes} of decodeAudio(path, await probeAudio(path))) {
    heard.seconds += planes[0].length / sample_rate;
    for (const sample of planes[0]) heard.energy += sample * sample;
    heard.samples += planes[0].length;
  }
  return {seconds: heard.seconds, level: 10 * Math.log10(heard.energy / heard.samples)};
}

function judge(path) {
  const args = ['-v', 'error', '-i', path, '-f', 'wav', '-c:a', 'pcm_f32le', '-'];
  const wav = execFileSync('ffmpeg', args, {maxBuffer: 2 ** 28});
  const fmt = wav.indexOf('fmt ') + 8;
  const [channels, rate] = [wav.readUInt16LE(fmt + 2), wav.readUInt32LE(fmt + 4)];
  const all = new Float32Array(Uint8Array.from(wav.subarray(wav.indexOf('data') + 8)).buffer);
  let energy = 0;
  for (let i = 0; i < all.length; i += channels) energy += all[i] * all[i];
  const frames = Math.floor(all.length / channels);
  return {seconds: frames / rate, level: 10 * Math.log10(energy / frames)};
}

/** What is wrong; undefined when all is right. */
async function tryOne(seed) {
  const random = randomOf(seed);
  const song = make(random, 'song');
  const wanted = judge(song.path);
  const kinds = Object.keys(damages);
  const kind = kinds[Math.floor(random() * kinds.length)];
  writeFileSync(join(folder, 'damaged'), damages[kind](readFileSync(song.path), random));
  const about = `seed ${seed}: ${song.words}, ${kind}`;
  let got;
  try {
    got = await decode(join(folder, 'damaged'));
  } catch (error) {
    const code = error.problem?.code ?? '';
    if (!code.startsWith('audio/')) return `${about}: ${error.stack}`;
    return harmless.includes(kind) ? `${about}: refused: ${error.message}` : undefined;
  }
  if (kind === 'doubled') return undefined; // headers decide whether the second is part of the file
  const length = Math.abs(got.seconds - wanted.seconds);
  const level = Math.abs(got.level - wanted.level);
  // Two frames of an mp3 at 8 kHz are 0.144 s; uncompressed sound has no checksums, flips in it are heard
  if (harmless.includes(kind) && (length > 0.06 || level > 0.2))
    return `${about}: ${got.seconds} s at ${got.level} dB, ffmpeg has ${wanted.seconds} s at ${wanted.level} dB`;
  if (got.seconds > wanted.seconds + 0.2)
    return `${about}: ${got.seconds} s, longer than ${wanted.seconds} s`;
  return undefined;
}

const until = Date.now() + 1000 * Number(values.seconds);
let tried = 0;
let wrong = 0;
for (let seed = Number(values.seed) * 1_000_003; Date.now() < until; seed += 1, tried += 1) {
  const trouble = await tryOne(seed);
  if (trouble === undefined) continue;
  wrong += 1;
  console.log(trouble);
}
rmSync(folder, {recursive: true});
console.log(`${tried} songs, ${wrong} wrong`);
process.exitCode = wrong === 0 ? 0 : 1;
