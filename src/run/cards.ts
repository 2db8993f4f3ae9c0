import {createServer, type Server} from 'node:net';
import {systemErrorName} from '../base/system-error.js';

/** Which of a machine's cards are in use, among all processes of sidestep there, whatever project, cache or user is theirs. */
export interface Cards {
  /** Undefined while somebody else has it. */
  readonly claim: (device: string) => Promise<CardClaim | undefined>;
}

export interface CardClaim {
  readonly release: () => Promise<void>;
}

export interface CardNames {
  /** `CUDA_VISIBLE_DEVICES`: what `cuda:0` stands for in this process. */
  readonly visible_devices: string | undefined;
  /** Within a job of a scheduler, which numbers the cards it hands out itself: that job. */
  readonly job: string | undefined;
}

/**
 * A claim is a name that only one process can listen at: an abstract socket (Linux) or a named pipe (Windows). The system
 * takes it back when its holder dies in whatever way, so that nothing stale is ever left and no clock decides.
 */
export function cardsOfMachine(names: CardNames): Cards {
  return {
    claim: async (device) => {
      const server = await listenAt(addressOf(cardName(device, names)));
      if (server === 'taken') return undefined;
      return {release: () => (server === 'no_names' ? Promise.resolve() : closed(server))};
    },
  };
}

/** Pure: the card itself, however many of them this process sees: `2`, `GPU-8b6…`. */
export function cardName(device: string, {visible_devices, job}: CardNames): string {
  const index = Number(device.replace(/^cuda:/, ''));
  const visible = visible_devices?.split(',').map((entry) => entry.trim());
  const card = visible?.[index] || String(index);
  return job === undefined ? card : `${card}-job-${job}`;
}

function addressOf(card: string): string {
  const name = `sidestep-card-${card}`;
  return process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : `\0${name}`;
}

/** `no_names`: a system without such names (no card was ever seen on one), or one that forbids them: only this process counts. */
function listenAt(address: string): Promise<Server | 'taken' | 'no_names'> {
  if (process.platform !== 'linux' && process.platform !== 'win32') return Promise.resolve('no_names');
  const server = createServer((socket) => void socket.destroy());
  return new Promise((resolve) => {
    server.once('error', (error) => resolve(systemErrorName(error) === 'EADDRINUSE' ? 'taken' : 'no_names'));
    server.listen(address, () => {
      server.unref(); // the stage that uses the card keeps the process alive
      resolve(server);
    });
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => void server.close(() => resolve()));
}
