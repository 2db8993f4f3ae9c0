import type {ResultPromise} from 'execa';
import type {RunnerMessage} from '../../protocol/message.js';
import type {WorkerChannel} from './worker-channel.js';

/** What is used of a child process with Node's own channel. */
type IpcChild = Pick<ResultPromise<{ipc: true}>, 'connected' | 'sendMessage' | 'getEachMessage'>;

/** Node's own channel to a child process of this one. */
export function childChannel(child: IpcChild): WorkerChannel {
  let resolveClosed = (): void => {};
  const closed = new Promise<void>((resolve) => {
    resolveClosed = resolve;
  });
  return {
    closed,
    send: async (message: RunnerMessage) => {
      if (child.connected) await child.sendMessage(message).catch(() => {}); // its end is told by its process
    },
    listen: (listener) => {
      const readAll = async (): Promise<void> => {
        if (!child.connected) return; // it could not be started
        for await (const message of child.getEachMessage())
          listener(message as object as Parameters<typeof listener>[0]); // a worker of this very version is at the other end
      };
      void readAll().finally(resolveClosed);
    },
  };
}
