import {chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {homeOf, machinesPossible, onMachine} from './machines.js';
import {type Finished, Folder} from './sidestep.js';

const pipeline = (word: string, then = 'cat') => `sidestep: 1
name: demo
stages:
  a: {uses: command, with: {argv: [sh, -c, "echo a >> ran; echo ${word} > $1", x, "\${outputs.o}"], outputs: {o: o}}}
  b: {uses: command, with: {argv: [sh, -c, "echo b >> ran; ${then} $1 > $2", x, "\${inputs.i}", "\${outputs.o}"], inputs: {i: "\${stages.a}"}, outputs: {o: o}}}
`;

function expectWords({stdout, stderr}: Finished): void {
  expect(`${stdout}\n${stderr}`).not.toMatch(/bug in sidestep|defect of sidestep|^\s+at .*:\d+:\d+\)?$/m);
}

/** What stages wrote down when they really ran. */
function ranIn(home: string): string[] {
  const log = join(home, 'ran');
  const lines = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
  rmSync(log, {force: true});
  return lines;
}

test.skipIf(!machinesPossible)(
  'two machines whose clocks are minutes apart share one folder: one computes, the other waits and takes it',
  async () => {
    const folder = new Folder();
    const home = homeOf(folder, 'shared');
    const slow = `sidestep: 1
name: demo
stages:
  a: {uses: command, with: {argv: [sh, -c, "echo a >> ran; until [ -e go ]; do sleep 0.1; done; echo apple > $1", x, "\${outputs.o}"], outputs: {o: o}}}
`;
    writeFileSync(join(home, 'p.yaml'), slow);
    const first = onMachine({host: 'm1'}, home, ['run', 'p.yaml', '--plain']);
    await expect.poll(() => existsSync(join(home, 'ran')), {timeout: 30_000, interval: 50}).toBe(true);
    const second = onMachine({host: 'm2', ahead: 200}, home, ['run', 'p.yaml', '--plain']);
    await second.shows(/waiting for process \d+ on m1/);
    writeFileSync(join(home, 'go'), '');
    for (const end of [await first.finished, await second.finished])
      expect(end, end.stderr).toMatchObject({code: 0});
    expect(ranIn(home)).toEqual(['a']);
  },
);

const alice = {host: 'm1', user: 4242};
const bob = {host: 'm2', user: 4243};

