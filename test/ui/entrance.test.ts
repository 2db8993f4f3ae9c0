import {createServer} from 'node:net';
import {expect, test} from 'vitest';
import type {SidestepError} from '../../src/base/problem.js';
import {serveUi} from '../../src/ui/server.js';
import {newKeys} from '../../src/ui/token.js';
import {ask, UiProject} from './project.js';

test('who is let in, and who is not', async () => {
  const {server, place} = await UiProject.open();
  const {origin, host, port} = new URL(server.url);
  const entered = await ask(server.url);
  expect(entered.status).toBe(303);
  const cookie = String(entered.headers['set-cookie']).split(';')[0]!;
  expect(String(entered.headers['set-cookie'])).toMatch(
    /; Path=\/[0-9a-f]{16}\/; HttpOnly; SameSite=Strict$/,
  );
  expect(entered.headers.location).not.toContain('token');
  const page = `${origin}${place}`;
  const json = {'content-type': 'application/json', cookie};
  const cases: readonly [name: string, status: number, url: string, options?: Parameters<typeof ask>[1]][] = [
    ['the page with its cookie', 200, page, {headers: {cookie}}],
    ['under the name that a tunnel gives it', 200, page, {headers: {cookie, host: 'localhost:9000'}}],
    ['without a token', 403, page],
    ['with a wrong one', 403, page, {headers: {cookie: `${cookie}x`}}],
    ['an empty one', 403, page, {headers: {cookie: 'sidestep='}}],
    ['a wrong one in the address', 403, `${origin}/?token=${'A'.repeat(32)}`],
    ['no token in the address', 403, origin],
    ['records without a token', 403, `${page}api/runs`],
    ['a name pointed here from outside', 403, page, {headers: {cookie, host: `evil.example:${port}`}}],
    ['a name that only begins like ours', 403, page, {headers: {cookie, host: '127.0.0.1.evil.example'}}],
    ['another origin', 403, page, {headers: {cookie, origin: 'http://evil.example'}}],
    ['another program of this machine', 403, page, {headers: {cookie, origin: 'http://127.0.0.1:1'}}],
    ['a hidden origin', 403, page, {headers: {cookie, origin: 'null'}}],
    ['a picture on another site', 403, page, {headers: {cookie, 'sec-fetch-site': 'cross-site'}}],
    ['another place of this server', 404, `${origin}/0123456789abcdef/`, {headers: {cookie}}],
    ['a change without an origin', 403, `${page}api/start`, {method: 'POST', headers: json, body: '{}'}],
    [
      'a form',
      415,
      `${page}api/start`,
      {method: 'POST', headers: {cookie, origin, 'content-type': 'text/plain'}, body: '{}'},
    ],
    [
      'a change without a token',
      403,
      `${page}api/start`,
      {method: 'POST', headers: {origin, 'content-type': 'application/json'}, body: '{}'},
    ],
    ['no JSON', 400, `${page}api/start`, {method: 'POST', headers: {...json, origin}, body: 'x'}],
    [
      'more than the page ever sends',
      400,
      `${page}api/start`,
      {method: 'POST', headers: {...json, origin}, body: `{"a":"${'x'.repeat(20_000)}"}`},
    ],
    ['another method', 405, page, {method: 'DELETE', headers: {cookie}}],
    ['a change asked for as a page', 404, `${page}api/start`, {headers: {cookie}}],
  ];
  const statuses: Record<string, number> = {};
  for (const [name, , url, options] of cases) statuses[name] = (await ask(url, options)).status;
  expect(statuses).toEqual(Object.fromEntries(cases.map(([name, status]) => [name, status])));
  expect(host).toMatch(/^127\.0\.0\.1:/);
});

test('a single token opens once', async () => {
  const {server} = await UiProject.open();
  const url = server.singleUrl();
  expect((await ask(url)).status).toBe(303);
  expect((await ask(url)).status).toBe(403);
  expect((await ask(server.url)).status).toBe(303);
});

test('tokens differ, and a part of one is none', () => {
  const [one, other] = [newKeys(), newKeys()];
  expect(one.opens(one.token)).toBe(true);
  for (const wrong of [other.token, one.token.slice(1), `${one.token} `, '', one.place, undefined])
    expect(one.opens(wrong)).toBe(false);
});

test('every answer says that nothing may be loaded from elsewhere, framed or kept', async () => {
  const project = await UiProject.open();
  for (const path of ['', 'api/runs', 'ui/page/app.js', 'nowhere']) {
    const {headers} = await project.get(path);
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self';/);
    expect(headers['content-security-policy']).not.toMatch(/https?:|\*|script-src[^;]*unsafe/);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
  }
});

test('a port that another program has is an error in words', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => taken.once('listening', resolve));
  const {port} = taken.address() as {port: number};
  const folders = {page: new URL('file:///'), program: new URL('file:///')};
  const refused = await serveUi({} as never, {port, folders, defect: () => {}}).catch(
    (error: unknown) => error,
  );
  taken.close();
  expect((refused as SidestepError).problem).toMatchObject({
    code: 'usage/port-unavailable',
    message: `Port ${port} of this machine cannot be used: another program listens there`,
  });
});
