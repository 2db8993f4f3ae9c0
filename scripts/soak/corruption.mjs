// A bad disk, a stray program: files below .sidestep are flipped, swapped, cut or removed; runs never give wrong bytes.
import {chmodSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync} from 'node:fs';
import {join, relative} from 'node:path';
import {expectNothingLeft, expectResults, expectSuccess, expectWords, filesBelow} from './project.mjs';
import {chanceOf} from './random.mjs';

export async function corruptionRound({seed, project, world}) {
  const chance = chanceOf(seed);
  project.write('first');
  expectSuccess(await project.run());
  const did = [];
  // The other pipeline reads what this one left; then `verify`; then the first once more.
  for (const variant of ['second', 'first']) {
    for (let times = chance.between(1, 6); times > 0; times -= 1) did.push(damage(project, chance));
    if (chance.happens(0.5)) rmSync(join(project.path, 'exported'), {recursive: true, force: true});
    project.write(variant);
    try {
      expectSuccess(await project.run());
      expectResults(project.results(), world.references[variant].results);
      expectWords(await project.command(['cache', 'verify']));
      expectSuccess(await project.command(['cache', 'verify']));
    } catch (error) {
      error.message = `after ${did.join(', ')}: ${error.message}`;
      throw error;
    }
  }
  expectSuccess(await project.run());
  expectResults(project.results(), world.references.first.results);
  await expectNothingLeft(project);
  return {did: did.join(', '), cases: did.length};
}

const WAYS = {
  /** One bit, with size and time as they were. */
  flip: (path, chance) =>
    rewrite(path, (bytes) => {
      if (bytes.length > 0) bytes[chance.below(bytes.length)] ^= 1 << chance.below(8);
      return bytes;
    }),
  cut: (path, chance) => rewrite(path, (bytes) => bytes.subarray(0, chance.below(bytes.length + 1))),
  fill: (path) => rewrite(path, (bytes) => bytes.fill(0)),
  grow: (path) => rewrite(path, (bytes) => Buffer.concat([bytes, Buffer.from('more')])),
  remove: (path) => rmSync(path),
  swap: (path, chance, others) => {
    const other = chance.pick(others);
    if (other === path) return;
    renameSync(path, `${path}.swapping`);
    renameSync(other, path);
    renameSync(`${path}.swapping`, other);
  },
};

/** In words what it did. Run records are not read by runs; damaging them shows nothing. */
function damage(project, chance) {
  const files = filesBelow(join(project.path, '.sidestep')).filter((path) => !path.includes('/runs/'));
  const groups = groupBy(files, kindOf);
  const group = chance.pick([...groups.keys()].sort());
  const path = chance.pick(groups.get(group));
  const way = chance.pick(Object.keys(WAYS));
  WAYS[way](path, chance, groups.get(group));
  return `${way} ${relative(project.path, path)}`;
}

function groupBy(files, kind) {
  const groups = new Map();
  for (const file of files) groups.set(kind(file), [...(groups.get(kind(file)) ?? []), file]);
  return groups;
}

/** Objects, entries, trees, index, state files: so that many objects do not hide the few others. */
function kindOf(path) {
  return /\.sidestep\/(cache\/)?[^/]+/.exec(path)[0];
}

/** As a disk does it: time and permissions stay. A hard link changes with its other names. */
function rewrite(path, change) {
  const {atime, mtime, mode} = statSync(path);
  chmodSync(path, 0o644);
  writeFileSync(path, change(readFileSync(path)));
  utimesSync(path, atime, mtime);
  chmodSync(path, mode & 0o777);
}
