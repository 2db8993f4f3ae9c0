import {createHash} from 'node:crypto';
import {readFile} from 'node:fs/promises';
import type {IncomingMessage, ServerResponse} from 'node:http';
import {createRequire} from 'node:module';
import type {Json} from '../base/json.js';
import type {Problem} from '../base/problem.js';
import {charts} from '../render/report/charts.js';
import {html} from '../render/report/html.js';
import {reportPage} from '../render/report/page.js';
import type {ReportRun} from '../render/report/report-data.js';
import {sideBySide} from '../render/report/side-by-side.js';
import {follow} from './follow.js';
import {type PageFolders, pageFiles, SHARED_MODULE, sharedModule} from './page-files.js';
import {sendFile, servedFileIn} from './served-file.js';
import type {UiSource} from './source.js';
import {pipelineView} from './view/pipeline.js';
import {problemView} from './view/problem.js';
import {runView} from './view/run.js';
import {songsView} from './view/songs.js';

/** One admitted request. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Relative to the server's place, as it was sent. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** What a POST brought. */
  readonly body: Json;
  /** Aborts when the reader has left or the server ends. */
  readonly signal: AbortSignal;
}

/** Words of the path that a route names with a colon. */
type Named = Readonly<Record<string, string>>;

export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: RegExp;
  readonly answer: (exchange: Exchange, named: Named) => Promise<void>;
}

/** Everything the server answers, page and data; no path has two meanings. */
export function routesOf(source: UiSource, folders: PageFolders): readonly Route[] {
  return [...pageRoutes(folders), ...recordRoutes(source), ...projectRoutes(source), ...actRoutes(source)];
}

/** The id of a run, as newRunId makes it: nothing else gets near a path. */
const RUN = '(?<run>\\d{8}-\\d{6,9}-\\w+)';

function route(method: Route['method'], path: string, answer: Route['answer']): Route {
  return {method, path: new RegExp(`^${path}$`), answer};
}

function pageRoutes(folders: PageFolders): Route[] {
  const files = [...pageFiles(folders)].map(([path, {type, read}]) =>
    route('GET', path.replaceAll('.', '\\.'), async ({response}) => {
      const text = await read();
      response.writeHead(200, {'Content-Type': `${type}; charset=utf-8`}).end(text);
    }),
  );
  return [
    ...files,
    {method: 'GET', path: SHARED_MODULE, answer: (exchange) => sendModule(exchange, folders)},
  ];
}

async function sendModule({response, path}: Exchange, folders: PageFolders): Promise<void> {
  const text = await sharedModule(folders, path);
  if (text === undefined) sendText(response, 404, 'There is no such module.');
  else response.writeHead(200, {'Content-Type': 'text/javascript; charset=utf-8'}).end(text);
}

function recordRoutes(source: UiSource): Route[] {
  return [
    route('GET', 'api/runs', async ({response}) => sendJson(response, 200, {runs: await source.runs()})),
    route('GET', 'api/follow', ({request, response, query, signal}) => {
      response
        .writeHead(200, {'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no'})
        .flushHeaders();
      const from = Number(/^\d{1,15}$/.exec(String(request.headers['last-event-id'] ?? ''))?.[0] ?? 0);
      return follow(response, source, {run: query.get('run') ?? undefined, from}, signal);
    }),
    route('GET', `api/runs/${RUN}`, async ({response}, {run}) => {
      const told = await source.run(run!, clipAddress(run!));
      if (told.ok) sendJson(response, 200, runView(told.value));
      else sendProblems(response, 404, told.problems);
    }),
    route('GET', `api/runs/${RUN}/log`, async ({response, query}, {run}) => {
      const from = Number(/^\d{1,15}$/.exec(query.get('from') ?? '')?.[0] ?? 0);
      const part = await source.log(run!, query.get('stage') ?? '', from);
      if (part.ok) sendJson(response, 200, part.value);
      else sendProblems(response, 404, part.problems);
    }),
    route('GET', `runs/${RUN}/clips/(?<clip>[0-9a-f]{64})\\.(?:wav|png)`, (exchange, {run, clip}) =>
      sendClip(exchange, source, {run: run!, clip: clip!}),
    ),
    route('GET', 'api/compare', async ({response, query}) => {
      const runs = await openRuns(source, query);
      if (!runs.ok) return sendProblems(response, 404, runs.problems);
      const data = {runs: runs.value, written_by: ''};
      return sendJson(response, 200, {html: sideBySide(runs.value).html, charts: charts(data)});
    }),
    route('GET', 'report', async ({response, query}) => {
      const runs = await openRuns(source, query);
      if (!runs.ok) return sendProblems(response, 404, runs.problems);
      const {version} = await source.project();
      const text = reportPage({runs: runs.value, written_by: `sidestep ${version}`}, await plotAssets());
      response.removeHeader('Content-Security-Policy'); // the page brings its own, by the hashes of its scripts
      response.writeHead(200, {'Content-Type': 'text/html; charset=utf-8'}).end(text);
    }),
  ];
}

