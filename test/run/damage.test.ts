import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import {dirname, join} from 'node:path';
import {expect, test} from 'vitest';
import {contentHash} from '../../src/base/hash.js';
import {objectPath, treeDir} from '../../src/cache/layout.js';
import {openCache} from '../../src/cache/open.js';
import {verifyCache} from '../../src/cache/verify.js';
import {temporaryFolder} from '../temporary-folder.js';
import {outputText, pipelineOf, ref, run, shell} from './rig.js';

/** Other bytes of the same length in the same file, with the time it had: as a bad disk leaves it. */
function flip(path: string): void {
  const {mtime, atime, mode} = statSync(path);
  chmodSync(path, 0o644);
  const bytes = readFileSync(path);
  bytes[0]! ^= 1;
  writeFileSync(path, bytes);
  utimesSync(path, atime, mtime);
  chmodSync(path, mode & 0o777);
}

function flipObject(dir: string, text: string): void {
  flip(objectPath(cacheOf(dir), contentHash(text)));
}

const cacheOf = (dir: string) => join(dir, '.sidestep/cache');

/** `a` leaves a text, `b` copies it, `c` copies that; `made` notes which programs really ran. */
function chain(dir: string, {version = '', of = 'apple'}: {version?: string; of?: string} = {}) {
  const note = (name: string) => `echo ${name} >> '${dir}/made'; `;
  return pipelineOf(dir, {
    a: shell(`${note('a')}printf ${of} > "$1"`),
    b: shell(`${note('b')}cat "$1" > "$2"`, {inputs: {i: ref('a')}, version}),
    c: shell(`${note('c')}cat "$1" > "$2"; printf ! >> "$2"`, {inputs: {i: ref('b')}}),
  });
}

const made = (dir: string) => {
  const names = existsSync(join(dir, 'made'))
    ? readFileSync(join(dir, 'made'), 'utf8').trim().split('\n')
    : [];
  rmSync(join(dir, 'made'), {force: true});
  return names;
};

const evictions = (events: readonly {kind: string}[]) => events.filter(({kind}) => kind === 'object_evicted');

test('a flipped object is found before a stage reads it, told, and computed again', async () => {
  const dir = await temporaryFolder();
  await run(chain(dir));
  made(dir);
  flipObject(dir, 'apple');
  const report = await run(chain(dir, {version: '2'})); // b has to run and reads what a left
  expect(outputText(report, 'b')).toBe('apple');
  expect(outputText(report, 'c')).toBe('apple!');
  expect(evictions(report.events)).toEqual([
    {kind: 'object_evicted', object: contentHash('apple'), reason: 'wrong_hash'},
  ]);
  expect(made(dir).slice(0, 2)).toEqual(['a', 'b']);
});

test('what is damaged further up, and has to be read for what is damaged below it, is computed again in the same run', async () => {
  const dir = await temporaryFolder();
  const pipeline = (version: string) =>
    pipelineOf(dir, {
      a: shell(`echo a >> '${dir}/made'; printf apple > "$1"`),
      b: shell(`echo b >> '${dir}/made'; cat "$1" > "$2"`, {inputs: {i: ref('a')}}), // of the same bytes as a
      c: shell(`echo c >> '${dir}/made'; cat "$1" > "$2"; printf ! >> "$2"`, {
        inputs: {i: ref('b')},
        version,
      }),
    });
  await run(pipeline('1'));
  made(dir);
  flipObject(dir, 'apple');
  const report = await run(pipeline('2')); // c has to run, and reads what b left, which is made of what a left
  expect(report.by).toMatchObject({a: {kind: 'succeeded'}, b: {kind: 'succeeded'}, c: {kind: 'succeeded'}});
  expect(outputText(report, 'c')).toBe('apple!');
  expect(made(dir)).toEqual(['a', 'b', 'c']);
});

test('two objects that were swapped are both found', async () => {
  const dir = await temporaryFolder();
  await run(chain(dir));
  await run(chain(dir, {of: 'grape'}));
  const [apple, grape] = ['apple', 'grape'].map((text) => objectPath(cacheOf(dir), contentHash(text)));
  renameSync(apple!, `${apple}.x`);
  renameSync(grape!, apple!);
  renameSync(`${apple}.x`, grape!);
  for (const of of ['apple', 'grape']) {
    const report = await run(chain(dir, {of, version: '2'}));
    expect(outputText(report, 'c')).toBe(`${of}!`);
  }
});

