import type {Problem} from '../base/problem.js';
import type {ConfiguredStage} from '../config/pipeline.js';

/** By `base_precision`: the compute capability from which on tensor cores multiply such codes, ten times it. */
const LEAST = new Map<unknown, number>([
  ['int8', 80],
  ['fp8', 89],
]);

/**
 * Pure: why a stage's frozen model cannot be multiplied in 8 bits on a card of this compute capability (ten times it); undefined where it can,
 * and where the capability is not known.
 */
export function tensorCoreProblem(
  {params}: Pick<ConfiguredStage, 'params'>,
  device: string,
  compute_capability: number | undefined,
): Problem | undefined {
  const least = LEAST.get(params.base_precision);
  if (least === undefined || compute_capability === undefined || compute_capability >= least)
    return undefined;
  return {
    code: 'run/no-tensor-cores',
    message: `base_precision: ${String(params.base_precision)} needs a card of compute capability ${text(least)} or newer; ${device} has ${text(compute_capability)}`,
    hint: 'Set `base_precision: int8`, which every card that the engine computes on multiplies, or `8bit`, which only saves memory.',
  };
}

function text(times_ten: number): string {
  return (times_ten / 10).toFixed(1);
}