function projectRoutes(source: UiSource): Route[] {
  return [
    route('GET', 'api/project', async ({response}) => sendJson(response, 200, await source.project())),
    route('GET', 'api/pipeline', async ({response, query}) => {
      const checked = await source.check(query.get('pipeline') ?? '');
      sendJson(response, 200, {errors: checked.errors.length, html: pipelineView(checked).html});
    }),
    route('GET', 'api/songs', async ({response, query}) => {
      const songs = await source.songs(query.get('pipeline') ?? '');
      if (songs.ok) sendJson(response, 200, {html: songsView(songs.value).html});
      else sendProblems(response, 200, songs.problems);
    }),
  ];
}

function actRoutes(source: UiSource): Route[] {
  return [
    route('POST', 'api/start', async ({response, body}) => {
      const {pipeline, experiment} = body as {pipeline?: unknown; experiment?: unknown};
      const started = await source.start({
        pipeline: String(pipeline ?? ''),
        experiment: typeof experiment === 'string' ? experiment : null,
      });
      if (started.ok) sendJson(response, 202, started.value);
      else sendProblems(response, 409, started.problems);
    }),
    route('POST', `api/runs/${RUN}/stop`, async ({response, body}, {run}) => {
      const how = (body as {how?: unknown}).how === 'force' ? 'force' : 'graceful';
      const asked = await source.stop(run!, how);
      if (asked.ok) sendJson(response, 202, {how});
      else sendProblems(response, 409, asked.problems);
    }),
  ];
}

/** `?runs=A,B`: as the report has them, each with its clips. */
async function openRuns(source: UiSource, query: URLSearchParams) {
  const ids = (query.get('runs') ?? '').split(',').filter((id) => new RegExp(`^${RUN}$`).test(id));
  const opened = await Promise.all(ids.map((id) => source.run(id, clipAddress(id))));
  const problems = opened.flatMap((run) => (run.ok ? [] : run.problems));
  if (ids.length === 0 || problems.length > 0) return {ok: false as const, problems};
  return {ok: true as const, value: opened.flatMap((run): ReportRun[] => (run.ok ? [run.value] : []))};
}

/** What the page asks for instead of a path; relative, since only the server knows its place. */
function clipAddress(run: string): (path: string) => string {
  return (path) => `runs/${run}/clips/${clipName(path)}.${path.endsWith('.png') ? 'png' : 'wav'}`;
}

function clipName(path: string): string {
  return createHash('sha256').update(path).digest('hex');
}

/** Only what the run's record names, and only where clips are: a record that somebody else wrote may name anything. */
async function sendClip(
  {request, response, path: address}: Exchange,
  source: UiSource,
  {run, clip}: {readonly run: string; readonly clip: string},
): Promise<void> {
  const {paths, folders} = await source.clips(run);
  const path = paths.find((each) => clipName(each) === clip);
  const file = path === undefined ? undefined : servedFileIn(folders, path);
  if (file === undefined) return sendText(response, 404, 'There is no such clip.');
  const type = address.endsWith('.png') ? 'image/png' : 'audio/wav';
  return sendFile(response, file, {type, range: request.headers.range});
}

async function plotAssets() {
  const require = createRequire(import.meta.url);
  const file = (name: string) => readFile(require.resolve(`uplot/dist/${name}`), 'utf8');
  return {script: await file('uPlot.iife.min.js'), style: await file('uPlot.min.css')};
}

export function sendJson(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, {'Content-Type': 'application/json; charset=utf-8'}).end(JSON.stringify(value));
}

export function sendProblems(response: ServerResponse, status: number, problems: readonly Problem[]): void {
  const boxes = html`${problems.map((problem) => problemView(problem, 'error'))}`;
  sendJson(response, status, {problems, html: boxes.html});
}

export function sendText(response: ServerResponse, status: number, words: string): void {
  response.writeHead(status, {'Content-Type': 'text/plain; charset=utf-8'}).end(`${words}\n`);
}
