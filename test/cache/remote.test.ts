import {spawnSync} from 'node:child_process';
import {existsSync, readFileSync, rmSync} from 'node:fs';
import type {IncomingMessage, ServerResponse} from 'node:http';
import {createServer as createSecure} from 'node:https';
import type {AddressInfo} from 'node:net';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {contentHash, fingerprintOf} from '../../src/base/hash.js';
import {bringObjects, keepEntries} from '../../src/cache/bring.js';
import type {Cache} from '../../src/cache/cache.js';
import {commitEntry, lookUp} from '../../src/cache/entries.js';
import {type CacheEntry, objectsOf} from '../../src/cache/entry.js';
import {ENTRY_FORMAT, entryText} from '../../src/cache/entry-form.js';
import {objectPath} from '../../src/cache/layout.js';
import {commitBytes} from '../../src/cache/object.js';
import {openCache, prepareCache} from '../../src/cache/open.js';
import {addressOf, type RemoteChoice} from '../../src/cache/remote/address.js';
import {remoteSource} from '../../src/cache/remote/remote-source.js';
import {askSources} from '../../src/run/fetch.js';
import {temporaryFolder} from '../temporary-folder.js';
import {type FakeStore, type Fault, fakeStore} from './fake-store.js';

const TOKEN = 'very-secret-token';
const patience = {silence_ms: 300, attempts: 3, first_pause_ms: 2};
const fingerprint = fingerprintOf({stage: 1});
const weights = contentHash('weights '.repeat(1000));

async function cacheWith(
  url: string,
  more: Partial<RemoteChoice> = {},
  env: Record<string, string> = {TOKEN},
) {
  const choice: RemoteChoice = {
    url,
    mode: 'read',
    token_env: 'TOKEN',
    namespace: 'main',
    read_namespaces: [],
    endpoint: undefined,
    region: 'us-east-1',
    timeout_s: 1,
    ...more,
  };
  const source = remoteSource(choice, await addressOf(choice, env), patience);
  const cache = openCache(join(await temporaryFolder(), 'cache'), undefined, {sources: [source]});
  await prepareCache(cache);
  return {cache, source};
}

/** A result with a JSON output, a file, and one more file that the JSON names. */
async function made(cache: Cache): Promise<CacheEntry> {
  const json = await commitBytes(cache, '{"songs": 2}');
  const file = await commitBytes(cache, 'weights '.repeat(1000));
  const named = await commitBytes(cache, 'latents');
  const entry: CacheEntry = {
    format: ENTRY_FORMAT,
    fingerprint,
    made_by: 'test',
    created_at: 1,
    duration_ms: 5,
    outputs: {
      report: {kind: 'json', ...json, identity: json.hash, name: 'report.json'},
      weights: {kind: 'file', ...file, identity: file.hash, name: 'weights.bin'},
    },
    refers: [named],
    made_from: [],
    about: {},
    parts: {},
  };
  await commitEntry(cache, entry);
  return entry;
}

async function settled({cache, source}: Awaited<ReturnType<typeof cacheWith>>): Promise<readonly string[]> {
  await source.flush?.({signal: new AbortController().signal, progress: () => {}});
  expect(cache).toBeDefined();
  return source.troubles().map(({code}) => code);
}

/** A store that holds one result. */
async function filled(): Promise<{store: FakeStore; entry: CacheEntry}> {
  const store = await fakeStore();
  const writer = await cacheWith(store.origin, {mode: 'read_write'});
  const entry = await made(writer.cache);
  expect(await settled(writer)).toEqual([]);
  store.asked.length = 0;
  store.headers.length = 0;
  return {store, entry};
}

