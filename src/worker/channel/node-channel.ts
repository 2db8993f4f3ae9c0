import {newInbox} from '../../protocol/channel.js';
import type {RunnerMessage} from '../../protocol/message.js';
import type {RunnerChannel} from './runner-channel.js';

/** Node's own channel to the process that started this one. */
export function nodeChannel(): RunnerChannel {
  const inbox = newInbox<RunnerMessage>();
  process.on('message', inbox.take);
  process.on('disconnect', inbox.close);
  return {
    signals: 'ignore',
    listen: inbox.listen,
    closed: inbox.closed,
    send: (message) =>
      new Promise((resolve) => {
        process.send!(message, undefined, {}, () => resolve());
      }),
    leave: () => {
      process.removeAllListeners('disconnect');
      process.disconnect();
    },
  };
}
