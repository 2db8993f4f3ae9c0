import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';

/**
 * What the plugin uses of CUDA's runtime, by the toolkit whose documentation has it first in the form that is used here. The oldest that the
 * plugin says it builds with is 12.0; who uses something else looks it up in the archives of NVIDIA's documentation and adds it.
 */
const SINCE: Readonly<Record<string, readonly string[]>> = {
  '7.0': [
    'cudaDevAttrComputeCapabilityMajor cudaDevAttrComputeCapabilityMinor',
    'cudaDevAttrMaxSharedMemoryPerMultiprocessor cudaDevAttrMultiProcessorCount',
    'cudaDeviceProp cudaDeviceGetAttribute cudaDeviceSynchronize cudaDriverGetVersion cudaErrorInitializationError',
    'cudaErrorInsufficientDriver cudaErrorMemoryAllocation cudaErrorNoDevice cudaEventCreate cudaEventCreateWithFlags cudaEventDestroy',
    'cudaEventDisableTiming cudaEventElapsedTime cudaEventRecord cudaEventSynchronize cudaFree cudaFreeHost cudaGetDevice',
    'cudaGetDeviceCount cudaGetDeviceProperties cudaGetErrorName cudaGetErrorString cudaGetLastError cudaHostAlloc',
    'cudaHostAllocPortable cudaMalloc cudaMemGetInfo cudaMemcpy cudaMemcpyAsync cudaMemcpyDefault cudaMemcpyDeviceToDevice cudaMemset',
    'cudaMemsetAsync cudaSetDevice cudaStreamCreate cudaStreamDestroy cudaStreamSynchronize cudaStreamWaitEvent cudaSuccess',
  ],
  '9.0': ['cudaFuncAttributeMaxDynamicSharedMemorySize cudaFuncSetAttribute'],
  '10.1': [
    'cudaErrorSystemDriverMismatch cudaErrorSystemNotReady',
    'cudaGraphDestroy cudaGraphExecDestroy cudaGraphLaunch cudaStreamBeginCapture cudaStreamCaptureModeThreadLocal',
    'cudaStreamCaptureStatus cudaStreamCaptureStatusNone cudaStreamEndCapture cudaStreamIsCapturing',
  ],
  // Of memory that CUDA does not know they answer cudaMemoryTypeUnregistered, where older ones fail.
  '11.0': ['cudaMemoryTypeHost cudaPointerAttributes cudaPointerGetAttributes'],
  '11.2': [
    'cudaDevAttrMemoryPoolsSupported cudaDeviceGetDefaultMemPool cudaFreeAsync cudaMallocAsync cudaMemPoolAttrReleaseThreshold',
    'cudaMemPoolSetAttribute cudaMemPoolTrimTo',
  ],
  '11.3': ['cudaGetDriverEntryPoint'],
  // With three arguments; with a fourth that says what was found.
  '12.0': [
    'cudaGraphInstantiate',
    'cudaDriverEntryPointQueryResult cudaDriverEntryPointSuccess cudaEnableDefault',
  ],
  '12.5': ['cudaGetDriverEntryPointByVersion'], // 13.0 calls the older one deprecated: each is used with its own toolkits
};

/** Members that all of 12.0 to 13.0 have: 13.0 took several away. */
const PROPERTIES = ['name', 'major', 'minor', 'multiProcessorCount', 'totalGlobalMem'];

const OPS = fileURLToPath(new URL('../../native/ops', import.meta.url));

function sources(): {readonly name: string; readonly code: string}[] {
  const names = readdirSync(OPS).filter((name) => /\.cuh?$|_cuda\.(cpp|h)$/.test(name));
  return names.map((name) => ({name, code: withoutComments(readFileSync(join(OPS, name), 'utf8'))}));
}

function withoutComments(code: string): string {
  return code.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
}

function uses(pattern: RegExp): string[] {
  return sources().flatMap(({name, code}) =>
    [...code.matchAll(pattern)].map(([, used]) => `${used} in ${name}`),
  );
}

test('the plugin uses of CUDA what every toolkit from 12.0 on has', () => {
  const known = new Set(Object.values(SINCE).flatMap((lists) => lists.flatMap((list) => list.split(' '))));
  const used = uses(/\b(cuda[A-Z]\w*)/g);
  expect(used.length).toBeGreaterThan(50);
  expect(used.filter((use) => !known.has(use.split(' ')[0]!) && !/^cuda\w+_t /.test(use))).toEqual([]);
});

test('the plugin reads of a card what no toolkit took away', () => {
  const read = uses(/\bproperties(?:\.|->)(\w+)/g);
  expect(read.length).toBeGreaterThan(2);
  expect(read.filter((use) => !PROPERTIES.includes(use.split(' ')[0]!))).toEqual([]);
});

test('the interface of the driver itself is not used: it is not linked', () => {
  expect(
    uses(/\b(cu(?:Ctx|Device|Event|Func|Graph|Init|Launch|Mem|Module|Stream|Tensor)[A-Z]\w*)\s*\(/g),
  ).toEqual([]);
});
