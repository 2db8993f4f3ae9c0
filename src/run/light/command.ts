import {type ChildProcess, spawn} from 'node:child_process';
import {mkdir} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {createInterface} from 'node:readline';
import type {Readable} from 'node:stream';
import {isFileError} from '../../base/durable.js';
import {SidestepError} from '../../base/problem.js';
import {isParamObject, type ParamObject} from '../../stage/param.js';
import type {LightContext} from '../light-stage.js';

/**
 * The `command` stage: the user's own program. It finds its inputs and outputs in its arguments (`${inputs.NAME}`,
 * `${outputs.NAME}`) and in `SIDESTEP_OUTPUT_DIR`. No shell is involved. When the run is stopped it gets SIGTERM, then
 * SIGKILL.
 * Throws `run/command-failed` with its last words.
 */
export async function runCommand(context: LightContext): Promise<void> {
  const {params, out_dir} = context;
  const paths = {inputs: inputPaths(context), outputs: await outputPaths(params, out_dir)};
  const argv = listOf(params.argv).map((word) => fillIn(String(word), paths));
  const environment = isParamObject(params.environment) ? params.environment : {};
  const variables = Object.entries(environment).map(([name, value]) => [name, String(value)]);
  const end = await runProgram(argv, {
    cwd: String(params.working_dir),
    env: {...context.env, ...Object.fromEntries(variables), SIDESTEP_OUTPUT_DIR: out_dir},
    signal: context.signal,
    force: context.force,
    log: context.log,
  });
  if (end.kind === 'succeeded') return;
  throw new SidestepError({
    code: 'run/command-failed',
    message: [`${argv[0]} ${end.how}`, ...end.last_words].join('\n'),
    hint: 'The whole output is in the log of this stage.',
  });
}

interface Paths {
  readonly inputs: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
}

function inputPaths({params, inputs}: LightContext): Record<string, string> {
  const declared = isParamObject(params.inputs) ? Object.entries(params.inputs) : [];
  return Object.fromEntries(
    declared.map(([name, value]) => [name, inputs[`inputs.${name}`]?.path ?? String(value)]),
  );
}

/** Folders that outputs lie in are made, so that a program may simply write. */
async function outputPaths(params: ParamObject, outDir: string): Promise<Record<string, string>> {
  const declared = isParamObject(params.outputs) ? Object.entries(params.outputs) : [];
  const paths = declared.map(([name, file]) => [name, join(outDir, String(file))] as const);
  for (const [, path] of paths) await mkdir(dirname(path), {recursive: true});
  return Object.fromEntries(paths);
}

function fillIn(word: string, paths: Paths): string {
  return word.replace(/\$\{(inputs|outputs)\.([A-Za-z_]\w*)\}/g, (text, kind: keyof Paths, name: string) => {
    const path = paths[kind][name];
    if (path !== undefined) return path;
    throw new SidestepError({
      code: 'run/unknown-command-path',
      message: `argv uses ${text}, but ${kind} declares no ${name}`,
      hint: `Declared: ${Object.keys(paths[kind]).join(', ') || 'none'}.`,
    });
  });
}

type ProgramEnd =
  | {readonly kind: 'succeeded'}
  | {readonly kind: 'failed'; readonly how: string; readonly last_words: readonly string[]};

interface Program {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly force: AbortSignal;
  readonly log: (line: string) => void;
}

const LAST_WORDS = 12;
const KILL_AFTER_MS = 5_000;

async function runProgram(argv: readonly string[], program: Program): Promise<ProgramEnd> {
  const [file, ...args] = argv;
  const child = spawn(file!, args, {
    cwd: program.cwd,
    env: program.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32', // a group of its own: what a shell started ends with the shell
  });
  const last_words: string[] = [];
  const hear = (line: string) => {
    program.log(line);
    last_words.push(line);
    if (last_words.length > LAST_WORDS) last_words.shift();
  };
  const stop = stopOnAbort(child, program);
  const reading = Promise.all([readLines(child.stdout, hear), readLines(child.stderr, hear)]);
  const how = await new Promise<string | undefined>((resolve) => {
    child.once('error', (error) => resolve(`could not be started: ${error.message}`));
    child.once('close', (code, signal) =>
      resolve(
        code === 0 ? undefined : signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`,
      ),
    );
  });
  stop();
  await reading;
  program.signal.throwIfAborted();
  return how === undefined ? {kind: 'succeeded'} : {kind: 'failed', how, last_words};
}

function stopOnAbort(child: ChildProcess, {signal, force}: Program): () => void {
  let kill: NodeJS.Timeout | undefined;
  const onAbort = () => {
    endGroup(child, 'SIGTERM');
    kill = setTimeout(killGroup, KILL_AFTER_MS);
  };
  const killGroup = () => endGroup(child, 'SIGKILL');
  signal.addEventListener('abort', onAbort);
  force.addEventListener('abort', killGroup);
  process.once('exit', killGroup);
  if (signal.aborted) onAbort();
  return () => {
    clearTimeout(kill);
    signal.removeEventListener('abort', onAbort);
    force.removeEventListener('abort', killGroup);
    process.removeListener('exit', killGroup);
  };
}

/** The program and all it started. */
function endGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return; // it never started
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch (error) {
    if (!isFileError(error, 'ESRCH')) throw error; // the whole group is gone already
  }
}

async function readLines(stream: Readable, hear: (line: string) => void): Promise<void> {
  for await (const line of createInterface({input: stream})) hear(line);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
