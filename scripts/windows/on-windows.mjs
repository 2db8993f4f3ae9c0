// What only Windows can show, tried by the program itself: `node scripts/windows/on-windows.mjs` in a checkout with an engine, or under
// Wine by check.sh. Each case prints a line; the exit code is 1 when one failed. The adapter stays as the file KEEP_ADAPTER.
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {basename, delimiter, dirname, join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const main = join(root, 'dist', 'cli', 'main.js');
/** Its taskkill ends no trees of processes. */
const UNDER_WINE = process.env.WINEPREFIX !== undefined;
const scratch = mkdtempSync(join(tmpdir(), 'sidestep windows '));

/** A project whose path has blanks and letters of other scripts, and whose objects are deeper than 260 characters. */
function project(name) {
  const folder = join(scratch, 'Müller 音楽', 'deep '.repeat(12).trim(), 'deeper '.repeat(10).trim(), name);
  mkdirSync(folder, {recursive: true});
  return folder;
}

/** Output goes to files: Wine's console mangles what goes to a pipe. */
function start(folder, words, env = {}) {
  const files = ['out', 'err'].map((name) => join(folder, `${name}.txt`));
  const [out, err] = files.map((file) => openSync(file, 'w'));
  const child = spawn(process.execPath, [main, ...words], {
    cwd: folder,
    stdio: ['ignore', out, err],
    env: {...process.env, ...env},
  });
  closeSync(out);
  closeSync(err);
  const text = () => files.map((file) => readFileSync(file, 'utf8')).join('');
  const ended = new Promise((resolve) => child.on('exit', (code) => resolve({code, text: text()})));
  return {child, ended, text};
}

const run = (folder, words, env) => start(folder, words, env).ended;

function succeeded({code, text}) {
  assert.equal(code, 0, text);
  return text;
}

function filesBelow(folder) {
  return readdirSync(folder, {recursive: true, withFileTypes: true})
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

const isAlive = (pid) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

async function until(what, condition, seconds = 120) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(50)) {
    const value = condition();
    if (value) return value;
  }
  assert.fail(`waited in vain for ${what}`);
}

/** A pipeline of one command. */
function command(folder, with_, others = '') {
  writeFileSync(
    join(folder, 'pipeline.yaml'),
    `sidestep: 1\nname: program\nstages:\n  say:\n    uses: command\n${others}    with: ${JSON.stringify(with_)}\n`,
  );
}

/** Starts a program of its own and waits for ever, as does that one. */
const PARENT = `const {spawn} = require('node:child_process');
const {writeFileSync} = require('node:fs');
const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {stdio: 'ignore'});
writeFileSync(process.argv[1], process.pid + ' ' + child.pid);
setInterval(() => {}, 1000);`;

const cases = {
  async 'the smoke pipeline runs to its exported adapters, and then comes from the cache'() {
    const folder = project('smoke');
    mkdirSync(join(folder, 'pipelines'));
    copyFileSync(join(root, 'pipelines', 'smoke.yaml'), join(folder, 'pipelines', 'smoke.yaml'));
    succeeded(await run(folder, ['run', 'pipelines/smoke.yaml', '--plain']));
    const adapters = filesBelow(join(folder, 'output')).filter((file) => file.endsWith('.safetensors'));
    assert.ok(adapters.length >= 3, `three formats, found ${adapters.join(', ')}`);
    const kept = adapters.find((file) => file.includes('comfyui'));
    if (process.env.KEEP_ADAPTER) copyFileSync(kept, process.env.KEEP_ADAPTER);
    assert.match(succeeded(await run(folder, ['run', 'pipelines/smoke.yaml', '--plain'])), /9 from cache/);
    // A forced stage replaces what the first run published.
    succeeded(await run(folder, ['run', 'pipelines/smoke.yaml', '--plain', '--force', 'export']));
  },

  async 'a program that is a .cmd file gets its words as they are'() {
    const folder = project('command');
    const bin = join(folder, 'my tools');
    mkdirSync(bin);
    writeFileSync(join(bin, 'tool.cmd'), '@echo off\r\necho %1> %2\r\n');
    command(folder, {
      argv: ['tool', 'big & small', '${outputs.text}'],
      outputs: {text: 'text.txt'},
    });
    const Path = `${bin}${delimiter}${process.env.PATH}`;
    succeeded(await run(folder, ['run', '--plain'], {PATH: Path, Path}));
    assert.equal(
      readFileSync(filesBelow(join(folder, '.sidestep', 'cache', 'objects'))[0], 'utf8').trim(),
      '"big & small"',
    );
  },

  async 'a program that is stopped takes what it started along'() {
    const folder = project('stop');
    const pids = join(folder, 'pids.txt');
    command(
      folder,
      {argv: [process.execPath, '-e', PARENT, pids], outputs: {none: 'none.txt'}},
      '    timeout: 60s\n',
    );
    assert.equal((await run(folder, ['run', '--plain'])).code, 1);
    const [program, descendant] = readFileSync(pids, 'utf8').split(' ').map(Number);
    for (const pid of UNDER_WINE ? [program] : [program, descendant])
      await until(`the end of ${pid}`, () => !isAlive(pid), 20);
  },

  async 'a worker ends with its runner, whatever ends that'() {
    const folder = project('killed');
    mkdirSync(join(folder, 'pipelines'));
    const text = readFileSync(join(root, 'pipelines', 'smoke.yaml'), 'utf8').replace(
      'epochs: 10',
      'epochs: 100000',
    );
    writeFileSync(join(folder, 'pipelines', 'long.yaml'), text);
    const runner = start(folder, ['run', 'pipelines/long.yaml', '--plain']);
    try {
      const notes = join(folder, '.sidestep', 'cache', 'tmp');
      await until('training', () => /train +started/.test(runner.text()));
      const worker = await until('the worker of train', () =>
        (existsSync(notes) ? filesBelow(notes) : [])
          .filter((file) => basename(dirname(file)) === 'children')
          .map((file) => JSON.parse(readFileSync(file, 'utf8')).pid)
          .find(isAlive),
      );
      await sleep(3000); // inside a long call by now
      runner.child.kill('SIGKILL');
      await until(`the end of worker ${worker}`, () => !isAlive(worker), 20);
    } finally {
      runner.child.kill('SIGKILL');
      await runner.ended;
    }
  },
};

let failed = 0;
const chosen = process.argv[2] ?? '';
for (const [name, body] of Object.entries(cases).filter(([name]) => name.includes(chosen))) {
  try {
    await body();
    console.log(`ok   ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL ${name}\n${error.stack}`);
  }
}
rmSync(scratch, {recursive: true, force: true, maxRetries: 20, retryDelay: 500});
process.exitCode = failed === 0 ? 0 : 1;