test('a damaged object that no one reads costs nothing', async () => {
  const dir = await temporaryFolder();
  await run(chain(dir));
  made(dir);
  flipObject(dir, 'apple');
  expect((await run(chain(dir))).ran).toEqual([]);
  expect(made(dir)).toEqual([]);
});

test('what is in the place of an object and is a link is no object', async () => {
  const dir = await temporaryFolder();
  await run(chain(dir));
  const path = objectPath(cacheOf(dir), contentHash('apple'));
  rmSync(path);
  writeFileSync(join(dir, 'elsewhere'), 'apple');
  symlinkSync(join(dir, 'elsewhere'), path);
  const report = await run(chain(dir, {version: '2'}));
  expect(outputText(report, 'c')).toBe('apple!');
  expect(evictions(report.events)).toHaveLength(1);
  expect(readFileSync(join(dir, 'elsewhere'), 'utf8')).toBe('apple');
});

/** `tree` leaves a folder, `use` lists what is in it with its bytes. */
function folder(dir: string, version = '') {
  return pipelineOf(dir, {
    tree: shell('mkdir "$1" "$1/sub"; printf one > "$1/a"; printf two > "$1/sub/b"'),
    use: shell('cd "$1"; find . -type f | sort | xargs tail -n +1 > "$2"', {
      inputs: {i: ref('tree')},
      version,
    }),
  });
}

const RIGHT = '==> ./a <==\none\n==> ./sub/b <==\ntwo';

test.each([
  {name: 'a file was flipped through the folder', harm: (tree: string) => flip(join(tree, 'a'))},
  {name: 'a file was removed', harm: (tree: string) => rmSync(join(tree, 'sub/b'))},
  {name: 'a file was added', harm: (tree: string) => writeFileSync(join(tree, 'c'), 'three')},
  {
    name: 'a file was replaced by another of its size',
    harm: (tree: string) => {
      rmSync(join(tree, 'a'));
      writeFileSync(join(tree, 'a'), 'eno');
    },
  },
  {
    name: 'a file was replaced by a link',
    harm: (tree: string) => {
      rmSync(join(tree, 'a'));
      symlinkSync('sub/b', join(tree, 'a'));
    },
  },
  {
    name: 'it is a file itself',
    harm: (tree: string) => {
      rmSync(tree, {recursive: true});
      writeFileSync(tree, 'x');
    },
  },
])('the folder of a tree is put together again when $name', async ({harm}) => {
  const dir = await temporaryFolder();
  const first = await run(folder(dir));
  expect(outputText(first, 'use')).toBe(RIGHT);
  const tree = join(cacheOf(dir), 'trees', readdirSync(join(cacheOf(dir), 'trees'))[0]!);
  harm(tree);
  expect(outputText(await run(folder(dir, '2')), 'use')).toBe(RIGHT);
  harm(tree);
  await verifyCache(openCache(cacheOf(dir)), () => {});
  expect((await verifyCache(openCache(cacheOf(dir)), () => {})).evicted).toEqual([]);
  expect(outputText(await run(folder(dir, '3')), 'use')).toBe(RIGHT);
});

test('verify heals: what was damaged, and what was made from it, is computed again, to the right bytes', async () => {
  const dir = await temporaryFolder();
  await run(chain(dir));
  made(dir);
  flipObject(dir, 'apple');
  const report = await verifyCache(openCache(cacheOf(dir)), () => {});
  expect(report.evicted).toEqual([{hash: contentHash('apple'), reason: 'wrong_hash'}]);
  expect(report.incomplete.map(({parts}) => parts.uses)).toEqual(['command', 'command']); // a and b left the same bytes
  expect(report.suspect.length).toBeGreaterThan(0);
  expect(outputText(await run(chain(dir)), 'c')).toBe('apple!');
  expect(made(dir)).toEqual(['a', 'b', 'c']);
  expect(await verifyCache(openCache(cacheOf(dir)), () => {})).toMatchObject({
    evicted: [],
    trees: [],
    junk_entries: 0,
    incomplete: [],
    suspect: [],
  });
});

test('a damaged JSON output is seen by the plan already', async () => {
  const dir = await temporaryFolder();
  const pipeline = (version: string) =>
    pipelineOf(dir, {
      a: shell('printf \'{"n": 1}\' > "$1"', {outputs: {out: 'out.json'}}),
      b: shell('cat "$1" > "$2"', {inputs: {i: ref('a')}, version}),
    });
  await run(pipeline('1'));
  flipObject(dir, '{"n": 1}');
  const report = await run(pipeline('1'));
  expect(report.ran).toContain('a');
  expect(evictions(report.events)).toHaveLength(1);
  expect(outputText(await run(pipeline('2')), 'b')).toBe('{"n": 1}');
});

