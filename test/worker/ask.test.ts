import type {AddressInfo} from 'node:net';
import {createServer} from 'node:net';
import {expect, test} from 'vitest';
import {SidestepError} from '../../src/base/problem.js';
import {answeredLyrics, answerIn, captionLine} from '../../src/worker/ask/answer.js';
import {ask, type ChatServer, retryAfter} from '../../src/worker/ask/chat.js';
import {StageError} from '../../src/worker/sample-work.js';
import {type Answering, chatServer, fails, says} from '../chat-server.js';

const KEY = 'sk-Zq81-very-secret';

/** Asks once; what came of it, how often the server was asked, and how long was waited in between. */
async function asking(answer: Answering, patience: Partial<ChatServer> = {}) {
  const {asked, base_url} = await chatServer(answer);
  return {asked, ...(await outcomeOf({base_url, ...patience}))};
}

async function outcomeOf(server: Partial<ChatServer> & Pick<ChatServer, 'base_url'>) {
  const pauses: number[] = [];
  const pause = async (ms: number) => void pauses.push(ms);
  const patient = {key: KEY, timeout_ms: 5_000, retries: 2, pause, ...server};
  try {
    const text = await ask(patient, {model: 'ears', messages: []}, new AbortController().signal);
    return {text, pauses};
  } catch (error) {
    if (!(error instanceof SidestepError)) throw error;
    return {...error.problem, concerns: error instanceof StageError ? 'stage' : 'song', pauses};
  }
}

test('an answer is its text; the key goes along', async () => {
  const {asked, text} = await asking((_, response) => says(response, ' a slow blues '));
  expect(text).toBe('a slow blues');
  expect(asked).toMatchObject([{authorization: `Bearer ${KEY}`, path: '/v1/chat/completions'}]);
});

test.each([
  {name: 'an error of the server', status: 500, headers: {}, pauses: [500, 1000]},
  {name: 'too many requests', status: 429, headers: {'retry-after': '7'}, pauses: [7000, 7000]},
  {name: 'a server that starts', status: 503, headers: {'retry-after': '0'}, pauses: [0, 0]},
])('$name: asked again after a while', async ({status, headers, pauses}) => {
  const result = await asking((_, response, count) =>
    count < 3 ? fails(response, status, 'later', headers) : says(response, 'blues'),
  );
  expect(result).toMatchObject({text: 'blues', pauses});
});

const half: Answering = (_, response) => {
  response.writeHead(200, {'content-length': '1000'});
  response.write('{"choices"', () => response.destroy());
};

test.each<{name: string; answer: Answering; code: string; concerns: string; times: number; words?: RegExp}>([
  {
    name: 'busy for ever',
    answer: (_, r) => fails(r, 503, '{"error":{"message":"loading"}}'),
    code: 'caption/server-busy',
    concerns: 'song',
    times: 3,
    words: /answers 503: "loading"/,
  },
  {
    name: 'a quota that is used up',
    answer: (_, r) => fails(r, 429, '', {'retry-after': '86400'}),
    code: 'caption/server-busy',
    concerns: 'song',
    times: 1,
  },
  {name: 'a body that is cut', answer: half, code: 'caption/connection-cut', concerns: 'song', times: 3},
  {
    name: 'a wrong key, which it repeats',
    answer: (_, r) => fails(r, 401, `{"error":{"message":"bad key ${KEY}"}}`),
    code: 'caption/key-refused',
    concerns: 'stage',
    times: 1,
    words: /bad key \*\*\*/,
  },
  {
    name: 'an unknown model',
    answer: (_, r) => fails(r, 404, '{"detail":"no model ears"}'),
    code: 'caption/refused',
    concerns: 'stage',
    times: 1,
    words: /no model ears/,
  },
  {
    name: 'sound that it does not take',
    answer: (_, r) => fails(r, 400, '{"error":"no audio"}'),
    code: 'caption/refused',
    concerns: 'song',
    times: 1,
  },
  {
    name: 'another address',
    answer: (_, r) => fails(r, 308, '', {location: 'https://elsewhere/v1'}),
    code: 'caption/refused',
    concerns: 'stage',
    times: 1,
  },
  {
    name: 'no JSON',
    answer: (_, r) => r.end('<html>welcome'),
    code: 'caption/answer-unusable',
    concerns: 'song',
    times: 1,
    words: /<html>welcome/,
  },
  {
    name: 'other JSON',
    answer: (_, r) => r.end('{"choices": [{}]}'),
    code: 'caption/answer-unusable',
    concerns: 'song',
    times: 1,
  },
  {
    name: 'a list',
    answer: (_, r) => r.end('[1]'),
    code: 'caption/answer-unusable',
    concerns: 'song',
    times: 1,
  },
  {
    name: 'a cut answer',
    answer: (_, r) => says(r, 'a slow', {finish_reason: 'length'}),
    code: 'caption/answer-unusable',
    concerns: 'song',
    times: 1,
  },
])('$name is said in words', async ({answer, code, concerns, times, words = /./}) => {
  const result = await asking(answer);
  expect(result).toMatchObject({code, concerns, message: expect.stringMatching(words)});
  expect(result.asked).toHaveLength(times);
  expect(JSON.stringify({...result, asked: []})).not.toContain(KEY);
});

