import {existsSync} from 'node:fs';
import {join, sep} from 'node:path';
import {nextCommand} from '../next-command.js';
import type {Terminal} from '../terminal.js';
import {
  cudaPackage,
  enginePackage,
  generationOf,
  type Platform,
  generations as published,
  thisSystem,
} from './platforms.js';
import {versionIn} from './version-in.js';

/** How this copy of sidestep came here: that decides what gets it an engine. */
export type Installation =
  | {readonly kind: 'checkout'}
  | {
      readonly kind: 'package';
      readonly manager: 'npm' | 'pnpm' | 'yarn';
      readonly reach: 'project' | 'global';
    };

/** Pure but for looking whether files exist. */
export function installationOf(root: string): Installation {
  if (existsSync(join(root, 'tsconfig.json'))) return {kind: 'checkout'};
  const project = projectAround(root);
  const reach = project === undefined || existsSync(join(project, 'package.json')) ? 'project' : 'global';
  return {kind: 'package', manager: managerOf(root, project), reach};
}

/** The folder whose `node_modules`, or Yarn's folder in place of it, the package is in. */
function projectAround(root: string): string | undefined {
  const [project] = root.split(new RegExp(`\\${sep}(?:node_modules|\\.yarn)\\${sep}`));
  return project === root ? undefined : project;
}

function managerOf(root: string, project: string | undefined): 'npm' | 'pnpm' | 'yarn' {
  if (root.includes(`${sep}.pnpm${sep}`)) return 'pnpm';
  if (root.includes(`${sep}.yarn${sep}`)) return 'yarn';
  return project !== undefined && existsSync(join(project, 'yarn.lock')) ? 'yarn' : 'npm';
}

/** A package beside this one, by the program that installed this one. */
export function installCommand(installation: Installation, name: string): string {
  return [...installWords(installation), name].join(' ');
}

function installWords(installation: Installation): readonly string[] {
  if (installation.kind === 'checkout') return ['npm', 'install', '--no-save'];
  const {manager, reach} = installation;
  if (manager === 'yarn') return reach === 'project' ? ['yarn', 'add'] : ['yarn', 'global', 'add'];
  const verb = manager === 'npm' ? 'install' : 'add';
  return reach === 'project' ? [manager, verb] : [manager, verb, '--global'];
}

/** What to do about an engine that is missing, or does not fit, in words for a hint. */
export function engineHelp(
  terminal: Pick<Terminal, 'env' | 'cwd'>,
  {root, platform}: {readonly root: string; readonly platform: Platform | undefined},
): string {
  const named = terminal.env.SIDESTEP_ENGINE;
  if (named !== undefined && named !== '')
    return 'SIDESTEP_ENGINE names it: unset that variable to use the engine of this installation, or name one that fits.';
  const installation = installationOf(root);
  if (installation.kind === 'checkout')
    return 'Build it with `npm run native` (needs CMake and a C++20 compiler).';
  const build = `\`${nextCommand(terminal, ['build-engine'])}\` compiles it here (needs CMake and a C++20 compiler)`;
  if (platform === undefined) return `There is no ready engine for ${thisSystem()}: ${build}.`;
  const install = installCommand(installation, `${enginePackage(platform)}@${versionIn(root)}`);
  return `\`${install}\` gets the ready one, which an installation leaves out that is told to omit optional packages; or ${build}.`;
}

/** What the driver shows. */
export interface SeenCard {
  readonly name: string;
  /** `8.6`; empty where the driver does not say. */
  readonly compute_capability: string;
}

/** How the engine gets to use these cards. */
export function pluginHelp(
  terminal: Pick<Terminal, 'env' | 'cwd'>,
  {root, platform}: {readonly root: string; readonly platform: Platform | undefined},
  cards: readonly SeenCard[],
): string {
  const installation = installationOf(root);
  if (installation.kind === 'checkout')
    return 'The CUDA plugin is built where nvcc (the CUDA toolkit, 12 or 13) is on the PATH: install it, then `npm run native`.';
  const generations = new Set(cards.flatMap((card) => generationOf(card.compute_capability) ?? []));
  const [generation] = generations;
  if (platform?.cuda !== true || generation === undefined)
    return `The CUDA plugin is compiled where nvcc (the CUDA toolkit, 12 or 13) is on the PATH: \`${nextCommand(terminal, ['build-engine', '--cuda', 'on'])}\`.`;
  // Cards of several kinds: the first package runs on them all.
  const fitting = generations.size === 1 ? generation : published[0]!;
  const name = `${cudaPackage(platform, fitting)}@${versionIn(root)}`;
  return `The plugin for ${cards[0]!.name} is a package of its own: \`${installCommand(installation, name)}\`.`;
}
