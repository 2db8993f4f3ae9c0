import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import type {Json} from '../base/json.js';
import {SidestepError} from '../base/problem.js';
import {systemErrorName} from '../base/system-error.js';
import {cookieOf, cookieOpens, refusalOf} from './admission.js';
import type {PageFolders} from './page-files.js';
import {type Route, routesOf, sendProblems, sendText} from './routes.js';
import type {UiSource} from './source.js';
import {type Keys, newKeys} from './token.js';

export interface UiServer {
  /** With the token: the address to open. */
  readonly url: string;
  /** Another one, which opens the page once. */
  readonly singleUrl: () => string;
  /** Ends every connection. Runs that were started go on. */
  readonly close: () => Promise<void>;
}

export interface UiOptions {
  /** 0: any free one. */
  readonly port: number;
  readonly folders: PageFolders;
  /** Hears of errors that no answer could carry: defects. */
  readonly defect: (error: unknown) => void;
}

/** Serves the page on this machine's own address, and to everyone who has the token. Throws `usage/port-unavailable`. */
export async function serveUi(source: UiSource, options: UiOptions): Promise<UiServer> {
  const keys = newKeys();
  const ending = new AbortController();
  const routes = routesOf(source, options.folders);
  const server = createServer((request, response) => {
    const left = new AbortController();
    response.on('close', () => left.abort());
    const signal = AbortSignal.any([left.signal, ending.signal]);
    const context = {keys, routes, signal};
    answer(request, response, context).catch((error: unknown) => fail(response, error, options));
  });
  const host = await listen(server, options.port);
  const {port} = server.address() as AddressInfo;
  const urlWith = (token: string) => `http://${host}:${port}/?token=${token}`;
  return {
    url: urlWith(keys.token),
    singleUrl: () => urlWith(keys.single()),
    close: async () => {
      ending.abort();
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** IPv4, which every browser tries; IPv6 where there is nothing else. */
async function listen(server: Server, port: number): Promise<'127.0.0.1' | '[::1]'> {
  try {
    await listenOn(server, port, '127.0.0.1');
    return '127.0.0.1';
  } catch (error) {
    const name = systemErrorName(error);
    if (name !== 'EADDRNOTAVAIL' && name !== 'EAFNOSUPPORT') throw portProblem(error, port);
  }
  await listenOn(server, port, '::1').catch((error: unknown) => {
    throw portProblem(error, port);
  });
  return '[::1]';
}

function listenOn(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({port, host}, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function portProblem(error: unknown, port: number): unknown {
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: 'another program listens there',
    EACCES: 'the system keeps it for programs with more rights',
    EPERM: 'the system does not allow it',
  };
  const reason = reasons[systemErrorName(error) ?? ''];
  if (reason === undefined) return error;
  return new SidestepError({
    code: 'usage/port-unavailable',
    message: `Port ${port} of this machine cannot be used: ${reason}`,
    hint: 'Name another one (--port 8123), or none: then a free one is found.',
  });
}

interface Context {
  readonly keys: Keys;
  readonly routes: readonly Route[];
  readonly signal: AbortSignal;
}

/** What a browser may do with all that comes from here: use it in this page, ask this server, and nothing else. */
const HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "style-src-attr 'unsafe-inline'", // bars and swatches carry their size and colour
    "img-src 'self'",
    "media-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer', // the token is in the first address
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cache-Control': 'no-store',
};

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  {keys, routes, signal}: Context,
): Promise<void> {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
  const refusal = refusalOf(request);
  if (refusal !== undefined) return sendText(response, refusal.status, refusal.words);
  const {path, query} = addressOf(request);
  if (path === '/') return enter(response, query.get('token'), keys);
  if (!cookieOpens(request, keys)) return sendText(response, 403, NO_TOKEN);
  const own = path.startsWith(`/${keys.place}/`) ? path.slice(keys.place.length + 2) : undefined;
  const found = own === undefined ? undefined : matching(routes, request.method!, own);
  if (found === undefined) return sendText(response, 404, 'There is nothing here.');
  const body = request.method === 'POST' ? await bodyOf(request) : {};
  if (body === undefined) return sendText(response, 400, 'Expected a small JSON object.');
  return found.route.answer({request, response, path: own!, query, body, signal}, found.named);
}

const NO_TOKEN =
  'This page opens with the address that `sidestep ui` printed in its terminal: it holds a token that keeps others out.';

/** The token leaves the address at once: it would stay in the history and on the screen. */
function enter(response: ServerResponse, token: string | null, keys: Keys): void {
  if (token === null || !keys.exchanges(token)) sendText(response, 403, NO_TOKEN);
  else response.writeHead(303, {'Set-Cookie': cookieOf(keys), Location: `/${keys.place}/`}).end();
}

/** The path as it was sent: nothing in it is decoded, so that nothing can hide in it. */
function addressOf({url}: IncomingMessage): {readonly path: string; readonly query: URLSearchParams} {
  const [path, ...rest] = (url ?? '/').split('?');
  return {path: path!, query: new URLSearchParams(rest.join('?'))};
}

function matching(routes: readonly Route[], method: string, path: string) {
  for (const route of routes) {
    const match = route.method === method ? route.path.exec(path) : null;
    if (match !== null) return {route, named: match.groups ?? {}};
  }
  return undefined;
}

const LONGEST_BODY = 16 * 1024;

/** Undefined for what is no JSON object, or longer than anything the page sends. */
async function bodyOf(request: IncomingMessage): Promise<Json | undefined> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > LONGEST_BODY) return undefined;
    pieces.push(piece);
  }
  try {
    const value = JSON.parse(Buffer.concat(pieces).toString('utf8')) as Json;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A file that a person has to look at is an answer in words; anything else is a defect, and the server lives on. */
function fail(response: ServerResponse, error: unknown, {defect}: UiOptions): void {
  if (!(error instanceof SidestepError)) defect(error);
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (error instanceof SidestepError) sendProblems(response, 409, [error.problem]);
  else sendText(response, 500, 'This is a defect of sidestep; the terminal shows more.');
}
