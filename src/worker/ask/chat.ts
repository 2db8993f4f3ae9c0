import type {Json} from '../../base/json.js';
import {type Problem, SidestepError} from '../../base/problem.js';
import {StageError} from '../sample-work.js';
import {answerIn} from './answer.js';
import {notReached, serverWords} from './refusal.js';

/** A server with OpenAI's interface for chats, and how patient we are with it. */
export interface ChatServer {
  /** Without a slash at its end. */
  readonly base_url: string;
  readonly key: string | undefined;
  /** Milliseconds for one request, its answer included. */
  readonly timeout_ms: number;
  /** How often a request is made again. */
  readonly retries: number;
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** What came of one request. */
type Reply =
  | {readonly kind: 'answered'; readonly body: string}
  /** It may go well another time; `stage`: when it does not, no other request will. */
  | {
      readonly kind: 'again';
      readonly problem: Problem;
      readonly concerns: 'song' | 'stage';
      /** When the server wants to be asked again, in milliseconds. */
      readonly after_ms?: number | undefined;
    }
  | {readonly kind: 'refused'; readonly problem: Problem; readonly concerns: 'song' | 'stage'};

const FIRST_PAUSE_MS = 500;
/** Servers ask for more than this when a quota is used up: then waiting is no help. */
const LONGEST_PAUSE_MS = 300_000;

/**
 * Asks one question and returns the text of the answer. Throws `caption/*` problems: a SidestepError where another question
 * may fare better, a StageError where none will.
 */
export async function ask(server: ChatServer, question: Json, signal: AbortSignal): Promise<string> {
  for (let attempt = 0; ; attempt += 1) {
    const reply = await request(server, question, signal);
    if (reply.kind === 'answered') return answerIn(reply.body);
    const wait_ms = reply.kind === 'again' ? (reply.after_ms ?? FIRST_PAUSE_MS * 2 ** attempt) : 0;
    if (reply.kind === 'refused' || attempt >= server.retries || wait_ms > LONGEST_PAUSE_MS)
      throw reply.concerns === 'stage' ? new StageError(reply.problem) : new SidestepError(reply.problem);
    await server.pause(wait_ms, signal);
    signal.throwIfAborted();
  }
}

async function request(server: ChatServer, question: Json, signal: AbortSignal): Promise<Reply> {
  const timeout = AbortSignal.timeout(server.timeout_ms);
  try {
    const response = await fetch(`${server.base_url}/chat/completions`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(server.key === undefined ? {} : {authorization: `Bearer ${server.key}`}),
      },
      body: JSON.stringify(question),
      redirect: 'manual', // a question that was sent on would arrive without its text
      signal: AbortSignal.any([signal, timeout]),
    });
    const body = withoutKey(await response.text(), server);
    return response.ok ? {kind: 'answered', body} : refusal(response, body, server);
  } catch (error) {
    signal.throwIfAborted();
    if (timeout.aborted) return {kind: 'again', problem: tooSlow(server), concerns: 'song'};
    const failure = notReached(error, server.base_url);
    if (failure === undefined) throw error;
    return {kind: 'again', ...failure};
  }
}

/** Servers repeat the key that they refuse; nothing that they say is to hold it. */
function withoutKey(text: string, {key}: ChatServer): string {
  return key === undefined ? text : text.replaceAll(key, '***');
}

function refusal(response: Response, body: string, {base_url, key}: ChatServer): Reply {
  const {status, headers} = response;
  const said = `${base_url} answers ${status}: ${serverWords(body)}`;
  if (status === 408 || status === 429 || status >= 500) {
    const hint = 'Ask for less at once (requests_at_once), or run again later: finished songs are kept.';
    const problem = {code: 'caption/server-busy', message: said, hint};
    return {kind: 'again', problem, concerns: 'song', after_ms: retryAfter(headers.get('retry-after'))};
  }
  const refused = (concerns: 'song' | 'stage', code: string, hint: string): Reply => ({
    kind: 'refused',
    problem: {code, message: said, hint},
    concerns,
  });
  if (status === 401 || status === 403)
    return refused(
      'stage',
      'caption/key-refused',
      key === undefined
        ? 'Name the environment variable that holds the key: api_key_env.'
        : 'Is the key in the variable that api_key_env names the right one for this server?',
    );
  if (status === 404)
    return refused(
      'stage',
      'caption/refused',
      'base_url usually ends in /v1; the server has to know `model`.',
    );
  if (status >= 300 && status < 400)
    return refused('stage', 'caption/refused', `It sends on to ${headers.get('location')}: write that.`);
  return refused('song', 'caption/refused', 'A shorter audio_seconds may help; not every model hears audio.');
}

/** Milliseconds from `Retry-After`, seconds or a date (RFC 9110, 10.2.3). */
export function retryAfter(text: string | null, now = Date.now()): number | undefined {
  if (text === null || text.trim() === '') return undefined;
  const seconds = Number(text);
  const ms = Number.isNaN(seconds) ? Date.parse(text) - now : seconds * 1000;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

function tooSlow({base_url, timeout_ms}: ChatServer): Problem {
  return {
    code: 'caption/server-slow',
    message: `${base_url} has not answered within ${timeout_ms / 1000} s`,
    hint: 'Raise request_timeout, or ask for less at once (requests_at_once).',
  };
}
