import {mkdirSync, openSync, symlinkSync, writeFileSync, writeSync} from 'node:fs';
import {constants} from 'node:os';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {accidentOf} from '../../src/base/accident.js';
import {isFileError} from '../../src/base/durable.js';
import {makeFolder, makeFolderSync} from '../../src/base/make-folder.js';
import {callAfter, pause} from '../../src/base/timer.js';
import {temporaryFolder} from '../temporary-folder.js';

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return expect.fail('nothing was thrown');
}

test('what the system really refuses is reported with its path, its word and what to do', async () => {
  const folder = await temporaryFolder();
  writeFileSync(join(folder, 'file'), '');
  const refused = {
    'run/disk-full': () => writeSync(openSync('/dev/full', 'w'), 'x'),
    'run/file-gone': () => openSync(join(folder, 'none'), 'r'),
    'run/not-a-folder': () => openSync(join(folder, 'file/x'), 'r'),
    'run/is-a-folder': () => openSync(folder, 'w'),
    'run/name-too-long': () => mkdirSync(join(folder, 'x'.repeat(300))),
  };
  for (const [code, act] of Object.entries(refused)) {
    const problem = accidentOf(thrownBy(act));
    expect(problem).toMatchObject({code, hint: expect.stringMatching(/./)});
    expect(problem?.message).toMatch(/\((ENOSPC|ENOENT|ENOTDIR|EISDIR|ENAMETOOLONG)\)$/);
    if (code !== 'run/disk-full') expect(problem?.message).toContain(folder);
  }
});

test('memory that is not there is an accident too', () => {
  const error = thrownBy(() => new ArrayBuffer(2 ** 52));
  expect(accidentOf(error)).toMatchObject({
    code: 'run/out-of-memory',
    message: expect.stringContaining('Array buffer allocation failed'),
  });
  expect(accidentOf(new RangeError('Invalid typed array length: -1'))).toBeUndefined();
});

test('a number without a name in Node is known all the same', () => {
  const message = 'Unknown system error -122: Unknown system error -122, write';
  const error = Object.assign(new Error(message), {
    errno: -122,
    code: 'Unknown system error -122',
    syscall: 'write',
  });
  expect(accidentOf(error)).toMatchObject({
    code: 'run/disk-full',
    message: expect.stringContaining('EDQUOT'),
  });
  expect(isFileError(error, 'EDQUOT')).toBe(true);
});

test('every number of the system is an accident; an error of a program is none', () => {
  for (const [code, errno] of Object.entries(constants.errno)) {
    const error = Object.assign(new Error(code), {code, errno: -errno, syscall: 'open', path: '/x'});
    expect(accidentOf(error)?.message, code).toContain('/x');
  }
  for (const error of [new TypeError('x'), Object.assign(new Error('x'), {code: 'ERR_OUT_OF_RANGE'}), 'text'])
    expect(accidentOf(error)).toBeUndefined();
});

test('a folder is made with what it is in, or the real reason is told, and below /proc it ends', async () => {
  const folder = await temporaryFolder();
  await makeFolder(join(folder, 'a/b/c'));
  makeFolderSync(join(folder, 'a/b/d/e'));
  await Promise.all(Array.from({length: 20}, () => makeFolder(join(folder, 'p/q/r'))));
  symlinkSync(join(folder, 'nowhere'), join(folder, 'link'));
  writeFileSync(join(folder, 'file'), '');
  for (const [path, code] of [
    ['/proc/nope/x', 'ENOENT'],
    [join(folder, 'file/x'), 'ENOTDIR'],
  ] as const) {
    expect(isFileError(await makeFolder(path).catch((error: unknown) => error), code)).toBe(true);
    expect(
      isFileError(
        thrownBy(() => makeFolderSync(path)),
        code,
      ),
    ).toBe(true);
  }
  const dangling = await makeFolder(join(folder, 'link/x')).catch((error: unknown) => error);
  expect(accidentOf(dangling)?.code).toMatch(/^run\//);
});

test('a timer of any length waits; a short one with a fraction comes', async () => {
  const warnings: Error[] = [];
  process.on('warning', (warning) => warnings.push(warning));
  const long = [2 ** 31, 50 * 86_400_000, 1e14].map((ms) => callAfter(ms, () => expect.fail('came at once')));
  await pause(50.7);
  for (const takeBack of long) takeBack();
  expect(warnings.filter(({name}) => name === 'TimeoutOverflowWarning')).toEqual([]);
});