test.each([
  {name: 'a path that climbs out', from: '"name":"out.txt"', to: '"name":"../../../PWN.txt"'},
  {name: 'an absolute path', from: '"name":"out.txt"', to: '"name":"/tmp/PWN.txt"'},
  {name: 'one other letter', from: '"name":"out.txt"', to: '"name":"oot.txt"'},
  {name: 'no outputs', from: /"outputs":\{.*?\}\},/, to: ''},
  {name: 'the start alone', from: /,"made_by".*/, to: '}'},
  {name: 'null', from: /.*/s, to: 'null'},
  {name: 'nothing', from: /.*/s, to: ''},
])('an entry with $name is no entry', async ({from, to}) => {
  const dir = await temporaryFolder();
  await run(chain(dir));
  made(dir);
  const root = cacheOf(dir);
  const entries = readdirSync(join(root, 'entries'), {recursive: true, encoding: 'utf8'}).filter((name) =>
    name.endsWith('.json'),
  );
  for (const path of [...entries.map((name) => join(root, 'entries', name)), join(root, 'index.jsonl')])
    writeFileSync(
      path,
      readFileSync(path, 'utf8')
        .split('\n')
        .map((line) => line.replace(from, to))
        .join('\n'),
    );
  expect(await verifyCache(openCache(root), () => {})).toMatchObject({entries: 0, junk_entries: 3});
  expect(outputText(await run(chain(dir)), 'c')).toBe('apple!');
  expect(made(dir)).toEqual(['a', 'b', 'c']);
});

test.each([
  {name: 'null', text: 'null'},
  {name: 'a bare object', text: '{}'},
  {name: 'a list', text: '[]'},
  {name: 'nothing', text: ''},
  {name: 'bytes of no kind', text: '\u0000\uFFFD{"'},
  {name: 'objects in objects', text: '{"a":{"b":null},"stages":{"a":null},"checksum":"","state":null}'},
])('files that only save time hold $name: the run does the work again, and no more', async ({text}) => {
  const dir = await temporaryFolder();
  await run(chain(dir));
  const state = join(dir, '.sidestep');
  const files = [
    'file-hashes.json',
    'published.json',
    'devices.json',
    'forecasts.json',
    'rates.json',
    'cache/checked.json',
  ]
    .concat(readdirSync(join(state, 'last')).map((name) => `last/${name}`))
    .concat(['cache/memory/sounds-1.json', 'cache/owners/x.json', 'cache/tmp/x/children/y.json'])
    .concat([
      'cache/roots/z.json',
      'cache/tmp/stray',
      'cache/partial/stray',
      'cache/trees/stray',
      'cache/index.jsonl',
    ])
    .concat(['cache/FORMAT', 'cache/objects/stray', 'cache/entries/stray', 'cache/claims/store/stray']);
  for (const file of files) {
    mkdirSync(dirname(join(state, file)), {recursive: true});
    writeFileSync(join(state, file), text);
  }
  const report = await run(chain(dir, {version: '2'}));
  expect(outputText(report, 'c')).toBe('apple!');
  expect(readFileSync(join(state, 'cache/FORMAT'), 'utf8')).toBe('1\n');
  await verifyCache(openCache(join(state, 'cache')), () => {});
});

test('a tree whose objects were evicted is not used from its folder', async () => {
  const dir = await temporaryFolder();
  await run(folder(dir));
  flipObject(dir, 'one'); // through the object: the folder's link shows the same damage
  const trees = readdirSync(join(cacheOf(dir), 'trees'));
  await verifyCache(openCache(cacheOf(dir)), () => {});
  expect(existsSync(treeDir(cacheOf(dir), trees[0] as never))).toBe(false);
  expect(outputText(await run(folder(dir, '2')), 'use')).toBe(RIGHT);
});

test('stages that need one folder at the same time get it', async () => {
  const dir = await temporaryFolder();
  const readers = Object.fromEntries(
    ['p', 'q', 'r', 's'].map((name) => [
      name,
      shell(`cat "$1/a" > "$2"; echo ${name} >> "$2"`, {inputs: {i: ref('tree')}}),
    ]),
  );
  const files = Array.from({length: 40}, (_, index) => `printf one > "$1/f${index}"`).join('; ');
  const report = await run(
    pipelineOf(dir, {tree: shell(`mkdir "$1"; printf one > "$1/a"; ${files}`), ...readers}),
    {options: {jobs: 4}},
  );
  for (const name of ['p', 'q', 'r', 's']) expect(outputText(report, name)).toBe(`one${name}\n`);
});
