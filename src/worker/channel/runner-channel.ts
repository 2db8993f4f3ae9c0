import type {Channel} from '../../protocol/channel.js';
import type {RunnerMessage, WorkerMessage, WorkerSign} from '../../protocol/message.js';

/** A worker's way to its runner. */
export interface RunnerChannel extends Channel<WorkerMessage | WorkerSign, RunnerMessage> {
  /** What a signal to this process means: nothing, because the runner hears it too and decides; or to save and stop. */
  readonly signals: 'ignore' | 'stop';
  /** Nothing more will be said; from here on the other side's end is no news. */
  readonly leave: () => void;
}
