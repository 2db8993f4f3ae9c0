import {type ChildProcess, spawn} from 'node:child_process';
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {delimiter, dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {Ajv, type ValidateFunction} from 'ajv';
import {expect, onTestFinished} from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
export const main = join(root, 'dist/cli/main.js');
/** Holds `sidestep`, as installing does. */
export const installed = join(root, 'test/installed');

/** What a finished `sidestep` left. `signal` is set when it was killed. */
export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
  /** Everything written so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves when one of the streams shows this; fails the test when the process ends first. */
  readonly shows: (pattern: RegExp) => Promise<void>;
}

/** A temporary project folder with these files; it is gone after the test. */
export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), 'sidestep-cli-'));

  constructor(files: Readonly<Record<string, string | Uint8Array>> = {}) {
    for (const [name, text] of Object.entries(files)) this.write(name, text);
    onTestFinished(() => rmSync(this.path, {recursive: true, force: true, maxRetries: 5}));
  }

  write(name: string, content: string | Uint8Array): void {
    mkdirSync(dirname(this.file(name)), {recursive: true});
    writeFileSync(this.file(name), content);
  }

  read(name: string): string {
    return readFileSync(this.file(name), 'utf8');
  }

  file(name: string): string {
    return join(this.path, name);
  }

  /** Starts the real command here, with an environment of nothing but what it needs. */
  start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
    const child = spawn(process.execPath, [main, ...args], {cwd: this.path, env: this.env(env)});
    return follow(child);
  }

  run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Finished> {
    return this.start(args, env).finished;
  }

  /** The same in a pseudo-terminal; both streams arrive in `stdout`. */
  startInTerminal(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
    columns = 100,
  ): Running {
    const words = [process.execPath, main, ...args].map((word) => `'${word}'`).join(' ');
    const command = `stty cols ${columns} rows 40; exec ${words}`;
    const child = spawn('script', ['-qefc', command, '/dev/null'], {
      cwd: this.path,
      env: this.env({TERM: 'xterm-256color', SHELL: '/bin/sh', ...env}),
    });
    return follow(child);
  }

  private env(env: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
    const PATH = `${installed}${delimiter}${process.env.PATH}`;
    return {PATH, HOME: this.path, SIDESTEP_CONFIG_DIR: this.file('.config'), ...env};
  }
}

export function follow(child: ChildProcess): Running {
  let stdout = '';
  let stderr = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const finished = new Promise<Finished>((resolve) => {
    child.on('close', (code, signal) => resolve({code, signal, stdout, stderr}));
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const shows = async (pattern: RegExp): Promise<void> => {
    let ended = false;
    void finished.then(() => {
      ended = true;
    });
    while (!pattern.test(stdout) && !pattern.test(stderr)) {
      if (ended) expect.fail(`ended without showing ${pattern}:\n${stdout}\n${stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  return {child, finished, stdout: () => stdout, stderr: () => stderr, shows};
}

const schemas = new Ajv({strict: true, strictTypes: false});

/** Schemas that others refer to. */
const SHARED = ['common', 'run'];

const validators = new Map<string, ValidateFunction>();

/** Each schema is known by its own `$id`, as editors know it. */
function validatorOf(name: string): ValidateFunction {
  const known = validators.get(name);
  if (known !== undefined) return known;
  for (const each of [...SHARED, name]) {
    const schema = schemaFile(each);
    if (schemas.getSchema(schema.$id) === undefined) schemas.addSchema(schema);
  }
  const validator = schemas.getSchema(schemaFile(name).$id)!;
  validators.set(name, validator);
  return validator;
}

/** Parses one `--json` document (or line) and holds it against its schema. */
export function documentOf(text: string, schema: string): Record<string, unknown> {
  const document = JSON.parse(text) as Record<string, unknown>;
  const validate = validatorOf(schema);
  if (!validate(document))
    expect.fail(`not a ${schema} document: ${schemas.errorsText(validate.errors)}\n${text}`);
  return document;
}

function schemaFile(name: string): {readonly $id: string} {
  return JSON.parse(readFileSync(join(root, `schema/output/${name}.schema.json`), 'utf8'));
}

/** JSON lines, each held against a schema. */
export function linesOf(text: string, schema: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => documentOf(line, schema));
}
