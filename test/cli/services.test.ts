import {existsSync, readFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {expect, test} from 'vitest';
import {Folder} from './sidestep.js';

/** A server that leaves its process id and a child's, so that a test can look for them afterwards. */
const server = `import {spawn} from 'node:child_process';
import {createServer} from 'node:http';
import {writeFileSync} from 'node:fs';
const [port, name, late = '0'] = process.argv.slice(2);
const child = spawn('sleep', ['300'], {stdio: 'ignore'});
writeFileSync(name + '.pid', process.pid + ' ' + child.pid);
setTimeout(() => createServer((request, response) => response.end('hello of ' + name)).listen(Number(port), '127.0.0.1', () => console.log('I listen')), Number(late));
`;
const client = `import {writeFileSync} from 'node:fs';
const texts = [];
for (const port of process.argv.slice(3)) texts.push(await (await fetch('http://127.0.0.1:' + port)).text());
writeFileSync(process.argv[2], texts.join('\\n'));
`;

async function freePort(): Promise<number> {
  const socket = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => socket.once('listening', resolve));
  const {port} = socket.address() as {port: number};
  await new Promise((resolve) => socket.close(resolve));
  return port;
}

interface Wanted {
  readonly services: object;
  readonly argv?: readonly unknown[];
  /** A further stage that runs the same once more. */
  readonly again?: 'again';
}

function folderWith({services, argv = ['sleep', 60], again}: Wanted): Folder {
  const ask = {uses: 'command', with: {argv, outputs: {out: 'out.txt'}, services}};
  const stages = {
    ask,
    ...(again && {again: {...ask, needs: ['ask'], with: {...ask.with, version: 'again'}}}),
  };
  return new Folder({
    'pipeline.yaml': JSON.stringify({sidestep: 1, stages}),
    'server.mjs': server,
    'client.mjs': client,
  });
}

/** Of the pids that servers left, those of processes that are still there. */
function left(folder: Folder, ...names: readonly string[]): number[] {
  const pids = names.flatMap((name) => folder.read(`${name}.pid`).split(' ').map(Number));
  return pids.filter((pid) => {
    try {
      return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8')); // what is dead may still wait for its parent
    } catch {
      return false;
    }
  });
}

const serverOn = (port: number, name: string, ...more: readonly unknown[]) => [
  process.execPath,
  'server.mjs',
  port,
  name,
  ...more,
];

test('services are ready before the command starts, and gone with all they started when it has ended', async () => {
  const [a, b, c] = [await freePort(), await freePort(), await freePort()];
  const folder = folderWith({
    again: 'again', // the same run finds every port free once more
    argv: [process.execPath, 'client.mjs', '${outputs.out}', a, b, c],
    services: {
      slow: {argv: serverOn(a, 'slow', 700), ready: {port: a}},
      web: {argv: serverOn(b, 'web', 300), ready: {url: `http://127.0.0.1:${b}/`}},
      words: {argv: serverOn(c, 'words', 300), ready: {line: 'I listen'}},
    },
  });
  const ran = await folder.run(['run', '--plain']);
  expect(ran.code, ran.stdout + ran.stderr).toBe(0);
  expect(left(folder, 'slow', 'web', 'words')).toEqual([]);
  const again = await folder.run(['run', '--plain']);
  expect(again.stdout).toMatch(/from cache|nothing to do|up to date/i); // a cached command starts no service
});

test('how long a service may take to be ready is no reason to run again; what it is, is one', async () => {
  const port = await freePort();
  const services = (argv: readonly unknown[], ready_within: number) => ({
    one: {argv, ready: {port}, ready_within},
  });
  const argv = [process.execPath, 'client.mjs', '${outputs.out}', port];
  const folder = folderWith({argv, services: services(serverOn(port, 'one'), 20)});
  expect((await folder.run(['run', '--plain'])).code).toBe(0);
  const verdict = async (changed: object) => {
    const stages = {ask: {uses: 'command', with: {argv, outputs: {out: 'out.txt'}, services: changed}}};
    folder.write('pipeline.yaml', JSON.stringify({sidestep: 1, stages}));
    const {stdout} = await folder.run(['plan', '--json']);
    return (JSON.parse(stdout) as {stages: {verdict: {kind: string}}[]}).stages[0]!.verdict.kind;
  };
  expect(await verdict(services(serverOn(port, 'one'), 30))).toBe('cached');
  expect(await verdict(services(serverOn(port, 'one', 5), 30))).toBe('stale');
});

test.each<[string, (port: number) => object, RegExp]>([
  [
    'ends before it is ready',
    (port) => ({argv: ['sh', '-c', 'echo no model here; exit 3'], ready: {port}}),
    /The service one ended before it was ready: it ended with exit code 3 {2}\[run\/service-failed\]\n.*no model here/,
  ],
  [
    'is not ready in time',
    (port) => ({argv: serverOn(port, 'one', 60_000), ready: {port}, ready_within: 0.7}),
    /The service one was not ready within 0\.7 s: waited for a connection to port \d+.*run\/service-not-ready/,
  ],
])('a service that %s fails the stage, with its last words', async (_name, service, says) => {
  const folder = folderWith({services: {one: service(await freePort())}});
  const ran = await folder.run(['run', '--plain']);
  expect(ran.stdout + ran.stderr).toMatch(says);
  expect(ran.code).toBe(1);
});

test('a port that another program has is not taken for ready', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  const {port} = other.address() as {port: number};
  const folder = folderWith({services: {one: {argv: serverOn(port, 'one'), ready: {port}}}});
  const ran = await folder.run(['run', '--plain']);
  other.close();
  expect(ran.stdout + ran.stderr).toMatch(
    /Port \d+ of the service one is taken[\s\S]*run\/service-port-taken/,
  );
});

test('a command that fails, or is stopped for its time, leaves no service behind', async () => {
  const port = await freePort();
  const services = {one: {argv: serverOn(port, 'one'), ready: {port}}};
  const failing = folderWith({services, argv: ['sh', '-c', 'exit 4']});
  expect((await failing.run(['run', '--plain'])).code).toBe(1);
  expect(left(failing, 'one')).toEqual([]);
  const slow = folderWith({services});
  expect((await slow.run(['run', '--plain', '--set', 'stages.ask.timeout=2'])).code).toBe(1);
  expect(left(slow, 'one')).toEqual([]);
});

test('a runner that is killed leaves no service behind', async () => {
  const port = await freePort();
  const folder = folderWith({services: {one: {argv: serverOn(port, 'one'), ready: {port}}}});
  const {child, finished} = folder.start(['run', '--plain']);
  await expect.poll(() => existsSync(folder.file('one.pid')), {timeout: 20_000}).toBe(true);
  child.kill('SIGKILL');
  await finished;
  await expect.poll(() => left(folder, 'one'), {timeout: 20_000}).toEqual([]);
});