/** Looks the result up as planning does, then brings all it names: what a run would find. */
async function taken({cache, source}: Awaited<ReturnType<typeof cacheWith>>) {
  lookUp(cache, fingerprint);
  await askSources(cache);
  const state = lookUp(cache, fingerprint);
  const objects = state.kind === 'present' ? objectsOf(state.entry) : [];
  await bringObjects(cache, objects, {progress: () => {}});
  await keepEntries(cache, [fingerprint]);
  const here = objects.filter(({hash}) => existsSync(objectPath(cache.root, hash))).length;
  const problems = source.troubles();
  expect(JSON.stringify(problems)).not.toContain(TOKEN);
  return {kind: state.kind, here, codes: problems.map(({code}) => code), problems};
}

test('objects are stored first and the entry last, each once; another cache finds and checks them', async () => {
  const store = await fakeStore();
  const writer = await cacheWith(store.origin, {mode: 'read_write'});
  const entry = await made(writer.cache);
  await commitEntry(writer.cache, {...entry, fingerprint: fingerprintOf({stage: 2})});
  expect(await settled(writer)).toEqual([]);
  const puts = store.asked.filter((line) => line.startsWith('PUT'));
  expect(puts).toHaveLength(5);
  expect(puts.slice(0, 3).every((line) => line.includes('/main/objects/'))).toBe(true);
  expect(puts.slice(3).every((line) => line.includes('/main/entries/'))).toBe(true);
  expect(store.headers.every(({authorization}) => authorization === `Bearer ${TOKEN}`)).toBe(true);

  const reader = await cacheWith(store.origin);
  expect(await taken(reader)).toMatchObject({kind: 'present', here: 3, codes: []});
  store.files.clear(); // from now on it is here
  expect(lookUp(openCache(reader.cache.root), fingerprint).kind).toBe('present');
});

test('who may only read stores nothing', async () => {
  const store = await fakeStore();
  const reader = await cacheWith(store.origin);
  await made(reader.cache);
  expect(await settled(reader)).toEqual([]);
  expect(store.asked).toEqual([]);
});

test('namespaces: one is written, it and others are read, in order', async () => {
  const {store} = await filled();
  const branch = await cacheWith(store.origin, {
    mode: 'read_write',
    namespace: 'pr-7',
    read_namespaces: ['main'],
  });
  expect(await taken(branch)).toMatchObject({kind: 'present', here: 3, codes: []});
  await commitEntry(branch.cache, {...(await made(branch.cache)), fingerprint: fingerprintOf({stage: 3})});
  await settled(branch);
  const puts = store.asked.filter((line) => line.startsWith('PUT'));
  expect(puts.length).toBeGreaterThan(0);
  expect(puts.every((line) => line.startsWith('PUT /pr-7/'))).toBe(true);
  const main = await cacheWith(store.origin);
  lookUp(main.cache, fingerprintOf({stage: 3}));
  expect(await askSources(main.cache)).toBe(0); // no one is given what a branch stored
});

const always: (fault: (answer: ServerResponse, asked: IncomingMessage) => void, what?: RegExp) => Fault =
  (fault, what = /./) =>
  (asked, answer) => {
    if (!what.test(asked.url!)) return undefined;
    fault(answer, asked);
    return 'handled';
  };
const onceOnly =
  (fault: Fault): Fault =>
  (asked, answer, count) =>
    count === 1 ? fault(asked, answer, count) : undefined;
const onlyPuts =
  (fault: Fault): Fault =>
  (asked, answer, count) =>
    asked.method === 'PUT' ? fault(asked, answer, count) : undefined;
const status = (code: number, headers = {}) => always((answer) => answer.writeHead(code, headers).end());
const cut = always((answer) => {
  answer.writeHead(200, {'content-length': 8000});
  answer.write('weights ');
  setTimeout(() => answer.destroy(), 5);
}, new RegExp(weights));
const drips = always((answer) => {
  answer.writeHead(200);
  const timer = setInterval(() => answer.write('w'), 20);
  answer.on('close', () => clearInterval(timer));
});

