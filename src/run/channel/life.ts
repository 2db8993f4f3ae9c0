import type {Problem} from '../../base/problem.js';
import {callAfter} from '../../base/timer.js';
import {
  otherProtocol,
  PROTOCOL_VERSION,
  type WorkerMessage,
  type WorkerSign,
} from '../../protocol/message.js';

/** How long the other side may say nothing. Milliseconds; undefined: as long as it likes. */
export interface WorkerPatience {
  /** Until it is there, without the time that it waits in a queue. */
  readonly start_ms: number | undefined;
  /** From then on; it says `alive` every ten seconds. */
  readonly silence_ms: number | undefined;
}

/** Why nothing more is expected of a worker, though its end was not seen. */
export type Death = {readonly kind: 'not_started' | 'lost'; readonly problem: Problem};

export interface Life {
  /** Takes what is a sign of life out of what a worker says; the rest is for the stage. */
  readonly take: (message: WorkerMessage | WorkerSign) => WorkerMessage | undefined;
  /** It is in a queue, or is suspended, or is so no longer: only then is anything expected of it. */
  readonly queue: (state: 'waiting' | 'left') => void;
  /** Whether it has said that it is there. */
  readonly begun: () => boolean;
  readonly death: () => Death | undefined;
  readonly dispose: () => void;
}

/** Watches one worker by what it says; calls `died` at most once, when it should be there and is not. */
export function watchLife(patience: WorkerPatience, died: () => void): Life {
  let begun = false;
  let death: Death | undefined;
  let takeBack = (): void => {};
  const die = (cause: Death): void => {
    if (death !== undefined) return;
    death = cause;
    takeBack();
    died();
  };
  const expect = (ms: number | undefined, otherwise: (ms: number) => Death): void => {
    takeBack();
    if (ms !== undefined && death === undefined) takeBack = callAfter(ms, () => die(otherwise(ms)));
  };
  let place: 'waiting' | 'left' = 'left';
  const noteSign = (): void => {
    if (place === 'left') expect(patience.silence_ms, silent);
    else takeBack();
  };
  expect(patience.start_ms, notThere);
  return {
    begun: () => begun,
    death: () => death,
    dispose: () => takeBack(),
    queue: (state) => {
      if (state === place) return; // told of the same again, it has no more time than before
      place = state;
      if (state === 'waiting') takeBack();
      else if (!begun) expect(patience.start_ms, notThere);
      else expect(longer(patience), silent); // it may have to be started once more
    },
    take: (message) => {
      begun = true;
      noteSign();
      if (message.kind === 'hello' && message.protocol !== PROTOCOL_VERSION)
        die({
          kind: 'not_started',
          problem: otherProtocol({runner: PROTOCOL_VERSION, worker: message.protocol}),
        });
      return message.kind === 'alive' || message.kind === 'hello' ? undefined : message;
    },
  };
}

function longer({start_ms, silence_ms}: WorkerPatience): number | undefined {
  return start_ms === undefined || silence_ms === undefined ? undefined : Math.max(start_ms, silence_ms);
}

function silent(ms: number): Death {
  return {
    kind: 'lost',
    problem: {
      code: 'run/worker-silent',
      message: `The worker has not been heard of for ${Math.round(ms / 1000)} s`,
      hint: 'Its machine or the network between may be down. The work goes on from what was saved.',
    },
  };
}

function notThere(ms: number): Death {
  return {
    kind: 'not_started',
    problem: {
      code: 'run/worker-not-there',
      message: `The worker was started but said nothing for ${Math.round(ms / 1000)} s`,
      hint: 'The log has what was printed meanwhile. The worker needs the same Node.js, program and folders there as here, under the same paths; a slow start takes a longer `start_timeout`.',
    },
  };
}
