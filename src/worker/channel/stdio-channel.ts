import {StringDecoder} from 'node:string_decoder';
import {newInbox} from '../../protocol/channel.js';
import {frameOf, frameReader} from '../../protocol/frame.js';
import type {RunnerMessage} from '../../protocol/message.js';
import type {RunnerChannel} from './runner-channel.js';

/** Frames over standard input and output. What this process prints from now on goes to standard error. */
export function stdioChannel(): RunnerChannel {
  const inbox = newInbox<RunnerMessage>();
  const out = process.stdout.write.bind(process.stdout);
  process.stdout.write = process.stderr.write.bind(process.stderr) as typeof process.stdout.write;
  let listening = true;
  const close = (): void => {
    if (listening) inbox.close();
  };
  const frames = frameReader({message: (message) => inbox.take(message as RunnerMessage), text: () => {}});
  const decoder = new StringDecoder('utf8');
  process.stdin.on('data', (chunk: Buffer) => frames.take(decoder.write(chunk)));
  for (const event of ['end', 'close', 'error'] as const) process.stdin.on(event, close);
  process.stdout.on('error', close); // no one reads any more
  return {
    signals: 'stop',
    listen: inbox.listen,
    closed: inbox.closed,
    send: (message) =>
      new Promise((resolve) => {
        out(frameOf(message), () => resolve());
      }),
    leave: () => {
      listening = false;
    },
  };
}