test.each<{name: string; fault: Fault; codes: string[]; here?: number; kind?: string}>([
  {
    name: 'it is busy once',
    fault: onceOnly(status(503, {'retry-after': '0'})),
    codes: [],
    here: 3,
    kind: 'present',
  },
  {name: 'the line is cut once', fault: onceOnly(cut), codes: [], here: 3, kind: 'present'},
  {name: 'it is always busy', fault: status(503), codes: ['cache/remote-refused']},
  {name: 'it has a fault of its own', fault: status(500), codes: ['cache/remote-refused']},
  {name: 'it is no such store', fault: status(405), codes: ['cache/remote-refused']},
  {name: 'it does not know us', fault: status(401), codes: ['cache/remote-no-right']},
  {name: 'it does not let us read', fault: status(403), codes: ['cache/remote-no-right']},
  {
    name: 'the line is always cut',
    fault: always((answer) => void answer.destroy()),
    codes: ['cache/remote-unreachable'],
  },
  {name: 'it never answers', fault: always(() => {}), codes: ['cache/remote-unreachable']},
  {
    name: 'it stops half-way',
    fault: always((answer) => void answer.writeHead(200).write('{')),
    codes: ['cache/remote-unreachable'],
  },
  {name: 'it drips', fault: drips, codes: ['cache/remote-unreachable']},
  {name: 'it has no entry', fault: status(404), codes: []},
  {
    name: 'its entry is junk',
    fault: always((answer) => answer.end('{"format":2}'), /entries/),
    codes: ['cache/remote-damaged'],
  },
  {
    name: 'its entry is cut short',
    fault: always((answer) => answer.end('{"format":2,"fing'), /entries/),
    codes: ['cache/remote-damaged'],
  },
  {
    name: 'it redirects in a circle',
    fault: always((answer, asked) => answer.writeHead(302, {location: asked.url}).end()),
    codes: ['cache/remote-refused'],
  },
  {
    name: 'it redirects to nonsense',
    fault: always((answer) => answer.writeHead(302, {location: 'gopher://x/'}).end()),
    codes: ['cache/remote-refused'],
  },
])(
  '$name: what it has not given is computed here, and it is said once',
  async ({fault, codes, here = 0, kind}) => {
    const {store} = await filled();
    store.fault = fault;
    const seen = await taken(await cacheWith(store.origin));
    expect(seen.codes).toEqual(codes);
    expect(seen.here).toBe(here);
    if (kind !== undefined) expect(seen.kind).toBe(kind);
    else expect(seen.kind).not.toBe('present');
  },
);

test.each<{name: string; bytes: Buffer | undefined}>([
  {name: 'other bytes of the same size', bytes: Buffer.from('weightz '.repeat(1000))},
  {name: 'fewer bytes', bytes: Buffer.from('weights ')},
  {name: 'more bytes', bytes: Buffer.from('weights '.repeat(1001))},
  {name: 'nothing', bytes: Buffer.alloc(0)},
  {name: 'no file', bytes: undefined},
])('an object with $name is never used, and its entry no more', async ({bytes}) => {
  const {store} = await filled();
  const path = `/main/objects/${weights.slice(0, 2)}/${weights}`;
  if (bytes === undefined) store.files.delete(path);
  else store.files.set(path, bytes);
  const reader = await cacheWith(store.origin);
  const seen = await taken(reader);
  expect(seen).toMatchObject({kind: 'present', here: 2});
  expect(seen.codes).toEqual(bytes === undefined ? [] : ['cache/remote-damaged']);
  expect(existsSync(objectPath(reader.cache.root, weights))).toBe(false);
  expect(lookUp(reader.cache, fingerprint).kind).not.toBe('present');
});

test('an endless body without a length is not taken beyond the size of what was asked for', async () => {
  const {store} = await filled();
  let sent = 0;
  store.fault = always((answer) => {
    answer.writeHead(200);
    const more = () => {
      while (!answer.destroyed && answer.write(Buffer.alloc(65_536))) sent += 65_536;
    };
    answer.on('drain', more);
    more();
  }, new RegExp(weights));
  expect((await taken(await cacheWith(store.origin))).codes).toEqual(['cache/remote-damaged']);
  expect(sent).toBeLessThan(32 * 1024 * 1024);
});

