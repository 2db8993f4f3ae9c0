import {type ChildProcess, spawn, spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, relative} from 'node:path';
import {fileURLToPath} from 'node:url';
import type {RunEvent} from '../../src/event/event.js';
import type {StageResult} from '../../src/event/stage-result.js';
import {openSafetensors} from '../../src/format/safetensors-read.js';

export const root = fileURLToPath(new URL('../..', import.meta.url));
const main = join(root, 'dist/cli/main.js');

/** A stage as it is in YAML. */
export type Stage = Readonly<Record<string, unknown>> & {readonly uses: string};
export type Stages = Readonly<Record<string, Stage>>;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly events: readonly RunEvent[];
  readonly stdout: string;
  readonly stderr: string;
}

/** A project folder in which the real command runs pipelines; a test file makes one, and removes it when it is done. */
export class Project {
  readonly path = mkdtempSync(join(tmpdir(), 'sidestep-first-light-'));

  file(...names: readonly string[]): string {
    return join(this.path, ...names);
  }

  /** Nothing of the person's; a test's own cluster, where it has started one. */
  private environment(): NodeJS.ProcessEnv {
    const {PATH, SLURM_CONF} = process.env;
    const own = {PATH, HOME: this.path, SIDESTEP_CONFIG_DIR: this.file('.config')};
    return SLURM_CONF === undefined ? own : {...own, SLURM_CONF};
  }

  /** What holds for all pipelines of the person. */
  writeSettings(settings: object): void {
    mkdirSync(this.file('.config'), {recursive: true});
    writeFileSync(this.file('.config', 'settings.yaml'), JSON.stringify(settings));
  }

  remove(): void {
    rmSync(this.path, {recursive: true, force: true, maxRetries: 5});
  }

  /** JSON is YAML. */
  writePipeline(stages: Stages, name = 'pipeline'): void {
    const pipeline = {sidestep: 1, name, defaults: {device: 'cpu', seed: 42}, stages};
    writeFileSync(this.file(`${name}.yaml`), JSON.stringify(pipeline, null, 1));
  }

