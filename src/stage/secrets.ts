import {own} from '../base/json.js';
import {type Problem, SidestepError} from '../base/problem.js';
import {textPieces} from '../base/reference.js';
import {isParamObject, type ParamObject} from './param.js';

/** Names of the secrets that a `command` stage hands to its program. Their values are in no parameter. */
export function secretsIn(params: ParamObject): string[] {
  const environment = isParamObject(params.environment) ? Object.values(params.environment) : [];
  const names = environment.flatMap((text) =>
    textPieces(String(text)).flatMap((piece) =>
      piece.kind === 'reference' && piece.words[0] === 'secrets' ? [piece.words[1]!] : [],
    ),
  );
  return [...new Set(names)];
}

/** An empty one is missing too: CI systems hand over nothing else where a secret was not set. */
export function missingSecrets(
  names: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Problem | undefined {
  const missing = names.filter((name) => (own(env, name) ?? '') === '');
  if (missing.length === 0) return undefined;
  const message =
    missing.length === 1
      ? `The secret ${missing[0]} is not set`
      : `The secrets ${missing.join(', ')} are not set`;
  return {
    code: 'run/secret-missing',
    message,
    hint: `Set it in the environment that sidestep is started with, for instance \`export ${missing[0]}=…\`.`,
  };
}

/** Read when the work begins, and to be kept nowhere. Throws `run/secret-missing`. */
export function secretValues(
  names: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const missing = missingSecrets(names, env);
  if (missing !== undefined) throw new SidestepError(missing);
  return Object.fromEntries(names.map((name) => [name, env[name]!]));
}