test('after a failure that all questions share nothing more is asked', async () => {
  const {store} = await filled();
  store.fault = status(401);
  const reader = await cacheWith(store.origin);
  for (let i = 0; i < 50; i += 1) lookUp(reader.cache, fingerprintOf({stage: i}));
  await askSources(reader.cache);
  expect(store.asked.length).toBeLessThanOrEqual(12); // those that were under way
  lookUp(reader.cache, fingerprintOf({stage: 'later'}));
  const before = store.asked.length;
  await askSources(reader.cache);
  expect(store.asked.length).toBe(before);
});

test('a redirect is followed; the token goes to no other server', async () => {
  const {store} = await filled();
  const other = await fakeStore();
  for (const [path, bytes] of store.files) other.files.set(path, bytes);
  store.fault = always((answer, asked) =>
    answer.writeHead(307, {location: `${other.origin}${asked.url}`}).end(),
  );
  expect(await taken(await cacheWith(store.origin))).toMatchObject({here: 3, codes: []});
  expect(store.headers.every(({authorization}) => authorization !== undefined)).toBe(true);
  expect(other.headers.every(({authorization}) => authorization === undefined)).toBe(true);
});

test('nothing listens, no such host, no TLS there, a certificate no one signed: told in words', async () => {
  const {store} = await filled();
  const self = await selfSigned();
  const words = async (url: string) => {
    const {problems, here} = await taken(await cacheWith(url));
    expect(here).toBe(0);
    expect(problems.map(({code}) => code)).toEqual(['cache/remote-unreachable']);
    return problems[0]!.message;
  };
  expect(await words('http://127.0.0.1:1/cache')).toContain('nothing listens there');
  expect(await words('https://no-such-host.invalid/cache')).toMatch(/no host of that name|no name server/);
  expect(await words(store.origin.replace('http:', 'https:'))).toContain('does not speak TLS');
  expect(await words(self)).toContain('certificate is not trusted');
});

