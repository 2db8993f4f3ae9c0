import {mkdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {type IncomingHttpHeaders, type IncomingMessage, request} from 'node:http';
import {dirname, join} from 'node:path';
import {onTestFinished} from 'vitest';
import type {Terminal} from '../../src/app/terminal.js';
import {uiSource} from '../../src/cli/ui-source.js';
import {loadPipeline} from '../../src/config/load.js';
import type {RunEvent} from '../../src/event/event.js';
import {newRunId, openRunRecord} from '../../src/record/run-record.js';
import {serveUi, type UiServer} from '../../src/ui/server.js';
import {temporaryFolder} from '../temporary-folder.js';

/** A pipeline with one training; nothing of it ever runs here. */
const PIPELINE = `sidestep: 1
name: blues
stages:
  tiny: {uses: fixture, with: {model: turbo}}
  model: {uses: scan, with: {checkpoint_dir: "\${stages.tiny.checkpoint_dir}", model: turbo}}
  songs: {uses: dataset, with: {audio_dir: "\${stages.tiny.audio_dir}"}}
  latents: {uses: preprocess.pass1, with: {model: "\${stages.model}", dataset: "\${stages.songs}"}}
  conditions: {uses: preprocess.pass2, with: {model: "\${stages.model}", latents: "\${stages.latents}"}}
  train: {uses: train, with: {model: "\${stages.model}", tensors: "\${stages.conditions}", epochs: 3}}
`;

/** A project with real records, and the server over it. */
export class UiProject {
  private constructor(
    readonly folder: string,
    readonly server: UiServer,
    private readonly cookie: string,
    readonly place: string,
  ) {}

  static async open(): Promise<UiProject> {
    const folder = await temporaryFolder();
    writeFileSync(join(folder, 'blues.yaml'), PIPELINE);
    mkdirSync(join(folder, '.sidestep'));
    const world = {
      cwd: folder,
      env: {SIDESTEP_CONFIG_DIR: join(folder, 'config')},
      now: Date.now,
    } as Partial<Terminal> as Terminal;
    const root = new URL('../../', import.meta.url);
    const defects: unknown[] = [];
    const server = await serveUi(uiSource(world, 'blues.yaml'), {
      port: 0,
      folders: {page: new URL('src/ui/page/', root), program: new URL('dist/', root)},
      defect: (error) => defects.push(error),
    });
    onTestFinished(async () => {
      await server.close();
      if (defects.length > 0) throw defects[0];
    });
    const entered = await ask(server.url);
    const cookie = String(entered.headers['set-cookie']).split(';')[0]!;
    return new UiProject(folder, server, cookie, String(entered.headers.location));
  }

  /** A run that has told this so far, as the runner records it. */
  async record(events: readonly RunEvent[]): Promise<string> {
    const run = newRunId(new Date(), 'abcd');
    const record = openRunRecord(join(this.folder, '.sidestep/runs'), run, Date.now);
    const pipeline = await loadPipeline(join(this.folder, 'blues.yaml'), {env: {}});
    if (!pipeline.ok) throw new Error(JSON.stringify(pipeline.problems));
    record.writePipeline(JSON.parse(JSON.stringify(pipeline.value)));
    for (const event of events) record.record(event);
    record.close();
    return run;
  }

  file(...names: readonly string[]): string {
    const path = join(this.folder, ...names);
    mkdirSync(dirname(path), {recursive: true});
    return path;
  }

  runFile(run: string, ...names: readonly string[]): string {
    return this.file('.sidestep/runs', run, ...names);
  }

  link(target: string, ...names: readonly string[]): void {
    symlinkSync(target, this.file(...names));
  }

  /** As the page asks: at its place, with its cookie. */
  get(path: string, headers: Headers = {}): Promise<Answer> {
    return ask(new URL(this.place + path, this.server.url).href, {
      headers: {cookie: this.cookie, ...headers},
    });
  }

  post(path: string, body: object): Promise<Answer> {
    const {origin} = new URL(this.server.url);
    const headers = {cookie: this.cookie, origin, 'content-type': 'application/json'};
    return ask(new URL(this.place + path, this.server.url).href, {
      headers,
      method: 'POST',
      body: JSON.stringify(body),
    });
  }

  async json<T>(path: string): Promise<T> {
    return JSON.parse((await this.get(path)).text) as T;
  }

  /** Server-sent events until enough have come; then the connection is cut. */
  follow(path: string, until: (seen: readonly Sent[]) => boolean, headers: Headers = {}): Promise<Sent[]> {
    return new Promise((resolve, reject) => {
      const asked = request(
        new URL(this.place + path, this.server.url),
        {headers: {cookie: this.cookie, ...headers}},
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (piece: string) => {
            text += piece;
            const seen = sentIn(text);
            if (!until(seen)) return;
            asked.destroy();
            resolve(seen);
          });
          response.on('end', () => reject(new Error(`ended after ${text}`)));
        },
      );
      asked.on('error', reject).end();
    });
  }
}

type Headers = Readonly<Record<string, string>>;

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export function ask(
  url: string,
  options: {
    readonly method?: string;
    readonly headers?: Headers;
    readonly body?: string;
    readonly path?: string;
  } = {},
): Promise<Answer> {
  const {body, ...rest} = options;
  return new Promise((resolve, reject) => {
    const listener = (response: IncomingMessage): void => {
      let text = '';
      response.setEncoding('latin1').on('data', (piece: string) => {
        text += piece;
      });
      const {statusCode, headers} = response;
      response.on('end', () =>
        resolve({status: statusCode!, headers, text: Buffer.from(text, 'latin1').toString()}),
      );
    };
    request(url, {...rest, agent: false}, listener)
      .on('error', reject)
      .end(body);
  });
}

export interface Sent {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: unknown;
}

/** As a browser reads them: blocks of `field: value`, ended by an empty line. */
function sentIn(text: string): Sent[] {
  return text
    .split('\n\n')
    .slice(0, -1)
    .filter((block) => !block.startsWith(':'))
    .map((block) => {
      const fields = new Map(block.split('\n').map((line) => line.split(/: (.*)/) as [string, string]));
      return {event: fields.get('event')!, id: fields.get('id'), data: JSON.parse(fields.get('data')!)};
    });
}

export const started = (run: string): RunEvent => ({
  kind: 'run_started',
  run,
  pipeline: 'blues',
  stages: [{stage: 'train', uses: 'train', verdict: 'stale', memory: null}] as never,
});

export const step = (global_step: number): RunEvent => ({
  kind: 'step_finished',
  stage: 'train' as never,
  global_step,
  total_steps: 100,
  epoch: 1,
  loss: 1 / global_step,
  learning_rate: 1e-4,
  gradient_norm: 1,
  duration_ms: 10,
});
