import {type ChildProcess, spawn} from 'node:child_process';
import {existsSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {delimiter, join} from 'node:path';
import type {Readable, Writable} from 'node:stream';

/** Names under which distributions install it; `SIDESTEP_BROWSER` wins. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

interface Reply {
  readonly id?: number;
  readonly sessionId?: string;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: {readonly message: string};
}

type Parameters = Readonly<Record<string, unknown>>;

/** How a reader looks at a page. */
export interface Viewport {
  readonly width: number;
  readonly height: number;
  readonly colours: 'light' | 'dark';
  readonly device: 'desktop' | 'phone';
}

/** A page in a headless Chromium. */
export interface Page {
  /** What it complained of: console errors and exceptions no one caught. */
  readonly complaints: readonly string[];
  /** Every address it asked for, the file itself among them. */
  readonly requests: readonly string[];
  readonly view: (viewport: Viewport) => Promise<void>;
  /** Resolves when the page and all in it are loaded. */
  readonly open: (url: string) => Promise<void>;
  /** The value of an expression in the page; its error is thrown here. */
  readonly evaluate: <T>(expression: string) => Promise<T>;
  /** PNG of the whole page, however long it is. */
  readonly screenshot: () => Promise<Buffer>;
}

export interface Browser {
  readonly page: () => Promise<Page>;
  readonly close: () => Promise<void>;
}

/**
 * Starts Chromium and speaks its DevTools protocol over a pipe: JSON messages, each ended by a zero byte, on its file
 * descriptors 3 and 4 (https://chromedevtools.github.io/devtools-protocol/). Throws where no Chromium is installed.
 */
export async function openBrowser(): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), 'sidestep-browser-'));
  const child = spawn(
    browserPath(),
    [
      '--headless=new',
      '--remote-debugging-pipe',
      '--no-sandbox', // CI runs as root, where Chromium's sandbox refuses to start; the page is our own
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--hide-scrollbars',
      '--no-first-run',
      '--autoplay-policy=no-user-gesture-required', // clicks of a test are no person's
      `--user-data-dir=${profile}`,
    ],
    {stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'], detached: true}, // a group of its own, to be ended whole
  );
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const connection = connect(child);
  return {
    page: async () => {
      const {targetId} = await connection.ask('Target.createTarget', {url: 'about:blank'});
      const {sessionId} = await connection.ask('Target.attachToTarget', {targetId, flatten: true});
      return openPage(connection, String(sessionId));
    },
    close: async () => {
      process.kill(-child.pid!, 'SIGKILL'); // its helpers too: they write into the profile to the last
      await ended;
      rmSync(profile, {recursive: true, force: true, maxRetries: 50});
    },
  };
}

/**
 * Whether pages are looked at here. `npm test` needs a browser no more than the product does; in CI one has to be there,
 * and its absence is an error.
 */
export function browserExpected(): boolean {
  return process.env.CI === 'true' || findBrowser() !== undefined;
}

function findBrowser(): string | undefined {
  const named = process.env.SIDESTEP_BROWSER;
  if (named) return named;
  const folders = (process.env.PATH ?? '').split(delimiter);
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) =>
    existsSync(path),
  );
}

function browserPath(): string {
  const found = findBrowser();
  if (found === undefined)
    throw new Error('No Chromium on the PATH: apt-get install chromium, or set SIDESTEP_BROWSER to one');
  return found;
}

interface Connection {
  readonly ask: (method: string, params?: Parameters, session?: string) => Promise<Record<string, unknown>>;
  readonly onEvent: (listener: (message: Reply) => void) => void;
}

function connect(child: ChildProcess): Connection {
  const [, , , writer, reader] = child.stdio as unknown as [null, null, null, Writable, Readable];
  const waiting = new Map<number, {resolve: (reply: Reply) => void; reject: (error: Error) => void}>();
  const listeners: ((message: Reply) => void)[] = [];
  let rest = '';
  reader.setEncoding('utf8').on('data', (text: string) => {
    const messages = (rest + text).split('\0');
    rest = messages.pop()!;
    for (const message of messages.map((each) => JSON.parse(each) as Reply)) {
      if (message.id === undefined) for (const listener of listeners) listener(message);
      else waiting.get(message.id)?.resolve(message);
    }
  });
  child.once('close', (code) => {
    for (const {reject} of waiting.values()) reject(new Error(`Chromium ended with code ${code}`));
  });
  writer.on('error', () => {}); // it ended: told above
  let last = 0;
  return {
    ask: async (method, params = {}, session) => {
      const id = ++last;
      const told = new Promise<Reply>((resolve, reject) => waiting.set(id, {resolve, reject}));
      const message = {id, method, params, ...(session === undefined ? {} : {sessionId: session})};
      writer.write(`${JSON.stringify(message)}\0`);
      const {result, error} = await told;
      waiting.delete(id);
      if (error !== undefined) throw new Error(`${method}: ${error.message}`);
      return result!;
    },
    onEvent: (listener) => void listeners.push(listener),
  };
}

async function openPage(connection: Connection, session: string): Promise<Page> {
  const complaints: string[] = [];
  const requests: string[] = [];
  let loaded: () => void = () => {};
  const ask = (method: string, params?: Parameters) => connection.ask(method, params, session);
  connection.onEvent(({sessionId, method, params}) => {
    if (sessionId !== session) return;
    if (method === 'Page.loadEventFired') loaded();
    if (method === 'Network.requestWillBeSent')
      requests.push((params as {request: {url: string}}).request.url);
    if (
      method === 'Runtime.exceptionThrown' ||
      (method === 'Runtime.consoleAPICalled' && params?.type === 'error')
    )
      complaints.push(JSON.stringify(params));
    if (method === 'Log.entryAdded') complaints.push(JSON.stringify(params));
  });
  for (const domain of ['Page', 'Runtime', 'Network', 'Log']) await ask(`${domain}.enable`);
  return {
    complaints,
    requests,
    view: async (viewport) => view(ask, viewport),
    open: async (url) => {
      const done = new Promise<void>((resolve) => {
        loaded = resolve;
      });
      await ask('Page.navigate', {url});
      await done;
    },
    evaluate: async <T>(expression: string) => {
      const {result, exceptionDetails} = (await ask('Runtime.evaluate', {
        expression,
        returnByValue: true,
        awaitPromise: true,
      })) as {result: {value: T}; exceptionDetails?: unknown};
      if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
      return result.value;
    },
    screenshot: async () => {
      const {data} = await ask('Page.captureScreenshot', {captureBeyondViewport: true});
      return Buffer.from(String(data), 'base64');
    },
  };
}

async function view(
  ask: (method: string, params: Parameters) => Promise<unknown>,
  {width, height, colours, device}: Viewport,
): Promise<void> {
  const mobile = device === 'phone';
  await ask('Emulation.setDeviceMetricsOverride', {width, height, mobile, deviceScaleFactor: mobile ? 2 : 1});
  await ask('Emulation.setEmulatedMedia', {features: [{name: 'prefers-color-scheme', value: colours}]});
}
