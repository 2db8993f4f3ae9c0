import {dirname, join} from 'node:path';
import {own} from '../../base/json.js';
import {makeFolder} from '../../base/make-folder.js';
import {SidestepError} from '../../base/problem.js';
import {textPieces} from '../../base/reference.js';
import {callAfter} from '../../base/timer.js';
import {isParamObject, type ParamObject} from '../../stage/param.js';
import {lastWords} from '../child-output.js';
import type {LightContext} from '../light-stage.js';
import {type GuardedProgram, startGuarded} from './guarded-program.js';

/**
 * The `command` stage: the user's own program. It finds its inputs and outputs in its arguments and its environment
 * (`${inputs.NAME}`, `${outputs.NAME}`) and in `SIDESTEP_OUTPUT_DIR`. No shell reads them. When the run is stopped it gets SIGTERM, then
 * SIGKILL; when the runner itself is killed, SIGKILL at once.
 * Throws `run/command-failed` with its last words.
 */
export async function runCommand(context: LightContext): Promise<void> {
  const {params, out_dir} = context;
  const paths = {inputs: inputPaths(context), outputs: await outputPaths(params, out_dir)};
  const argv = listOf(params.argv).map((word) => fillIn(String(word), paths));
  const environment = isParamObject(params.environment) ? params.environment : {};
  const variables = Object.entries(environment).map(([name, value]) => [name, fillIn(String(value), paths)]);
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
    message: `${argv[0]} ${end.how}`,
    last_words: end.last_words,
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
  for (const [, path] of paths) await makeFolder(dirname(path));
  return Object.fromEntries(paths);
}

/** A text in which `${inputs.NAME}` and `${outputs.NAME}` are left; whatever else looks like that is escaped in it. */
function fillIn(text: string, paths: Paths): string {
  return textPieces(text)
    .map((piece) => (piece.kind === 'literal' ? piece.text : pathFor(piece.raw, paths)))
    .join('');
}

function pathFor(raw: string, paths: Paths): string {
  const [kind, name = ''] = raw.slice(2, -1).trim().split('.') as [keyof Paths, string?];
  const path = own(paths[kind], name);
  if (path !== undefined) return path;
  throw new SidestepError({
    code: 'run/unknown-command-path',
    message: `The command uses ${raw}, but ${kind} declares no ${name}`,
    hint: `Declared: ${Object.keys(paths[kind]).join(', ') || 'none'}.`,
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

const KILL_AFTER_MS = 5_000;

async function runProgram(argv: readonly string[], program: Program): Promise<ProgramEnd> {
  const last = lastWords();
  const hear = (line: string) => {
    program.log(line);
    last.hear(line);
  };
  const running = startGuarded(argv, {...program, hear});
  const stop = stopOnAbort(running, program);
  const how = await running.ended;
  stop();
  program.signal.throwIfAborted();
  return how === undefined ? {kind: 'succeeded'} : {kind: 'failed', how, last_words: last.words()};
}

function stopOnAbort(running: GuardedProgram, {signal, force}: Program): () => void {
  let takeBack = () => {};
  const kill = () => running.signal('SIGKILL');
  const ask = () => {
    running.signal('SIGTERM');
    takeBack = callAfter(KILL_AFTER_MS, kill);
  };
  signal.addEventListener('abort', ask);
  force.addEventListener('abort', kill);
  if (signal.aborted) ask();
  return () => {
    takeBack();
    signal.removeEventListener('abort', ask);
    force.removeEventListener('abort', kill);
  };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
