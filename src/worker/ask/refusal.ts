import {isJsonObject, type Json} from '../../base/json.js';
import type {Problem} from '../../base/problem.js';
import {beginning} from './answer.js';

/** Failures of a connection that was never made: no one is there, fetch refuses the port, or it is not who it says. */
const UNREACHED =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ENETDOWN|ETIMEDOUT|EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT|ERR_TLS.*|ERR_SSL.*|.*CERT.*|bad port|.*SIGNATURE.*)$/;

/** What fetch's failure means: for one song where the connection broke, for all where there is none; undefined for a bug. */
export function notReached(
  error: unknown,
  base_url: string,
): {readonly problem: Problem; readonly concerns: 'song' | 'stage'} | undefined {
  if (!(error instanceof TypeError) || error.cause === undefined) return undefined;
  const code = codeOf(error.cause);
  if (UNREACHED.test(code))
    return {
      concerns: 'stage',
      problem: {
        code: 'caption/server-unreachable',
        message: `${base_url} cannot be reached (${code})`,
        hint: 'Is the server running, and this machine online? Songs that were answered are kept: run again.',
      },
    };
  return {
    concerns: 'song',
    problem: {
      code: 'caption/connection-cut',
      message: `${base_url} ended the connection before its answer was whole (${code})`,
      hint: 'The log of the server may say why; too much at once is a usual reason (requests_at_once).',
    },
  };
}

/** Of several addresses that were tried, the first one's. */
function codeOf(cause: unknown): string {
  const {code, errors, message} = cause as {code?: unknown; errors?: unknown; message?: unknown};
  if (typeof code === 'string') return code;
  if (Array.isArray(errors) && errors.length > 0) return codeOf(errors[0]);
  return String(message ?? cause);
}

/** The server's own words: `error.message` in OpenAI's form and `message`, `detail` or `error` in others', else the text itself. */
export function serverWords(body: string): string {
  let reply: Json;
  try {
    reply = JSON.parse(body) as Json;
  } catch {
    return beginning(body);
  }
  if (!isJsonObject(reply)) return beginning(body);
  const {error, message, detail} = reply;
  const words = [isJsonObject(error) ? error.message : error, message, detail].find(
    (text) => typeof text === 'string' && text !== '',
  );
  return beginning(typeof words === 'string' ? words : body);
}
