import {createHash} from 'node:crypto';
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {onTestFinished} from 'vitest';

/** What a server does instead of answering as it should; undefined: it answers. */
export type Fault = (asked: IncomingMessage, answer: ServerResponse, count: number) => 'handled' | undefined;

export interface FakeStore {
  readonly origin: string;
  readonly files: Map<string, Buffer>;
  /** `METHOD path`, in the order in which the questions came. */
  readonly asked: string[];
  readonly headers: IncomingMessage['headers'][];
  fault: Fault;
}

/** A store of files by GET, HEAD and PUT that is strict about what it is sent, and fails as it is told to. */
export async function fakeStore(
  check: (asked: IncomingMessage, body: Buffer) => number | undefined = () => undefined,
) {
  const files = new Map<string, Buffer>();
  const store: FakeStore = {origin: '', files, asked: [], headers: [], fault: () => undefined};
  const counts = new Map<string, number>();
  const server = createServer((asked, answer) => {
    const {method = '', url = ''} = asked;
    store.asked.push(`${method} ${url}`);
    store.headers.push(asked.headers);
    const count = (counts.get(`${method} ${url}`) ?? 0) + 1;
    counts.set(`${method} ${url}`, count);
    if (store.fault(asked, answer, count) === 'handled') return;
    const chunks: Buffer[] = [];
    asked.on('data', (chunk: Buffer) => chunks.push(chunk));
    asked.on('end', () => {
      const body = Buffer.concat(chunks);
      const refused = check(asked, body);
      if (refused !== undefined) return void answer.writeHead(refused).end();
      if (method === 'PUT') {
        const length = Number(asked.headers['content-length']);
        if (length !== body.length) return void answer.writeHead(400).end();
        if (asked.headers['if-none-match'] === '*' && files.has(url)) return void answer.writeHead(412).end();
        files.set(url, body);
        return void answer.writeHead(201).end();
      }
      const file = files.get(url);
      if (file === undefined) return void answer.writeHead(404).end('nothing');
      answer.writeHead(200, {'content-length': file.length});
      answer.end(method === 'HEAD' ? undefined : file);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const {port} = server.address() as AddressInfo;
  return Object.assign(store, {origin: `http://127.0.0.1:${port}`});
}

export function sha(bytes: string | Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
