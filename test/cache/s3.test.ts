import type {IncomingMessage} from 'node:http';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {fingerprintOf} from '../../src/base/hash.js';
import {bringObjects} from '../../src/cache/bring.js';
import {commitEntry, lookUp} from '../../src/cache/entries.js';
import {objectsOf} from '../../src/cache/entry.js';
import {ENTRY_FORMAT} from '../../src/cache/entry-form.js';
import {commitBytes} from '../../src/cache/object.js';
import {openCache, prepareCache} from '../../src/cache/open.js';
import {addressOf, type RemoteChoice} from '../../src/cache/remote/address.js';
import {remoteSource} from '../../src/cache/remote/remote-source.js';
import {askSources} from '../../src/run/fetch.js';
import {temporaryFolder} from '../temporary-folder.js';
import {fakeStore, sha} from './fake-store.js';
import {expectedSignature} from './signature-v4.js';

/** Amazon's own example key and secret, and the signatures that its documentation prints for them. */
const KEY = 'AKIAIOSFODNN7EXAMPLE';
const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const credential = `AWS4-HMAC-SHA256 Credential=${KEY}/20130524/us-east-1/s3/aws4_request`;
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

describe('the judge agrees with the published examples', () => {
  test.each([
    {
      name: 'GET an object',
      method: 'GET',
      target: '/test.txt',
      signature: 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
      headers: {range: 'bytes=0-9', 'x-amz-content-sha256': EMPTY},
    },
    {
      name: 'PUT an object',
      method: 'PUT',
      target: '/test%24file.text',
      signature: '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
      headers: {
        date: 'Fri, 24 May 2013 00:00:00 GMT',
        'x-amz-content-sha256': '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072',
        'x-amz-storage-class': 'REDUCED_REDUNDANCY',
      },
    },
    {
      name: 'GET a listing',
      method: 'GET',
      target: '/?max-keys=2&prefix=J',
      signature: '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
      headers: {'x-amz-content-sha256': EMPTY},
    },
  ])('$name', ({method, target, headers, signature}) => {
    const all = {host: 'examplebucket.s3.amazonaws.com', 'x-amz-date': '20130524T000000Z', ...headers};
    const names = Object.keys(all).sort().join(';');
    const authorization = `${credential}, SignedHeaders=${names}, Signature=${signature}`;
    const judged = expectedSignature({method, target, headers: {...all, authorization}}, SECRET);
    expect(judged).toEqual({expected: signature, found: signature});
  });
});

/** A server that takes a request only when signature, time, scope and bytes are right. */
function strict(region: string, seen: IncomingMessage[] = []) {
  return fakeStore((asked, body) => {
    seen.push(asked);
    const {method = '', url = '', headers} = asked;
    const judged = expectedSignature({method, target: url, headers}, SECRET);
    const signed = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '')?.[1]?.split(';') ?? [];
    const all = ['host', 'x-amz-content-sha256', 'x-amz-date'].every((name) => signed.includes(name));
    const scope = new RegExp(`Credential=${KEY}/\\d{8}/${region}/s3/aws4_request`).test(
      headers.authorization ?? '',
    );
    const [, y, mo, d, h, mi, s] =
      /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(String(headers['x-amz-date'])) ?? [];
    const away = Math.abs(
      Date.now() - Date.UTC(Number(y), Number(mo) - 1, Number(d), Number(h), Number(mi), Number(s)),
    );
    if (judged === undefined || judged.found !== judged.expected || !all || !scope || !(away < 900_000))
      return 403;
    return headers['x-amz-content-sha256'] === sha(body) ? undefined : 400;
  });
}

async function cacheAt(endpoint: string, env: Record<string, string>, more: Partial<RemoteChoice> = {}) {
  const choice: RemoteChoice = {
    url: 's3://bucket/music/cache',
    mode: 'read_write',
    token_env: undefined,
    namespace: 'main',
    read_namespaces: [],
    endpoint,
    region: 'eu-central-1',
    timeout_s: 1,
    ...more,
  };
  const patience = {silence_ms: 2_000, attempts: 2, first_pause_ms: 2};
  const source = remoteSource(choice, await addressOf(choice, env), patience);
  const cache = openCache(join(await temporaryFolder(), 'cache'), undefined, {sources: [source]});
  await prepareCache(cache);
  return {cache, source};
}

const right = {AWS_ACCESS_KEY_ID: KEY, AWS_SECRET_ACCESS_KEY: SECRET};
const fingerprint = fingerprintOf({s3: 1});

