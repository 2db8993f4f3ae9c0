import {constants} from 'node:os';

/** An error of the operating system: it refused or failed what a program may well ask for. */
export interface SystemError extends NodeJS.ErrnoException {
  readonly dest?: string;
}

/** Did the system refuse something? */
export function isSystemError(error: unknown): error is SystemError {
  return systemErrorName(error) !== undefined;
}

/** `ENOENT`, `EDQUOT`; undefined for errors of any other kind, such as Node's own `ERR_…`. */
export function systemErrorName(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const {code, errno} = error as NodeJS.ErrnoException;
  if (code !== undefined && NUMBERS.has(code)) return code;
  if (typeof errno !== 'number' || errno >= 0) return undefined;
  // Node has no name for some numbers, EDQUOT among them: `Unknown system error -122`.
  return NAMES.get(-errno) ?? `error ${-errno}`;
}

/** Waits for `act`; what the system refuses then names this file: Node says `write` and `fsync` without saying of what. */
export async function onFile<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (isSystemError(error)) error.path ??= path;
    throw error;
  }
}

/** Linux has these too, but Node does not list them. */
const UNLISTED: Readonly<Record<string, number>> =
  process.platform === 'linux' ? {EUCLEAN: 117, EREMOTEIO: 121, EHOSTDOWN: 112} : {};
const NUMBERS: ReadonlyMap<string, number> = new Map(Object.entries({...constants.errno, ...UNLISTED}));
const NAMES: ReadonlyMap<number, string> = new Map([...NUMBERS].map(([name, number]) => [number, name]));
