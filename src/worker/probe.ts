import {cpus, freemem, totalmem} from 'node:os';
import {loadAddon} from '../native/addon.js';
import {describeEngine} from '../native/describe.js';
import type {DeviceReport, EngineReport} from '../protocol/message.js';

/** What this machine can compute with, in the words that planning needs. The CPU comes first, then CUDA devices. */
export async function probe(addonPath: string): Promise<EngineReport> {
  const engine = await describeEngine(loadAddon(addonPath));
  const cpu: DeviceReport = {
    device: 'cpu',
    backend: 'cpu',
    name: `${cpus()[0]?.model.trim() ?? 'CPU'} (${engine.cpu_kernels}, matrix product: ${engine.matrix_product})`,
    memory_bytes: totalmem(),
    free_bytes: freemem(),
  };
  const cuda = engine.cuda_devices.map((device): DeviceReport => ({...device, backend: 'cuda'}));
  return {
    numerics_version: engine.numerics_version,
    cpu_arithmetic: engine.cpu_arithmetic ?? 'fused',
    devices: [cpu, ...cuda],
    no_cuda: engine.no_cuda ?? undefined,
    ...(engine.no_cuda_hint && {no_cuda_hint: engine.no_cuda_hint}),
    ...(engine.nccl && {nccl: engine.nccl}),
  };
}
