import type {IncomingMessage} from 'node:http';
import type {Keys} from './token.js';

/** What a request is told that is not let in. `words` are on the page that a person sees. */
export interface Refusal {
  readonly status: 400 | 403 | 405 | 415;
  readonly words: string;
}

type Asked = Pick<IncomingMessage, 'method' | 'url' | 'headers'>;

/** Names that always mean this machine. The port is left open: a tunnel (`ssh -L`) gives the page another one. */
const LOOPBACK = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/i;

/**
 * Who may ask at all. A page of the internet can make a browser send requests here: directly, which its `Origin` shows, or under a name of
 * its own that it points at 127.0.0.1 (DNS rebinding), which `Host` shows. Undefined: nothing speaks against it; the token is asked
 * for next, see cookieOpens.
 */
export function refusalOf({method, headers}: Asked): Refusal | undefined {
  const {host, origin} = headers;
  if (host === undefined || !LOOPBACK.test(host))
    return {status: 403, words: 'This page is for this machine only: open it as 127.0.0.1 or localhost.'};
  if (origin !== undefined && origin !== `http://${host}`)
    return {status: 403, words: 'Another site asked for this. Only the page itself may.'};
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    return {status: 403, words: 'Another site asked for this. Open the address from the terminal instead.'};
  if (method !== 'GET' && method !== 'POST') return {status: 405, words: 'Only GET and POST are understood.'};
  if (method !== 'POST') return undefined;
  if (origin === undefined) return {status: 403, words: 'Only the page itself may change something.'};
  return isJson(headers['content-type'])
    ? undefined
    : {status: 415, words: 'Expected content of the type application/json.'};
}

function isJson(type: string | undefined): boolean {
  return /^\s*application\/json\s*(?:;|$)/i.test(type ?? '');
}

const COOKIE = 'sidestep';

/** Not readable by scripts, sent to this server's own paths only, never along from another site. */
export function cookieOf({token, place}: Keys): string {
  return `${COOKIE}=${token}; Path=/${place}/; HttpOnly; SameSite=Strict`;
}

export function cookieOpens({headers}: Asked, keys: Keys): boolean {
  const offered = (headers.cookie ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${COOKIE}=`))
    .map((pair) => pair.slice(COOKIE.length + 1));
  return offered.some((token) => keys.opens(token));
}