test.skipIf(!machinesPossible)(
  'what another user made can be read from his cache; writing into it is refused in words',
  async () => {
    const folder = new Folder();
    const [hers, his] = [homeOf(folder, 'alice', alice), homeOf(folder, 'bob', bob)];
    const settings = (home: string, text: string) => {
      folder.write(`${home}/.config/settings.yaml`, `cache: ${text}\n`);
    };
    for (const home of ['alice', 'bob']) folder.write(`${home}/p.yaml`, pipeline('apple'));
    settings('alice', '{}');
    expect(await onMachine(alice, hers, ['run', 'p.yaml', '--plain']).finished).toMatchObject({code: 0});
    expect(ranIn(hers)).toEqual(['a', 'b']);
    const cache = join(hers, '.sidestep/cache');

    settings('bob', `{dir: ${cache}}`);
    folder.write('bob/p.yaml', pipeline('grape'));
    const refused = await onMachine(bob, his, ['run', 'p.yaml', '--plain']).finished;
    expect(refused.code).toBe(2);
    expectWords(refused);
    expect(refused.stdout + refused.stderr).toMatch(/cache\/not-writable/);
    expect(refused.stdout + refused.stderr).toMatch(/belongs to another user \(number 4242\).*cache\.from/s);

    const before = treeOf(cache);
    settings('bob', `{from: [${cache}]}`);
    folder.write('bob/p.yaml', pipeline('apple'));
    const taken = await onMachine(bob, his, ['run', 'p.yaml', '--plain']).finished;
    expect(taken, taken.stderr).toMatchObject({code: 0});
    expect(ranIn(his)).toEqual([]);

    folder.write('bob/p.yaml', pipeline('apple', 'tr a-z A-Z <'));
    const further = await onMachine(bob, his, ['run', 'p.yaml', '--plain']).finished;
    expect(further, further.stderr).toMatchObject({code: 0});
    expect(further.stdout + further.stderr).toMatch(/fetched 1 file/);
    expect(ranIn(his)).toEqual(['b']); // a's output was copied, checked and read
    const copies = objectsIn(join(his, '.sidestep/cache')).filter(
      (path) => readFileSync(path, 'utf8') === 'apple\n',
    );
    expect(copies).toHaveLength(1);
    expect(statSync(copies[0]!)).toMatchObject({uid: 4243, nlink: 1}); // his own, whatever she does with hers
    expect(treeOf(cache)).toEqual(before); // nothing was written there

    const [apple] = objectsIn(cache).filter((path) => readFileSync(path, 'utf8') === 'apple\n');
    rmSync(join(his, '.sidestep'), {recursive: true});
    rmSync(apple!);
    writeFileSync(apple!, 'ample\n'); // a disk that errs, in her cache
    const damaged = await onMachine(bob, his, ['run', 'p.yaml', '--plain']).finished;
    expect(damaged, damaged.stderr).toMatchObject({code: 0});
    expect(damaged.stdout + damaged.stderr).toMatch(/cache\/source-damaged/);
    expect(ranIn(his)).toEqual(['a', 'b']);

    settings('bob', '{from: [/nowhere/cache]}');
    const nowhere = await onMachine(bob, his, ['plan', 'p.yaml']).finished;
    expect(nowhere).toMatchObject({code: 0, stderr: expect.stringContaining('cache/source-missing')});
  },
);

test.skipIf(!machinesPossible)(
  'a group writes into one cache, whatever its members keep to themselves',
  async () => {
    const folder = new Folder();
    const members = [
      {host: 'm1', user: 4242, group: 5000, umask: '077'},
      {host: 'm2', user: 4243, group: 5000, umask: '027'},
    ] as const;
    chmodSync(homeOf(folder, 'lab', {user: 4242, group: 5000}), 0o2775);
    const cache = folder.file('lab/cache');
    const homes = members.map((member, i) => homeOf(folder, `member-${i}`, member));
    homes.forEach((_home, i) => {
      folder.write(`member-${i}/p.yaml`, pipeline('apple'));
      folder.write(`member-${i}/.config/settings.yaml`, `cache: {dir: ${cache}, sharing: group}\n`);
    });
    for (const [i, member] of members.entries()) {
      folder.write(`member-${i}/p.yaml`, pipeline('apple', i === 0 ? 'cat' : 'tr a-z A-Z <'));
      const end = await onMachine(member, homes[i]!, ['run', 'p.yaml', '--plain']).finished;
      expect(end, end.stderr + end.stdout).toMatchObject({code: 0});
    }
    expect(ranIn(homes[0]!)).toEqual(['a', 'b']);
    expect(ranIn(homes[1]!)).toEqual(['b']);
    const again = await onMachine(members[0], homes[0]!, ['run', 'p.yaml', '--plain', '--force', 'a'])
      .finished;
    expect(again, again.stderr + again.stdout).toMatchObject({code: 0});
    const gc = await onMachine(members[1], homes[1]!, ['cache', 'gc']).finished;
    expect(gc, gc.stderr).toMatchObject({code: 0});
    expectWords(gc);
  },
);

function objectsIn(cache: string): string[] {
  const shelf = join(cache, 'objects');
  return readdirSync(shelf).flatMap((name) =>
    readdirSync(join(shelf, name)).map((hash) => join(shelf, name, hash)),
  );
}

function treeOf(cache: string): string[] {
  return (readdirSync(cache, {recursive: true}) as string[])
    .map((name) => `${name} ${statSync(join(cache, name)).mtimeMs}`)
    .sort();
}
