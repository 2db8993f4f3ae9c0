import {existsSync, readdirSync, readFileSync, rmSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {homeOf, machinesPossible, onMachine} from './machines.js';
import {nginxPossible, startNginx} from './nginx.js';
import {type Finished, Folder} from './sidestep.js';

const pipeline = (then = 'cat') => `sidestep: 1
name: demo
stages:
  a: {uses: command, with: {argv: [sh, -c, "echo a >> ran; echo apple > $1", x, "\${outputs.o}"], outputs: {o: o}}}
  b: {uses: command, with: {argv: [sh, -c, "echo b >> ran; ${then} $1 > $2", x, "\${inputs.i}", "\${outputs.o}"], inputs: {i: "\${stages.a}"}, outputs: {o: o}}}
`;

function ranIn(home: string): string[] {
  const log = join(home, 'ran');
  const lines = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
  rmSync(log, {force: true});
  return lines;
}

const said = ({stdout, stderr}: Finished) => stdout + stderr;

/** Every file of a project, and what was printed: nowhere is a password. */
function expectNoSecret(home: string, ...finished: Finished[]): void {
  const files = (readdirSync(home, {recursive: true}) as string[]).map((name) => join(home, name));
  const texts = files.filter((path) => statSync(path).isFile()).map((path) => readFileSync(path, 'latin1'));
  for (const text of [...texts, ...finished.map(said)]) {
    expect(text).not.toMatch(/writer:store|reader:look/);
    expect(text).not.toContain(Buffer.from('writer:store').toString('base64'));
  }
}

test.skipIf(!(machinesPossible && nginxPossible))(
  'two machines, two users, one server: the second computes nothing; without the server all goes on',
  async () => {
    const folder = new Folder();
    const [alice, bob] = [
      {host: 'm1', user: 4242},
      {host: 'm2', user: 4243},
    ] as const;
    const [hers, his] = [homeOf(folder, 'alice', alice), homeOf(folder, 'bob', bob)];
    const nginx = await startNginx(folder.file('nginx'));
    const settings = (home: string, mode: string) =>
      folder.write(
        `${home}/.config/settings.yaml`,
        `cache: {remote: {url: "${nginx.url}", mode: ${mode}, token_env: CACHE_TOKEN, timeout: 5}}\n`,
      );
    const run = (who: typeof alice | typeof bob, home: string, token: string, ...args: string[]) =>
      onMachine(who, home, args, {CACHE_TOKEN: token}).finished;
    for (const home of ['alice', 'bob']) folder.write(`${home}/p.yaml`, pipeline());
    settings('alice', 'read_write');
    settings('bob', 'read');

    const first = await run(alice, hers, 'writer:store', 'run', 'p.yaml', '--plain');
    expect(first, said(first)).toMatchObject({code: 0});
    expect(ranIn(hers)).toEqual(['a', 'b']);
    expect(readdirSync(join(nginx.store, 'main')).sort()).toEqual(['entries', 'objects']);

    const second = await run(bob, his, 'reader:look', 'run', 'p.yaml', '--plain');
    expect(second, said(second)).toMatchObject({code: 0});
    expect(ranIn(his)).toEqual([]);

    folder.write('bob/p.yaml', pipeline('tr a-z A-Z <'));
    const planned = await run(bob, his, 'reader:look', 'plan', 'p.yaml');
    expect(planned.stdout).toContain(`fetches 1 file, 6 B, from ${nginx.url}`);
    const document = JSON.parse((await run(bob, his, 'reader:look', 'status', 'p.yaml', '--json')).stdout);
    expect(document.fetch).toEqual({objects: 1, bytes: 6, from: [nginx.url]});
    const further = await run(bob, his, 'reader:look', 'run', 'p.yaml', '--plain');
    expect(further, said(further)).toMatchObject({code: 0});
    expect(ranIn(his)).toEqual(['b']);
    expect(said(further)).toContain('fetched 1 file, 6 B');

    settings('bob', 'read_write'); // but the password is the reader's
    const refused = await run(bob, his, 'reader:look', 'cache', 'push', '--for', 'p.yaml');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/cache\/remote-no-right.*CACHE_TOKEN/s);
    const pushed = await run(bob, his, 'writer:store', 'cache', 'push', '--for', 'p.yaml');
    expect(pushed, said(pushed)).toMatchObject({code: 0});
    expect(pushed.stdout).toMatch(/stored/);
    folder.write('alice/p.yaml', pipeline('tr a-z A-Z <'));
    const pulled = await run(alice, hers, 'writer:store', 'cache', 'pull', '--for', 'p.yaml', '--json');
    expect(pulled, said(pulled)).toMatchObject({code: 0});
    expect(JSON.parse(pulled.stdout)).toMatchObject({
      kind: 'cache_transfer',
      files: 1,
      missing_files: 0,
      problems: [],
    });

    await nginx.stop();
    const offline = await run(alice, hers, 'writer:store', 'run', 'p.yaml', '--plain');
    expect(offline, said(offline)).toMatchObject({code: 0}); // what was pulled is here
    expect(ranIn(hers)).toEqual([]);
    rmSync(join(his, '.sidestep'), {recursive: true});
    const alone = await run(bob, his, 'writer:store', 'run', 'p.yaml', '--plain');
    expect(alone, said(alone)).toMatchObject({code: 0});
    expect(ranIn(his)).toEqual(['a', 'b']);
    expect(said(alone).match(/cache\/remote-unreachable/g)).toHaveLength(1);
    expect(said(alone)).toContain('nothing listens there');
    expectNoSecret(hers, first, pulled, offline);
    expectNoSecret(his, second, planned, further, refused, pushed, alone);
  },
);

test.skipIf(!nginxPossible)(
  'a branch stores into a namespace of its own, and main does not read it',
  async () => {
    const folder = new Folder({'p.yaml': pipeline()});
    const nginx = await startNginx(folder.file('nginx'));
    folder.write(
      '.config/settings.yaml',
      `cache: {remote: {url: "${nginx.url}", mode: read_write, token_env: T, read_namespaces: [main]}}\n`,
    );
    const env = {T: 'writer:store'};
    const branch = await folder.run(['run', 'p.yaml', '--plain'], {
      ...env,
      SIDESTEP_CACHE_NAMESPACE: 'feature/x y',
    });
    expect(branch, said(branch)).toMatchObject({code: 0});
    expect(readdirSync(nginx.store)).toEqual(['feature-x-y']);
    rmSync(folder.file('.sidestep'), {recursive: true});
    ranIn(folder.path);
    const main = await folder.run(['run', 'p.yaml', '--plain'], env);
    expect(main, said(main)).toMatchObject({code: 0});
    expect(ranIn(folder.path)).toEqual(['a', 'b']);
    expect(readdirSync(nginx.store).sort()).toEqual(['feature-x-y', 'main']);
  },
);

test('a remote cache without an address that can be one, or with a password in it, is refused with its place', async () => {
  const folder = new Folder({'p.yaml': pipeline()});
  for (const url of ['ftp://x/y', 'https://anna:secret@x/y']) {
    folder.write('.config/settings.yaml', `cache: {remote: {url: "${url}"}}\n`);
    const refused = await folder.run(['plan', 'p.yaml']);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/settings\.yaml:1:/);
  }
  folder.write('.config/settings.yaml', '{}\n');
  const nowhere = await folder.run(['cache', 'push', '--for', 'p.yaml']);
  expect(nowhere).toMatchObject({code: 2, stderr: expect.stringContaining('cache/no-remote')});
});