async function store({cache, source}: Awaited<ReturnType<typeof cacheAt>>): Promise<readonly string[]> {
  const object = await commitBytes(cache, 'x'.repeat(300_000)); // large enough to be announced first
  const output = {kind: 'file', ...object, identity: object.hash, name: 'out'} as const;
  const rest = {made_by: 't', created_at: 1, duration_ms: 1, refers: [], made_from: [], about: {}, parts: {}};
  await commitEntry(cache, {format: ENTRY_FORMAT, fingerprint, outputs: {out: output}, ...rest});
  await source.flush!({signal: new AbortController().signal, progress: () => {}});
  return source.troubles().map(({code}) => code);
}

test('what one stores another finds, each request signed as S3 wants it, with the hash of what is sent', async () => {
  const server = await strict('eu-central-1');
  expect(await store(await cacheAt(server.origin, right))).toEqual([]);
  expect([...server.files.keys()].every((path) => path.startsWith('/bucket/music/cache/main/'))).toBe(true);
  const {cache, source} = await cacheAt(server.origin, right, {mode: 'read'});
  lookUp(cache, fingerprint);
  expect(await askSources(cache)).toBe(1);
  const state = lookUp(cache, fingerprint);
  await bringObjects(cache, state.kind === 'present' ? objectsOf(state.entry) : [], {progress: () => {}});
  expect(source.troubles()).toEqual([]);
  expect(lookUp(openCache(cache.root), fingerprint).kind).toBe('absent'); // its objects are here, the entry is kept by a run
  expect(server.asked.some((line) => line.startsWith('GET') && line.includes('/objects/'))).toBe(true);
});

test('a session token is sent and signed', async () => {
  const seen: IncomingMessage[] = [];
  const server = await strict('eu-central-1', seen);
  expect(await store(await cacheAt(server.origin, {...right, AWS_SESSION_TOKEN: 'for-an-hour'}))).toEqual([]);
  const tokens = seen.map(({headers}) => headers['x-amz-security-token']);
  expect(new Set(tokens)).toEqual(new Set(['for-an-hour']));
  expect(
    seen.every(({headers}) => /SignedHeaders=[^,]*x-amz-security-token/.test(headers.authorization ?? '')),
  ).toBe(true);
});

test.each([
  {name: 'a wrong secret', env: {...right, AWS_SECRET_ACCESS_KEY: 'wrong'}, more: {}},
  {name: 'another region', env: right, more: {region: 'us-west-2'}},
])('$name: nothing is stored, reported once, the secret nowhere', async ({env, more}) => {
  const server = await strict('eu-central-1');
  const writer = await cacheAt(server.origin, env, more);
  const problems: string[] = [];
  const {troubles} = writer.source;
  const spied = {
    ...writer,
    source: {
      ...writer.source,
      troubles: () => {
        const said = troubles();
        problems.push(...said.map((each) => JSON.stringify(each)));
        return said;
      },
    },
  };
  expect(await store(spied)).toEqual(['cache/remote-no-right', 'cache/remote-not-stored']);
  expect(problems.join()).not.toContain(env.AWS_SECRET_ACCESS_KEY);
  expect(server.files.size).toBe(0);
});

test('without keys nothing is asked, and they are named', async () => {
  const server = await strict('eu-central-1');
  const {source} = await cacheAt(server.origin, {});
  expect(source.troubles()).toMatchObject([{message: expect.stringContaining('AWS_ACCESS_KEY_ID')}]);
  expect(server.asked).toEqual([]);
});

test('where the bucket may not be listed, what is not there is "forbidden": a miss, not a failure', async () => {
  const server = await fakeStore();
  server.fault = (_asked, answer) => {
    answer.writeHead(403).end('<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>');
    return 'handled';
  };
  const {cache, source} = await cacheAt(server.origin, right, {mode: 'read'});
  for (let i = 0; i < 6; i += 1) lookUp(cache, fingerprintOf({miss: i}));
  expect(await askSources(cache)).toBe(0);
  expect(source.troubles()).toEqual([]);
  expect(server.asked).toHaveLength(6);
  server.fault = (_asked, answer) => {
    answer.writeHead(403).end('<Error><Code>SignatureDoesNotMatch</Code></Error>');
    return 'handled';
  };
  lookUp(cache, fingerprint);
  await askSources(cache);
  expect(source.troubles().map(({code}) => code)).toEqual(['cache/remote-no-right']);
});
