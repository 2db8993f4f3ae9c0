// Whole-process time of a run with nothing to do, beside wireit and Turborepo doing theirs on the same files and the same
// graph in the same session: `node scripts/bench-noop.mjs [--samples 1000] [--stages 1000] [--rounds 7] [--alone]`.
// Figures are medians, in milliseconds; start it on an idle machine. It takes some minutes: Turborepo fills its cache
// first, and its own run of a thousand cached tasks takes seconds.
//
// The peers are installed into a temporary folder, never into this repository, and each is set up as suits it best:
// - samples: one script (wireit) or task (Turborepo) with the songs as its inputs; sidestep looks at the very same songs.
// - stages: wireit one package with a script a stage; Turborepo one workspace package with a task a stage, no daemon
//   (it saves nothing here and is not to be had in CI), no logs. While Turborepo fills its cache, the `npm` it starts a
//   thousand times is one that does nothing; the runs that are measured start no npm at all.
import {spawnSync} from 'node:child_process';
import {cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {delimiter, join} from 'node:path';
import {parseArgs} from 'node:util';
import {compiledFile} from './compiled.mjs';

const {values} = parseArgs({
  options: {
    samples: {type: 'string', default: '1000'},
    stages: {type: 'string', default: '1000'},
    rounds: {type: 'string', default: '7'},
    alone: {type: 'boolean', default: false}, // without the peers: no network
  },
});
const samples = Number(values.samples);
const stages = Number(values.stages);
const rounds = Number(values.rounds);
const main = compiledFile('cli/main.js');
const PEERS = {wireit: '0.14.12', turbo: '2.6.1'};
const folder = mkdtempSync(join(tmpdir(), 'sidestep-noop-'));

try {
  report('node alone', [process.execPath, '-e', '0'], folder);
  const songs = songsProject(join(folder, 'songs'));
  report(`sidestep run, ${samples} samples cached`, [process.execPath, main, 'run'], songs);
  const dag = sidestepDag(join(folder, 'dag'));
  report(`sidestep run, ${stages} stages cached`, [process.execPath, main, 'run'], dag);
  report(`sidestep plan, ${stages} stages`, [process.execPath, main, 'plan', '--json'], dag);
  report(
    `sidestep plan, ${stages} stages, file edited`,
    [process.execPath, main, 'plan', '--json'],
    dag,
    () => rmSync(join(dag, '.sidestep/pipelines'), {recursive: true, force: true}),
  );
  if (!values.alone) peers(songs);
} finally {
  rmSync(folder, {recursive: true, force: true});
}

/** Runs once to fill caches, then measures. */
function report(name, command, cwd, before = () => {}) {
  run(command, cwd);
  const times = Array.from({length: rounds}, () => {
    before();
    const started = performance.now();
    run(command, cwd);
    return performance.now() - started;
  }).sort((a, b) => a - b);
  console.log(
    `${name.padEnd(44)} ${times[Math.floor(rounds / 2)].toFixed(0).padStart(7)} ms   (best ${times[0].toFixed(0)})`,
  );
}

function run([file, ...args], cwd, env = {}) {
  const {status, stderr, stdout} = spawnSync(file, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: {
      ...process.env,
      SIDESTEP_CONFIG_DIR: join(folder, 'config'),
      TURBO_TELEMETRY_DISABLED: '1',
      DO_NOT_TRACK: '1',
      CI: 'true',
      ...env,
    },
  });
  if (status !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${status}\n${stdout}\n${stderr}`);
}

/** A dataset of short songs: one file to look at per sample. */
function songsProject(path) {
  mkdirSync(join(path, 'songs'), {recursive: true});
  for (let index = 0; index < samples; index += 1) {
    writeFileSync(join(path, 'songs', `song${index}.wav`), tone(index));
    writeFileSync(join(path, 'songs', `song${index}.txt`), `song number ${index}`);
  }
  writeFileSync(
    join(path, 'pipeline.yaml'),
    'sidestep: 1\nname: songs\nstages:\n  songs: {uses: dataset, with: {audio_dir: ./songs}}\n' +
      `  listing: {uses: command, with: {argv: [cp, "\${inputs.songs}", "\${outputs.copy}"], inputs: {songs: "\${stages.songs}"}, outputs: {copy: songs.json}}}\n`,
  );
  return path;
}

/** One second of a quiet tone at 8 kHz; `index` makes every song's bytes its own. */
function tone(index) {
  const count = 8000;
  const bytes = Buffer.alloc(44 + 2 * count);
  bytes.write('RIFF', 0);
  bytes.writeUInt32LE(36 + 2 * count, 4);
  bytes.write('WAVEfmt ', 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20); // PCM
  bytes.writeUInt16LE(1, 22); // mono
  bytes.writeUInt32LE(8000, 24);
  bytes.writeUInt32LE(16000, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write('data', 36);
  bytes.writeUInt32LE(2 * count, 40);
  for (let at = 0; at < count; at += 1) {
    bytes.writeInt16LE(Math.round(8000 * Math.sin((2 * Math.PI * (200 + index) * at) / 8000)), 44 + 2 * at);
  }
  return bytes;
}

/** The graph all three get: rows of ten, each stage after two of the row before. */
function needsOf(index) {
  return index < 10 ? [] : [index - 10, index - 10 + (index % 10 === 9 ? -9 : 1)];
}

function sidestepDag(path) {
  mkdirSync(path, {recursive: true});
  const lines = Array.from({length: stages}, (_, index) => {
    const needs = needsOf(index).map((need) => `s${need}`);
    return `  s${index}: {uses: command, needs: [${needs}], with: {argv: ["true", "${index}"]}}`;
  });
  writeFileSync(join(path, 'pipeline.yaml'), `sidestep: 1\nname: dag\nstages:\n${lines.join('\n')}\n`);
  return path;
}

function peers(songs) {
  const path = join(folder, 'peers');
  const app = join(path, 'app');
  mkdirSync(app, {recursive: true});
  cpSync(join(songs, 'songs'), join(app, 'songs'), {recursive: true});
  const all = Array.from({length: stages}, (_, index) => index);
  const last = all.slice(-10);
  const names = (indices) => indices.map((index) => `s${index}`);
  const scripts = ['songs', 'all', ...names(all)];
  write(path, 'package.json', {
    name: 'peers',
    private: true,
    packageManager: 'npm@10.0.0', // Turborepo asks which kind of lock file it has to read
    workspaces: ['app'],
    dependencies: PEERS,
  });
  write(path, 'turbo.json', {
    tasks: Object.fromEntries([
      ['songs', {inputs: ['songs/**'], outputs: []}],
      ['all', {dependsOn: names(last), inputs: ['package.json'], outputs: []}],
      ...all.map((index) => [
        `s${index}`,
        {dependsOn: names(needsOf(index)), inputs: ['package.json'], outputs: []},
      ]),
    ]),
  });
  writeFileSync(join(path, '.gitignore'), 'node_modules\n.turbo\n.wireit\n');
  const appWith = (command, more) =>
    write(app, 'package.json', {
      name: 'app',
      version: '1.0.0',
      private: true,
      scripts: Object.fromEntries(scripts.map((name) => [name, command])),
      ...more,
    });
  appWith('true');
  run(['npm', 'install', '--no-audit', '--no-fund', '--silent'], path);
  run(['git', 'init', '--quiet'], path);
  measureTurbo(path);
  appWith('wireit', {
    wireit: Object.fromEntries([
      ['songs', {command: 'true', files: ['songs/**'], output: []}],
      ['all', {dependencies: names(last)}],
      ...all.map((index) => [
        `s${index}`,
        {command: 'true', files: [], output: [], dependencies: names(needsOf(index))},
      ]),
    ]),
  });
  report(`wireit, ${samples} samples fresh`, ['npm', 'run', '--silent', 'songs'], app);
  report(`wireit, ${stages} scripts fresh`, ['npm', 'run', '--silent', 'all'], app);
}

function measureTurbo(path) {
  const still = join(path, 'still');
  mkdirSync(still);
  writeFileSync(join(still, 'npm'), '#!/bin/sh\n', {mode: 0o755});
  const turbo = (task) => [
    join(path, 'node_modules/.bin/turbo'),
    'run',
    task,
    '--no-daemon',
    '--output-logs=none',
  ];
  run(turbo('all'), path, {PATH: `${still}${delimiter}${process.env.PATH}`});
  report(`turbo, ${samples} samples cached`, turbo('songs'), path);
  report(`turbo, ${stages} tasks cached`, turbo('all'), path);
}

function write(path, name, content) {
  writeFileSync(join(path, name), JSON.stringify(content));
}