  /** `sidestep run pipeline.yaml --json ARGS`; threads are few, since tests share the machine. */
  start(args: readonly string[] = []): {readonly child: ChildProcess; readonly ended: Promise<Ended>} {
    const child = spawn(process.execPath, [main, 'run', '--json', ...args], {
      cwd: this.path,
      env: this.environment(),
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const ended = new Promise<Ended>((resolve) => {
      child.on('close', (code, signal) =>
        resolve({code, signal, stdout, stderr, events: signal === null ? eventsIn(stdout) : []}),
      );
    });
    return {child, ended};
  }

  /** Any other command, to its end. */
  command(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): {
    readonly code: number | null;
    readonly stdout: string;
    readonly stderr: string;
  } {
    const {status, stdout, stderr} = spawnSync(process.execPath, [main, ...args], {
      cwd: this.path,
      env: {...this.environment(), ...env},
      encoding: 'utf8',
    });
    return {code: status, stdout, stderr};
  }

  run(args: readonly string[] = []): Promise<Ended> {
    return this.start(args).ended;
  }

  /** Runs these stages; throws with all that was said when they do not end well. */
  async complete(stages: Stages, args: readonly string[] = []): Promise<Ended> {
    this.writePipeline(stages);
    const ended = await this.run(args);
    if (ended.code !== 0) throw new Error(`exit code ${ended.code}\n${problemsOf(ended)}\n${ended.stderr}`);
    return ended;
  }

  /** Content hashes of all files below a folder, by path. */
  contents(...folder: readonly string[]): Record<string, string> {
    return Object.fromEntries(
      this.filesBelow(...folder).map((name) => [
        name,
        createHash('sha256')
          .update(readFileSync(this.file(...folder, name)))
          .digest('hex'),
      ]),
    );
  }

  /** Contents of a train stage's folder without TensorBoard's files, which hold times. */
  trained(...folder: readonly string[]): Record<string, string> {
    const all = Object.entries(this.contents(...folder));
    return Object.fromEntries(all.filter(([name]) => !name.startsWith('runs/')));
  }

  filesBelow(...folder: readonly string[]): string[] {
    const top = this.file(...folder);
    if (!existsSync(top)) return [];
    return readdirSync(top, {recursive: true, withFileTypes: true})
      .filter((entry) => entry.isFile())
      .map((entry) => relative(top, join(entry.parentPath, entry.name)))
      .sort();
  }

  text(...names: readonly string[]): string {
    return readFileSync(this.file(...names), 'utf8');
  }

  json(...names: readonly string[]): Record<string, unknown> {
    return JSON.parse(this.text(...names));
  }

  lines(...names: readonly string[]): Record<string, unknown>[] {
    const text = readFileSync(this.file(...names), 'utf8').trimEnd();
    return text.split('\n').map((line) => JSON.parse(line));
  }
}

function eventsIn(stdout: string): RunEvent[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as RunEvent);
}

type OfKind<Kind extends RunEvent['kind']> = Extract<RunEvent, {kind: Kind}>;

export function eventsOf<Kind extends RunEvent['kind']>(ended: Ended, kind: Kind): OfKind<Kind>[] {
  return ended.events.filter((event): event is OfKind<Kind> => event.kind === kind);
}

export function resultOf(ended: Ended, stage: string): StageResult | undefined {
  return eventsOf(ended, 'stage_finished').find((event) => event.stage === stage)?.result;
}

/** How each stage ended: `{tiny: 'succeeded', train: 'cached'}`. */
export function kindsOf(ended: Ended): Record<string, string> {
  return Object.fromEntries(eventsOf(ended, 'stage_finished').map(({stage, result}) => [stage, result.kind]));
}

/** The parts that were made, by stage: `{latents: {'clip-1.wav': ['audio', 'text']}}`. */
export function computedParts(ended: Ended): Record<string, Record<string, readonly string[]>> {
  const made: Record<string, Record<string, readonly string[]>> = {};
  for (const {stage, sample, computed} of eventsOf(ended, 'sample_finished')) {
    if (computed.length > 0) made[stage] = {...made[stage], [sample]: [...computed].sort()};
  }
  return made;
}

export function linesOf(ended: Ended, stage: string): string[] {
  return eventsOf(ended, 'log')
    .filter((event) => event.stage === stage)
    .map(({line}) => line);
}

export function problemsOf(ended: Ended): string {
  return eventsOf(ended, 'stage_finished')
    .map(({result}) => (result.kind === 'failed' ? JSON.stringify(result) : result.kind))
    .filter((text) => text.startsWith('{'))
    .join('\n');
}

export interface Fixture {
  readonly clips?: number;
  readonly clip_duration?: number;
  readonly model?: string;
}

/** From nothing to conditions: what every training needs. */
export function preparation({clips = 3, clip_duration = 2, model = 'turbo'}: Fixture = {}): Stages {
  return {
    tiny: {uses: 'fixture', with: {model, clips, clip_duration, hidden_size: 32}},
    model: {uses: 'scan', with: {checkpoint_dir: '${stages.tiny.checkpoint_dir}', model}},
    songs: {
      uses: 'dataset',
      with: {audio_dir: '${stages.tiny.audio_dir}', dataset_json: '${stages.tiny.dataset_json}'},
    },
    latents: {uses: 'preprocess.pass1', with: {model: '${stages.model}', dataset: '${stages.songs}'}},
    conditions: {
      uses: 'preprocess.pass2',
      with: {model: '${stages.model}', latents: '${stages.latents}'},
    },
  };
}

/** A short training on what `preparation` made; its adapter folder is at `adapters/NAME`. */
export function training(name: string, options: Readonly<Record<string, unknown>> = {}): Stage {
  return {
    uses: 'train',
    with: {
      model: '${stages.model}',
      tensors: '${stages.conditions}',
      adapter: {type: 'lora', rank: 4, alpha: 8},
      gradient_accumulation_steps: 1,
      epochs: 2,
      logging: {log_every: 1, tensorboard: false},
      output_dir: `adapters/${name}`,
      ...options,
    },
  };
}

/** Tensors of an adapter's file, as hex: equal when the weights are, whatever the metadata says. */
export async function tensorsOf(path: string): Promise<Record<string, string>> {
  await using file = await openSafetensors(path);
  const tensors: Record<string, string> = {};
  for (const name of [...file.tensors.keys()].sort())
    tensors[name] = createHash('sha256')
      .update((await file.read(name)).data)
      .digest('hex');
  return tensors;
}
