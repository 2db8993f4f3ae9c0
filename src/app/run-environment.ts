import {execFile} from 'node:child_process';
import {availableParallelism, release, totalmem, type} from 'node:os';
import {basename, dirname} from 'node:path';
import {promisify} from 'node:util';
import type {GitState, RunEnvironment} from '../record/environment.js';
import type {PlannedPipeline} from './plan-pipeline.js';
import {packageVersion} from './version.js';

/** What a reader of the report will want to know of this machine. Asks git, so it is only done when something runs. */
export async function runEnvironment({
  pipeline,
  observation,
}: Pick<PlannedPipeline, 'pipeline' | 'observation'>): Promise<RunEnvironment> {
  const report = observation.engine?.kind === 'known' ? observation.engine.report : undefined;
  const devices = report?.devices ?? [];
  return {
    sidestep: await packageVersion(),
    node: process.versions.node,
    os: `${type()} ${release()} ${process.arch}`,
    memory_bytes: totalmem(),
    cpu_threads: availableParallelism(),
    devices: devices.map(({device, name, memory_bytes}) => ({device, name, memory_bytes})),
    numerics_version: report?.numerics_version ?? null,
    git: await gitState(pipeline.file),
  };
}

const run = promisify(execFile);

/** Null outside a repository, without a commit, and where git is not installed. */
export async function gitState(file: string): Promise<GitState | null> {
  const git = async (...args: string[]): Promise<string> =>
    (await run('git', ['--no-optional-locks', ...args], {cwd: dirname(file), timeout: 10_000})).stdout.trim();
  try {
    const [commit, status] = await Promise.all([
      git('rev-parse', 'HEAD'),
      git('status', '--porcelain', '--ignored', '--', basename(file)),
    ]);
    if (status === '') return {commit, pipeline: 'committed'};
    return {commit, pipeline: /^(\?\?|!!)/.test(status) ? 'untracked' : 'changed'};
  } catch {
    return null; // every way in which git cannot answer means the same: nothing is known of a commit
  }
}
