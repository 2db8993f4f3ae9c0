import {type Libc, libcHere} from './libc.js';

/** A system that a ready engine is published for. The release scripts make the packages of this list. */
export interface Platform {
  readonly name: string;
  readonly os: NodeJS.Platform;
  readonly cpu: NodeJS.Architecture;
  readonly libc?: Libc;
  /** Whether the CUDA plugin is published for it as well. */
  readonly cuda: boolean;
}

const SCOPE = '@sidestep-ace';

export const platforms: readonly Platform[] = [
  {name: 'linux-x64', os: 'linux', cpu: 'x64', libc: 'glibc', cuda: true},
  {name: 'linux-arm64', os: 'linux', cpu: 'arm64', libc: 'glibc', cuda: true},
  {name: 'linux-x64-musl', os: 'linux', cpu: 'x64', libc: 'musl', cuda: false},
  {name: 'win32-x64', os: 'win32', cpu: 'x64', cuda: true},
  {name: 'darwin-arm64', os: 'darwin', cpu: 'arm64', cuda: false},
];

/** The one file in a platform's package. */
export const ENGINE_FILE = 'sidestep.node';

export function enginePackage({name}: Pick<Platform, 'name'>): string {
  return `${SCOPE}/engine-${name}`;
}

/** Cards of one kind: the kernels of all kinds together are five times the download. */
export interface Generation {
  readonly name: string;
  readonly cards: string;
  /** As CMake spells them: `-real` is machine code alone, without it there is PTX too, which a driver compiles for later cards. */
  readonly architectures: string;
}

/** The first one runs on every later card as well, after its driver has compiled the kernels, which takes a while the first time. */
export const generations: readonly Generation[] = [
  {name: 'ampere', cards: 'RTX 30, A100, A10, A40', architectures: '80-real;86'},
  {name: 'ada', cards: 'RTX 40, L4, L40', architectures: '89-real'},
  {name: 'hopper', cards: 'H100, H200', architectures: '90-real'},
  {name: 'blackwell', cards: 'RTX 50, B200', architectures: '100-real;120'},
];

/** `8.6` is what nvidia-smi calls compute_cap. Undefined for cards that the engine does not use. */
export function generationOf(compute_capability: string): Generation | undefined {
  const [major = 0, minor = 0] = compute_capability.split('.').map(Number);
  return generations.find(({name}) => name === generationName(major, minor));
}

/** Machine code serves its own major alone. Cards that none was compiled for take the PTX of the newest architecture before them. */
function generationName(major: number, minor: number): string | undefined {
  if (major < 8) return undefined;
  if (major === 8) return minor === 9 ? 'ada' : 'ampere';
  if (major === 9) return 'hopper';
  return major === 11 ? 'ampere' : 'blackwell'; // Jetson Thor is 11.0: neither code for 10 nor PTX for 12
}

export function cudaPackage(platform: Pick<Platform, 'name'>, generation: Pick<Generation, 'name'>): string {
  return `${SCOPE}/cuda-${platform.name}-${generation.name}`;
}

export function pluginFile(os: NodeJS.Platform): string {
  return os === 'win32' ? 'sidestep_cuda.dll' : 'sidestep_cuda.so';
}

/** `linux-x64`, `linux-x64-musl`, `freebsd-x64`: also of systems that nothing is published for. */
export function thisSystem(): string {
  const musl = process.platform === 'linux' && libcHere() === 'musl';
  return `${process.platform}-${process.arch}${musl ? '-musl' : ''}`;
}

export function platformHere(): Platform | undefined {
  const here = thisSystem();
  return platforms.find(({name}) => name === here);
}
