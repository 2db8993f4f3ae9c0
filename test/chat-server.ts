import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {onTestFinished} from 'vitest';

/** One question as it came over the wire. */
export interface Asked {
  readonly authorization: string | undefined;
  readonly path: string | undefined;
  readonly body: {
    readonly model: string;
    readonly messages: readonly {
      readonly content:
        | string
        | readonly {
            readonly type: string;
            readonly text?: string;
            readonly input_audio?: {readonly data: string; readonly format: string};
          }[];
    }[];
  } & Readonly<Record<string, unknown>>;
}

export type Answering = (asked: Asked, response: ServerResponse, count: number) => void;

/** A real HTTP server on this machine; it is gone after the test. */
export async function chatServer(answer: Answering) {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const question = await read(request);
    asked.push(question);
    answer(question, response, asked.length);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const {port} = server.address() as AddressInfo;
  return {asked, base_url: `http://127.0.0.1:${port}/v1`};
}

async function read(request: IncomingMessage): Promise<Asked> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Asked['body'];
  return {authorization: request.headers.authorization, path: request.url, body};
}

/** A whole answer in OpenAI's form. */
export function says(response: ServerResponse, content: string, more: object = {}): void {
  response.setHeader('content-type', 'application/json');
  response.end(
    JSON.stringify({choices: [{message: {role: 'assistant', content}, finish_reason: 'stop', ...more}]}),
  );
}

export function fails(
  response: ServerResponse,
  status: number,
  body: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, headers);
  response.end(body);
}
