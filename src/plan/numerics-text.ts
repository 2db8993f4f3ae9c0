import {isJsonObject, type Json} from '../base/json.js';

/** What computed a stage, as recorded in a fingerprint or a lock file, in words: `f32 on the CPU, arithmetic 4`. */
export function numericsText(numerics: Json | undefined): string {
  if (!isJsonObject(numerics)) return 'no arithmetic of the engine';
  const {backend, precision, numerics_version, cpu_arithmetic} = numerics;
  const place = backend === 'cpu' ? 'the CPU' : backend === 'cuda' ? 'a CUDA card' : String(backend);
  const own = typeof cpu_arithmetic === 'string' ? ` (${cpuArithmeticText(cpu_arithmetic)})` : '';
  return `${String(precision)} on ${place}${own}, arithmetic ${String(numerics_version)}`;
}

/** Every CPU with AVX2 and FMA, AVX-512 or NEON gives one result; of one that gives another, why. */
export function cpuArithmeticText(arithmetic: string): string {
  return arithmetic.replace(/^portable/, 'portable, without fused multiply-add');
}

/** What makes the bits those of every CPU again. */
export const CPU_ARITHMETIC_HINT =
  'CPUs with AVX2 and FMA, AVX-512 or NEON all compute the same bits. Others do not, nor does an engine that was built with a BLAS or told to by SIDESTEP_CPU_ISA=portable.';
