import {createReadStream} from 'node:fs';
import {Agent, type ClientRequest, type IncomingMessage, request as plainRequest} from 'node:http';
import {Agent as SecureAgent, request as secureRequest} from 'node:https';
import {pipeline} from 'node:stream';
import {callAfter} from '../../base/timer.js';

/** What is sent: text, or a file as long as it was said to be. */
export type Body =
  | {readonly kind: 'text'; readonly text: string}
  | {readonly kind: 'file'; readonly path: string; readonly size: number};

export interface Request {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'MKCOL';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Body;
  /** Without a byte in either direction for so long it has failed. */
  readonly silence_ms: number;
  /** So long it may take until the answer begins, and for one without a body altogether. */
  readonly limit_ms: number;
  readonly signal: AbortSignal | undefined;
  /** Counts bytes of the body as they go out. */
  readonly sent?: (bytes: number) => void;
}

/** Connections that are kept open between questions; idle ones keep no process alive. */
const agents = {
  'http:': new Agent({keepAlive: true, maxSockets: 16}),
  'https:': new SecureAgent({keepAlive: true, maxSockets: 16}),
};

/** From here on a server is asked first whether it would take the body: one that refuses it need not be sent gigabytes. */
const ASK_FIRST_BYTES = 256 * 1024;
/** Servers that do not know the question say nothing. */
const SAYS_NOTHING_AFTER_MS = 2_000;

/** Failed in time: nothing came, or not enough. */
export class TimedOut extends Error {}

/**
 * One question and the head of its answer; the caller reads its body to the end, or destroys it. Nothing is followed, retried or
 * decoded. Rejects with the system's error, `TimedOut`, or the signal's reason.
 */
export function exchange(request: Request): Promise<IncomingMessage> {
  const {method, url, headers, body, silence_ms, limit_ms, signal} = request;
  return new Promise((resolve, reject) => {
    const length = body === undefined ? undefined : lengthOf(body);
    const asks = length !== undefined && length >= ASK_FIRST_BYTES;
    const secure = url.protocol === 'https:';
    const send = secure ? secureRequest : plainRequest;
    const asked: ClientRequest = send(url, {
      method,
      agent: secure ? agents['https:'] : agents['http:'],
      headers: {
        ...headers,
        'accept-encoding': 'identity',
        ...(length === undefined ? {} : {'content-length': String(length)}),
        ...(asks ? {expect: '100-continue'} : {}),
      },
      ...(signal === undefined ? {} : {signal}),
    });
    const limit = callAfter(limit_ms, () =>
      asked.destroy(new TimedOut(`no answer within ${seconds(limit_ms)}`)),
    );
    asked.setTimeout(silence_ms, () => asked.destroy(new TimedOut(`silent for ${seconds(silence_ms)}`)));
    asked.once('response', (answer) => {
      limit();
      resolve(answer);
    });
    let ours: Error | undefined; // a file of our own that cannot be read is no fault of the line
    asked.once('error', (error) => {
      limit();
      reject(ours ?? error);
    });
    const failedHere = (error: Error) => {
      ours = error;
      asked.destroy(error);
    };
    sendBody(asked, request, {when: asks ? 'once_asked' : 'at_once', failedHere});
  });
}

interface Sending {
  readonly when: 'once_asked' | 'at_once';
  readonly failedHere: (error: Error) => void;
}

function sendBody(asked: ClientRequest, {body, sent}: Request, {when, failedHere}: Sending): void {
  if (body === undefined) {
    asked.end();
    return;
  }
  if (body.kind === 'text') {
    asked.end(body.text);
    sent?.(Buffer.byteLength(body.text));
    return;
  }
  let begun = false;
  const begin = () => {
    if (begun || asked.destroyed || asked.writableEnded) return;
    begun = true;
    const file = createReadStream(body.path, {end: Math.max(0, body.size - 1)});
    file.once('error', failedHere);
    file.on('data', (chunk) => sent?.(chunk.length));
    pipeline(file, asked, (error) => {
      if (error !== null && error !== undefined) asked.destroy(error);
    });
  };
  if (when === 'at_once') {
    begin();
    return;
  }
  const patience = callAfter(SAYS_NOTHING_AFTER_MS, begin);
  asked.once('continue', begin);
  asked.once('continue', patience);
  asked.once('response', () => {
    patience();
    begun = true; // it said no before it had the body
  });
  asked.once('close', patience);
  asked.flushHeaders();
}

function lengthOf(body: Body): number {
  return body.kind === 'text' ? Buffer.byteLength(body.text) : body.size;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}