async function selfSigned(): Promise<string> {
  const folder = await temporaryFolder();
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const made = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1'];
  const {status: code, stderr} = spawnSync('openssl', ['req', ...made, '-keyout', key, '-out', cert]);
  expect(code, String(stderr)).toBe(0);
  const server = createSecure({key: readFileSync(key), cert: readFileSync(cert)}, (_asked, answer) =>
    answer.end(),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('a token that is not set: nothing is asked, and the variable is named', async () => {
  const store = await fakeStore();
  const {problems} = await taken(await cacheWith(store.origin, {mode: 'read_write'}, {}));
  expect(problems).toMatchObject([
    {code: 'cache/remote-no-right', message: expect.stringContaining('TOKEN')},
  ]);
  expect(store.asked).toEqual([]);
});

test('USER:PASSWORD is sent as such', async () => {
  const store = await fakeStore();
  await taken(await cacheWith(store.origin, {}, {TOKEN: 'anna:open sesame'}));
  const basic = `Basic ${Buffer.from('anna:open sesame').toString('base64')}`;
  expect(store.headers.map(({authorization}) => authorization)).toEqual([basic]);
});

test.each<{name: string; fault: Fault; codes: string[]}>([
  {name: 'busy once', fault: onceOnly(status(503, {'retry-after': '0'})), codes: []},
  {name: 'cut once', fault: onceOnly(always((answer) => answer.destroy())), codes: []},
  {name: 'always busy', fault: status(503), codes: ['cache/remote-refused', 'cache/remote-not-stored']},
  {
    name: 'forbidden',
    fault: onlyPuts(status(403)),
    codes: ['cache/remote-no-right', 'cache/remote-not-stored'],
  },
  {
    name: 'full',
    fault: onlyPuts(status(507)),
    codes: ['cache/remote-refused', 'cache/remote-not-stored'],
  },
  {name: 'silent', fault: always(() => {}), codes: ['cache/remote-unreachable', 'cache/remote-not-stored']},
  {
    name: 'cut',
    fault: always((answer) => answer.destroy()),
    codes: ['cache/remote-unreachable', 'cache/remote-not-stored'],
  },
  {
    name: 'redirecting',
    fault: onlyPuts(status(307, {location: 'http://127.0.0.1:1/'})),
    codes: ['cache/remote-refused', 'cache/remote-not-stored'],
  },
])('storing at a server that is $name fails nothing', async ({fault, codes}) => {
  const store = await fakeStore();
  store.fault = fault;
  const writer = await cacheWith(store.origin, {mode: 'read_write'});
  await made(writer.cache);
  const troubles = await settled(writer);
  expect(troubles).toEqual(codes);
  const entries = [...store.files.keys()].filter((path) => path.includes('/entries/'));
  expect(entries).toHaveLength(codes.length === 0 ? 1 : 0); // an entry never without its objects
});

test('what is being sent when the run is told to stop is abandoned, and said', async () => {
  const store = await fakeStore();
  store.fault = always(() => {});
  const writer = await cacheWith(store.origin, {mode: 'read_write'});
  await made(writer.cache);
  const stop = new AbortController();
  const settling = writer.source.flush!({signal: stop.signal, progress: () => {}});
  stop.abort();
  await settling;
  expect(writer.source.troubles()).toMatchObject([{code: 'cache/remote-not-stored'}]);
});

test('a large file is not sent to a server that would not have it', async () => {
  const store = await fakeStore();
  let received = 0;
  store.fault = (asked, answer) => {
    if (asked.method !== 'PUT') return undefined;
    asked.on('data', (chunk: Buffer) => (received += chunk.length));
    answer.writeHead(403).end();
    return 'handled';
  };
  const writer = await cacheWith(store.origin, {mode: 'read_write'});
  const big = await commitBytes(writer.cache, Buffer.alloc(8_000_000, 'x'));
  await commitEntry(writer.cache, {
    ...(await made(writer.cache)),
    refers: [big],
    fingerprint: fingerprintOf({big: 1}),
  });
  expect(await settled(writer)).toContain('cache/remote-no-right');
  expect(received).toBeLessThan(8_000_000);
});

test('an object that gc took while it was waiting to be sent stores no entry', async () => {
  const store = await fakeStore();
  const writer = await cacheWith(store.origin, {mode: 'read_write'});
  store.fault = (asked, answer, count) => {
    if (asked.method === 'HEAD' && count === 1) rmSync(objectPath(writer.cache.root, weights), {force: true});
    void answer;
    return undefined;
  };
  await made(writer.cache);
  expect(await settled(writer)).toEqual(['cache/remote-not-stored']);
  expect([...store.files.keys()].filter((path) => path.includes('/entries/'))).toEqual([]);
});

test('an entry with a path that climbs out is no entry', async () => {
  const {store, entry} = await filled();
  const outputs = {weights: {...entry.outputs.weights!, name: '../../outside'}};
  for (const path of store.files.keys())
    if (path.includes('/entries/')) store.files.set(path, Buffer.from(entryText({...entry, outputs})));
  expect(await taken(await cacheWith(store.origin))).toMatchObject({
    here: 0,
    codes: ['cache/remote-damaged'],
  });
});

test('its JSON is read by planning only where it is what its name says', async () => {
  const {store, entry} = await filled();
  const {hash} = entry.outputs.report!;
  store.files.set(`/main/objects/${hash.slice(0, 2)}/${hash}`, Buffer.from('{"songs": 3}'));
  expect(await taken(await cacheWith(store.origin))).toMatchObject({
    here: 0,
    codes: ['cache/remote-damaged'],
  });
});
