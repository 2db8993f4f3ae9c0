import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {temporaryFolder} from '../temporary-folder.js';
import {outputText, pipelineOf, ref, run, shell} from './rig.js';

const memory = '/dev/shm';
const possible = existsSync(memory) && statSync(memory).dev !== statSync(tmpdir()).dev;

test.skipIf(!possible).each(['objects', 'trees', 'tmp', 'partial', 'entries', 'claims', 'owners', 'roots'])(
  'a cache whose %s somebody moved to another disk, with a link in its place, works on',
  async (part) => {
    const dir = await temporaryFolder();
    const elsewhere = mkdtempSync(join(memory, 'sidestep-test-'));
    onTestFinished(() => rmSync(elsewhere, {recursive: true, force: true}));
    mkdirSync(join(dir, '.sidestep/cache'), {recursive: true});
    symlinkSync(elsewhere, join(dir, '.sidestep/cache', part));
    const pipeline = pipelineOf(dir, {
      a: shell('mkdir "$1"; echo one > "$1/a"; echo two > "$1/b"', {outputs: {o: 'o'}}),
      b: shell('cat "$1/a" "$1/b" > "$2"', {inputs: {i: ref('a', 'o')}, outputs: {o: 'o'}}),
      c: {uses: 'test.count', params: {epochs: 2, log: join(dir, 'log')}},
    });
    const report = await run(pipeline);
    expect(report.outcome, JSON.stringify(report.events.filter(({kind}) => kind === 'stage_finished'))).toBe(
      'done',
    );
    expect(outputText(report, 'b')).toBe('one\ntwo\n');
    expect((await run(pipeline)).events.filter(({kind}) => kind === 'stage_started')).toEqual([]);
    const left = readdirSync(join(dir, '.sidestep'), {recursive: true}).filter((name) =>
      String(name).endsWith('.tmp'),
    );
    expect(left).toEqual([]);
    expect(readFileSync(join(dir, 'log'), 'utf8')).toBe('1\n2\n');
  },
);
