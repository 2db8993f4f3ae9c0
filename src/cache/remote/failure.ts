import type {Problem} from '../../base/problem.js';
import {systemErrorName} from '../../base/system-error.js';
import type {Address} from './address.js';
import {TimedOut} from './exchange.js';

/** How a request came to nothing. */
export class RemoteFailure extends Error {
  constructor(
    readonly problem: Problem,
    /** `all`: the next question would come to the same. `one`: it may be about this file. */
    readonly concerns: 'all' | 'one',
  ) {
    super(problem.message);
  }
}

export function remoteUnreachable({name}: Address, error: unknown): RemoteFailure {
  return new RemoteFailure(
    {
      code: 'cache/remote-unreachable',
      message: `The cache at ${name} cannot be reached: ${lineWords(error)}`,
      hint: 'The run goes on without it, as if it were empty.',
    },
    'all',
  );
}

function lineWords(error: unknown): string {
  if (error instanceof TimedOut) return error.message;
  const {code = '', message} = error as NodeJS.ErrnoException;
  const words: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'nothing listens there',
    ENOTFOUND: 'there is no host of that name',
    EAI_AGAIN: 'no name server answers',
    ECONNRESET: 'the connection was cut',
    EPIPE: 'the connection was cut',
    EHOSTUNREACH: 'no way leads there',
    ENETUNREACH: 'there is no network',
    ETIMEDOUT: 'nothing answers',
    CERT_HAS_EXPIRED: 'its certificate has expired',
    ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
    DEPTH_ZERO_SELF_SIGNED_CERT:
      'its certificate is not trusted (NODE_EXTRA_CA_CERTS names a file with its authority)',
    SELF_SIGNED_CERT_IN_CHAIN:
      'its certificate is not trusted (NODE_EXTRA_CA_CERTS names a file with its authority)',
    UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      'its certificate is not trusted (NODE_EXTRA_CA_CERTS names a file with its authority)',
  };
  const name = code in words ? code : (systemErrorName(error) ?? code);
  const said =
    words[name] ?? (/SSL|TLS|EPROTO/.test(name + message) ? 'it does not speak TLS as it should' : message);
  return `${said} (${name})`;
}

/** Of statuses that asking again would not change, and of those that asking again did not. */
export function remoteRefused(
  {name, rights}: Address,
  {method, path}: {readonly method: string; readonly path: string},
  status: number,
): RemoteFailure {
  const reading = method === 'GET' || method === 'HEAD';
  const what = reading ? `reading ${path}` : `writing ${path}`;
  const message = `The cache at ${name} refuses ${what} with status ${status}`;
  if (status === 401 || status === 403)
    return new RemoteFailure(
      {code: 'cache/remote-no-right', message, hint: `${rights}. The run goes on without it.`},
      'all',
    );
  const hint =
    status === 413 || status === 507
      ? 'The file is too large for it, or it is full. The result stays here.'
      : 'The run goes on without it. Its own log may say why.';
  return new RemoteFailure({code: 'cache/remote-refused', message, hint}, 'one');
}

export function remoteRedirected({name}: Address, path: string): RemoteFailure {
  return new RemoteFailure(
    {
      code: 'cache/remote-refused',
      message: `The cache at ${name} sends those who ask for ${path} in a circle, or to a place without encryption`,
      hint: 'Is it the address of the store itself? The run goes on without it.',
    },
    'one',
  );
}

export function remoteOtherSize(
  {name}: Address,
  path: string,
  {size, length}: {readonly size: number; readonly length: number},
): RemoteFailure {
  return new RemoteFailure(
    {
      code: 'cache/remote-damaged',
      message: `The cache at ${name} has ${length} bytes under ${path}, which should be ${size}`,
      hint: 'It is not used; what it should have been is computed here.',
    },
    'one',
  );
}

export function remoteTooLarge({name}: Address, path: string, bytes: number): RemoteFailure {
  return new RemoteFailure(
    {
      code: 'cache/remote-damaged',
      message: `The cache at ${name} sends more than the ${bytes} bytes that ${path} has`,
      hint: 'It is not used; what it should have been is computed here.',
    },
    'one',
  );
}
