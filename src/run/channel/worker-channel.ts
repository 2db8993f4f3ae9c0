import type {Channel} from '../../protocol/channel.js';
import type {RunnerMessage, WorkerMessage, WorkerSign} from '../../protocol/message.js';

/** A runner's way to one worker. */
export type WorkerChannel = Channel<RunnerMessage, WorkerMessage | WorkerSign>;
