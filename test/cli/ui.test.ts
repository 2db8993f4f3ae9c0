import {readFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {expect, test} from 'vitest';
import {documentOf, Folder} from './sidestep.js';

const waits = (ms: number) => `sidestep: 1
name: waits
stages:
  wait: {uses: command, with: {argv: [node, -e, "setTimeout(() => {}, ${ms})"]}}
`;

/** The page's cookie and place, as a browser gets them. */
async function enter(url: string) {
  const entered = await fetch(url, {redirect: 'manual'});
  const base = new URL(entered.headers.get('location')!, url).href;
  const cookie = entered.headers.get('set-cookie')!.split(';')[0]!;
  const headers = {cookie, origin: new URL(url).origin, 'content-type': 'application/json'};
  const post = async (path: string, body: object) => {
    const response = await fetch(base + path, {method: 'POST', headers, body: JSON.stringify(body)});
    return {status: response.status, body: (await response.json()) as Record<string, unknown>};
  };
  return {post, get: async (path: string) => (await fetch(base + path, {headers: {cookie}})).json()};
}

test('a run started from the page outlives it; a second start is refused while it goes on', async () => {
  const folder = new Folder({'pipeline.yaml': waits(4000)});
  const page = folder.start(['ui', '--json']);
  await page.shows(/^}$/m);
  const {url, project} = documentOf(page.stdout(), 'ui') as {url: string; project: string};
  expect(project).toBe(folder.path);
  const {post} = await enter(url);
  const started = await post('api/start', {pipeline: 'pipeline.yaml', experiment: null});
  expect(started.status).toBe(202);
  const again = await post('api/start', {pipeline: 'pipeline.yaml', experiment: null});
  expect(again).toMatchObject({status: 409, body: {problems: [{code: 'usage/already-running'}]}});
  page.child.kill('SIGINT');
  expect(await page.finished).toMatchObject({code: 0, stderr: ''});
  const events = folder.file(`.sidestep/runs/${started.body.run}/events.jsonl`);
  await expect
    .poll(() => readFileSync(events, 'utf8'), {timeout: 60_000})
    .toMatch(/"kind":"run_finished".*"outcome":"done"/);
});

test('what cannot start says why; a port that is taken is an error', async () => {
  const folder = new Folder({'pipeline.yaml': waits(1).replace('argv', 'arg')});
  const page = folder.start(['ui']);
  await page.shows(/token=\S+/);
  const {post} = await enter(/http:\S+/.exec(page.stdout())![0]);
  const refused = await post('api/start', {pipeline: 'pipeline.yaml', experiment: null});
  expect(refused).toMatchObject({
    status: 409,
    body: {problems: expect.arrayContaining([expect.objectContaining({code: 'config/unknown-key'})])},
  });
  const taken = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => taken.once('listening', resolve));
  const {port} = taken.address() as {port: number};
  const {code, stderr} = await folder.run(['ui', '--port', String(port)]);
  taken.close();
  expect({code, stderr}).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('another program listens there'),
  });
});