test('a server that does not answer in time', async () => {
  const result = await asking(() => {}, {timeout_ms: 50, retries: 1});
  expect(result).toMatchObject({code: 'caption/server-slow', concerns: 'song', pauses: [500]});
});

test('no one listens: no other song fares better', async () => {
  const nobody = createServer();
  await new Promise<void>((resolve) => nobody.listen(0, '127.0.0.1', resolve));
  const {port} = nobody.address() as AddressInfo;
  await new Promise((resolve) => nobody.close(resolve));
  const base_url = `http://127.0.0.1:${port}/v1`;
  const unreached = {code: 'caption/server-unreachable', concerns: 'stage', pauses: [500, 1000]};
  expect(await outcomeOf({base_url})).toMatchObject(unreached);
  expect(await outcomeOf({base_url: 'http://nobody.invalid/v1'})).toMatchObject(unreached);
});

test('a run that is stopped waits for no answer', async () => {
  const stop = new AbortController();
  const {base_url} = await chatServer(() => stop.abort());
  const server = {base_url, key: undefined, timeout_ms: 60_000, retries: 9, pause: async () => {}};
  await expect(ask(server, {}, stop.signal)).rejects.toThrow(/abort/i);
});

test.each([
  {header: '3', ms: 3000},
  {header: '0.5', ms: 500},
  {header: 'Thu, 01 Jan 2026 00:00:10 GMT', ms: 10_000},
  {header: 'Wed, 31 Dec 2025 00:00:00 GMT', ms: 0},
  {header: 'soon', ms: undefined},
  {header: null, ms: undefined},
])('Retry-After: $header is $ms ms', ({header, ms}) => {
  expect(retryAfter(header, Date.parse('2026-01-01T00:00:00Z'))).toBe(ms);
});

test.each([
  {said: '"A slow blues."', line: 'A slow blues.'},
  {said: 'A\n  slow\tblues', line: 'A slow blues'},
  {said: '"Blue" is slow, "red" is not', line: '"Blue" is slow, "red" is not'},
])('$said is the caption $line', ({said, line}) => {
  expect(captionLine(said)).toBe(line);
});

test('lyrics keep their lines', () => {
  expect(answeredLyrics('```text\n[Verse]\r\nRain\n```')).toBe('[Verse]\nRain');
});

test('thoughts are no answer, and parts are one text', () => {
  const content = [
    {type: 'text', text: '<think>hm, "blues"?</think>\n\nSlow'},
    {type: 'text', text: ' blues'},
  ];
  expect(answerIn(JSON.stringify({choices: [{message: {content}}]}))).toBe('Slow blues');
  expect(() => captionLine('""')).toThrow('holds no text');
});
