import {parentPort} from 'node:worker_threads';
import {SidestepError} from '../../base/problem.js';
import type {ListeningAnswer} from './listeners.js';
import {listen} from './sound-report.js';

/** A thread of `Listeners`: paths come in, one answer goes out for each. */
parentPort?.on('message', async (path: string) => {
  parentPort!.postMessage(await answerTo(path));
});

async function answerTo(path: string): Promise<ListeningAnswer> {
  try {
    return {kind: 'heard', report: await listen(path)};
  } catch (error) {
    if (error instanceof SidestepError) return {kind: 'refused', problem: error.problem};
    const {code, message, stack} = error as NodeJS.ErrnoException; // an error loses its code on the way between threads
    return {kind: 'failed', code, message, stack};
  }
}
