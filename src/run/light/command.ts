import {dirname, join} from 'node:path';
import {own} from '../../base/json.js';
import {makeFolder} from '../../base/make-folder.js';
import {SidestepError} from '../../base/problem.js';
import {textPieces} from '../../base/reference.js';
import {callAfter} from '../../base/timer.js';
import {isParamObject, type ParamObject} from '../../stage/param.js';
import {parametersOf} from '../../stage/parameters.js';
import {secretsIn, secretValues} from '../../stage/secrets.js';
import {lastWords} from '../child-output.js';
import {missingWorkingDir} from '../hindrances.js';
import type {LightContext} from '../light-stage.js';
import {runContextIn} from './command-environment.js';
import {type GuardedProgram, startGuarded} from './guarded-program.js';
import {masking} from './masking.js';
import {type Service, withServices} from './services.js';

/**
 * The `command` stage: the user's own program. It finds its inputs and outputs in its arguments and environment
 * (`${inputs.NAME}`, `${outputs.NAME}`) and in `SIDESTEP_OUTPUT_DIR`, secrets in its environment alone. No shell reads
 * them. When the run is stopped it gets SIGTERM, then SIGKILL; when the runner itself is killed, SIGKILL at once.
 * Services run beside it. Throws `run/command-failed` with its last words, `run/secret-missing`, `run/working-dir-missing`,
 * `run/service-*`.
 */
export async function lightCommand(context: LightContext): Promise<void> {
  const {params, out_dir} = context;
  const secrets = secretValues(secretsIn(params), context.env);
  const known = {inputs: inputPaths(context), outputs: await outputPaths(params, out_dir), secrets};
  const argv = listOf(params.argv).map((word) => fillIn(String(word), known));
  const environment = isParamObject(params.environment) ? params.environment : {};
  const variables = Object.entries(environment).map(([name, value]) => [name, fillIn(String(value), known)]);
  const cwd = String(params.working_dir);
  const missing = missingWorkingDir(cwd);
  if (missing !== undefined) throw new SidestepError(missing);
  const masked = masking(Object.values(secrets));
  const program = {
    cwd,
    env: {
      ...runContextIn(context.env),
      ...Object.fromEntries(variables),
      SIDESTEP_OUTPUT_DIR: out_dir,
    },
    signal: context.signal,
    force: context.force,
    log: context.log,
    masked,
  };
  const services = servicesIn(params).map((service) => ({
    ...service,
    argv: service.argv.map((word) => fillIn(word, known)),
  }));
  const end = await withServices(services, program, () => runProgram(argv, program));
  if (end.kind === 'succeeded') return;
  throw new SidestepError({
    code: 'run/command-failed',
    message: `${masked(argv[0]!)} ${end.how}`,
    last_words: end.last_words,
    hint: 'The whole output is in the log of this stage.',
  });
}

/** What `${…}` may stand for in a command, by name. */
interface Known {
  readonly inputs: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
}

function servicesIn(params: ParamObject): Service[] {
  const {services = {}} = parametersOf('command', params);
  return Object.entries(services).map(([name, service]) => ({
    ...service,
    name,
    argv: service.argv.map(String),
  }));
}

function inputPaths({params, inputs}: LightContext): Record<string, string> {
  const declared = isParamObject(params.inputs) ? Object.entries(params.inputs) : [];
  return Object.fromEntries(
    declared.map(([name, value]) => [name, inputs[`inputs.${name}`]?.path ?? String(value)]),
  );
}

/** Folders that outputs are in are made, so that a program may simply write. */
async function outputPaths(params: ParamObject, outDir: string): Promise<Record<string, string>> {
  const declared = isParamObject(params.outputs) ? Object.entries(params.outputs) : [];
  const paths = declared.map(([name, file]) => [name, join(outDir, String(file))] as const);
  for (const [, path] of paths) await makeFolder(dirname(path));
  return Object.fromEntries(paths);
}

function fillIn(text: string, known: Known): string {
  return textPieces(text)
    .map((piece) => {
      if (piece.kind === 'literal') return piece.text;
      const [kind, name] = piece.kind === 'reference' ? piece.words : [];
      const values: Readonly<Record<string, string>> | undefined = own<Known[keyof Known]>(
        {...known},
        kind ?? '',
      );
      const value = own(values ?? {}, name ?? '');
      if (value !== undefined) return value;
      throw new SidestepError({
        code: 'run/unknown-command-path',
        message: `The command uses ${piece.raw}, which stands for nothing`,
        hint: 'Declare it under `inputs`, `outputs` or `secrets`.',
      });
    })
    .join('');
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
  /** A line without the secrets in it. */
  readonly masked: (line: string) => string;
}

const KILL_AFTER_MS = 5_000;

async function runProgram(argv: readonly string[], program: Program): Promise<ProgramEnd> {
  const last = lastWords();
  const listener = (line: string) => {
    const shown = program.masked(line);
    program.log(shown);
    last.take(shown);
  };
  const running = await startGuarded(argv, {...program, listener});
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
  if (force.aborted) kill();
  else if (signal.aborted) ask();
  return () => {
    takeBack();
    signal.removeEventListener('abort', ask);
    force.removeEventListener('abort', kill);
  };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
