import {accidentOf} from '../base/accident.js';
import {SidestepError} from '../base/problem.js';
import type {Addon} from './addon.js';
import type {NativeTensor} from './tensor.js';

/** What every call may be given apart from its own parameters. */
export interface CallOptions<Event = unknown> {
  /** Stops the call at its next check; it then rejects with `native/cancelled`. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: Event) => void;
}

export interface CallResult {
  readonly result: unknown;
  readonly outputs: Readonly<Record<string, NativeTensor>>;
}

/**
 * One call into the engine, off the event loop. Rejects with a SidestepError that carries the engine's code, message and
 * hint. The arrays in `inputs` must not be written or transferred before the promise settles.
 */
export async function callEngine(
  addon: Addon,
  method: string,
  params: object,
  inputs: Readonly<Record<string, NativeTensor>>,
  options: CallOptions<never> = {},
): Promise<CallResult> {
  const token = addon.cancel_token();
  const onAbort = () => addon.cancel(token);
  if (options.signal?.aborted) onAbort();
  options.signal?.addEventListener('abort', onAbort, {once: true});
  try {
    const emit = (json: string) => options.onEvent?.(JSON.parse(json) as never);
    const {result, outputs} = await addon.call(method, JSON.stringify(params), inputs, emit, token);
    return {result: JSON.parse(result), outputs};
  } catch (error) {
    throw asSidestepError(error);
  } finally {
    options.signal?.removeEventListener('abort', onAbort);
  }
}

/** What the system refused has its words here; other errors of the engine carry a code; the rest are bugs and keep their stack. */
function asSidestepError(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return error;
  const accident = accidentOf(error);
  if (accident !== undefined) return new SidestepError(accident, {cause: error});
  const own = 'hint' in error && typeof error.hint === 'string' ? {hint: error.hint} : {};
  const hint = /^(train|adapter|generate)\/option-unknown$/.test(error.code) ? {hint: OTHER_ENGINE} : own;
  return new SidestepError({code: error.code, message: error.message, ...hint}, {cause: error});
}

/** Options were held to this sidestep's schema before they came here. */
const OTHER_ENGINE =
  'This sidestep knows the option, so the engine is of another version: `sidestep doctor` says which one was found; in a checkout `npm run native` builds the one that fits.';
