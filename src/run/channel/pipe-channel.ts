import type {Readable, Writable} from 'node:stream';
import {StringDecoder} from 'node:string_decoder';
import {newInbox} from '../../protocol/channel.js';
import {frameOf, frameReader} from '../../protocol/frame.js';
import type {WorkerMessage, WorkerSign} from '../../protocol/message.js';
import {lineSplitter} from '../child-output.js';
import type {WorkerChannel} from './worker-channel.js';

export interface Pipes {
  /** The worker's standard input. */
  readonly to: Writable;
  /** Its standard output. */
  readonly from: Readable;
}

/** Frames over a process's pipes. What else comes out of them is heard as lines. */
export function pipeChannel({to, from}: Pipes, output: (line: string) => void): WorkerChannel {
  const inbox = newInbox<WorkerMessage | WorkerSign>();
  const lines = lineSplitter(output);
  const frames = frameReader({
    message: (message) => inbox.take(message as WorkerMessage | WorkerSign),
    text: lines.take,
  });
  const decoder = new StringDecoder('utf8');
  from.on('data', (chunk: Buffer) => frames.take(decoder.write(chunk)));
  from.once('error', () => from.destroy()); // a pipe that broke has nothing more to say
  from.once('close', () => {
    frames.take(decoder.end());
    frames.end();
    lines.end();
    inbox.close();
  });
  to.on('error', () => {}); // no one reads there any more: the process's end says why
  return {
    listen: inbox.listen,
    closed: inbox.closed,
    send: (message) =>
      new Promise((resolve) => {
        to.write(frameOf(message), () => resolve());
      }),
  };
}
