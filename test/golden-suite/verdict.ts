/** The judgement of one case, printed as one line. */
export interface Verdict {
  readonly name: string;
  /** Largest error found: relative L2 for tensors, number of differing values where equality is asked for. */
  readonly error: number;
  readonly allowed: number;
  /** What differed, or why the case could not be judged. */
  readonly detail?: string;
}

/** @public Of scripts/golden.mjs, too, which loads this file through vite. */
export function passed({error, allowed}: Verdict): boolean {
  return error <= allowed;
}

/** @public As above. */
export function verdictLine(verdict: Verdict): string {
  const {name, error, allowed, detail} = verdict;
  const found = `${error.toExponential(2)} of ${allowed.toExponential(2)}`;
  return `${passed(verdict) ? 'ok    ' : 'FAILED'} ${name}  ${found}${detail ? `  ${detail}` : ''}`;
}

/** A case that asks for equality; `differences` names what was not equal. */
export function exact(name: string, differences: readonly string[]): Verdict {
  const detail = differences.slice(0, 3).join('; ');
  return {name, error: differences.length, allowed: 0, ...(detail && {detail})};
}

/** A case whose judge threw: failed, with the reason. */
export function broken(name: string, error: unknown): Verdict {
  return {
    name,
    error: Number.POSITIVE_INFINITY,
    allowed: 0,
    detail: error instanceof Error ? error.message : String(error),
  };
}

/** ‖a − b‖ / ‖b‖ over all elements in double precision; ‖a‖ when b is 0; infinite when the sizes differ. */
export function relativeL2(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let difference = 0;
  let size = 0;
  for (let i = 0; i < expected.length; i++) {
    difference += (actual[i]! - expected[i]!) ** 2;
    size += expected[i]! ** 2;
  }
  return Math.sqrt(size === 0 ? difference : difference / size);
}
