import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {ownersDir} from '../../src/cache/layout.js';
import {
  bootAround,
  isOfThisMachine,
  lifeOf,
  livingOwner,
  machineId,
  newOwner,
} from '../../src/cache/owner.js';

test('a boot has one name however long it has lasted, the next has another', () => {
  const booted = Date.UTC(2026, 10, 30, 7, 0, 0);
  const names = [
    {seconds: 1, off: 0},
    {seconds: 3600, off: 20_000},
    {seconds: 30 * 86_400, off: -20_000}, // clocks are set now and then
  ].map(({seconds, off}) => bootAround(booted + seconds * 1000 + off, seconds));
  expect(new Set(names).size).toBe(1);
  expect(bootAround(booted + 1_800_000, 600)).not.toBe(names[0]);
});

test('the name of this machine says which boot it is, on every system', () => {
  expect(machineId()).toBe(machineId());
  expect(machineId()).toMatch(/ (boot \d+|[0-9a-f-]{36}) /);
});

test('an owner of an earlier boot is watched and given up, whoever has its number now', () => {
  const root = mkdtempSync(join(tmpdir(), 'sidestep-owner-'));
  onTestFinished(() => rmSync(root, {recursive: true, force: true}));
  mkdirSync(ownersDir(root), {recursive: true});
  const now = newOwner(); // its number is that of a process that runs: this one
  const machine = now.machine.replace(/(boot \d|[0-9a-f]{3})/, 'boot 7');
  const before = {...now, id: 'before', machine};
  for (const owner of [now, before])
    writeFileSync(join(ownersDir(root), `${owner.id}.json`), JSON.stringify({...owner, beat_ms: 15_000}));
  expect(isOfThisMachine(before)).toBe(false);
  expect(lifeOf(root, 'before', () => 0)).toMatchObject({pulse: 'unsure'});
  expect(livingOwner(root, 'before', () => 90_000)).toBeUndefined();
  expect(livingOwner(root, now.id, () => 90_000)).toMatchObject({id: now.id});
});
