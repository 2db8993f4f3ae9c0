import {createRequire} from 'node:module';
import {SidestepError} from '../base/problem.js';
import type {NativeTensor} from './tensor.js';

/** Raised together with kBindingVersion in native/core/version.h; test/native/binding-names.json says when. */
export const BINDING_VERSION = 7;

export interface CallValue {
  readonly result: string;
  readonly outputs: Readonly<Record<string, NativeTensor>>;
}

/** The addon's whole surface; engine.ts gives it types and names. */
export interface Addon {
  readonly binding_version: number;
  readonly numerics_version: number;
  readonly call: (
    method: string,
    paramsJson: string,
    inputs: Readonly<Record<string, NativeTensor>>,
    onEvent: (json: string) => void,
    token: unknown,
  ) => Promise<CallValue>;
  readonly cancel_token: () => unknown;
  readonly cancel: (token: unknown) => void;
  /** From now on the system ends this process when its parent ends: see native/core/platform/process.h. */
  readonly die_with_parent: () => void;
}

/**
 * Loads the addon. Throws `native/addon-missing` when the file cannot be loaded (with the loader's own words) and
 * `native/addon-version` when it was built from other sources.
 */
export function loadAddon(path: string): Addon {
  const addon = requireAddon(path);
  if (addon.binding_version !== BINDING_VERSION) {
    throw new SidestepError({
      code: 'native/addon-version',
      message: `The engine ${path} is ${ageText(addon.binding_version)} this sidestep: its interface is number ${String(addon.binding_version)}, expected ${BINDING_VERSION}`,
      hint: '`sidestep doctor` says how to get the one that fits.',
    });
  }
  addon.die_with_parent(); // the process that loads the engine is a worker: it must not outlive its runner inside a long call
  return addon;
}

function ageText(found: unknown): string {
  if (typeof found !== 'number') return 'none of';
  return found < BINDING_VERSION ? 'older than' : 'newer than';
}

function requireAddon(path: string): Addon {
  try {
    return createRequire(import.meta.url)(path) as Addon;
  } catch (error) {
    throw new SidestepError(
      {
        code: 'native/addon-missing',
        message: `The native engine could not be loaded from ${path}: ${error instanceof Error ? error.message : String(error)}`,
        hint: '`sidestep doctor` says how to get one that fits.',
      },
      {cause: error},
    );
  }
}
