import type {ChildProcess} from 'node:child_process';
import type {Readable} from 'node:stream';
import type {Life} from './channel/life.js';
import type {WorkerChannel} from './channel/worker-channel.js';
import {drained, exited, lastWords, readOutput} from './child-output.js';
import type {WorkerEnd, WorkerListener} from './worker-launcher.js';

/** What is used of a process that execa started. */
type Process = Pick<ChildProcess, 'once'> &
  PromiseLike<{readonly exitCode?: number | undefined; readonly signal?: string | undefined}>;

export interface FollowedProcess {
  readonly child: Process;
  readonly channel: WorkerChannel;
  readonly life: Life;
  /** What it prints, line by line; the last of these is kept for its last words. */
  readonly outputs: readonly (Readable | null)[];
}

/**
 * Resolves once the process has ended and all it said is heard; with undefined when it never was. What a descendant of it
 * holds open is not waited for.
 */
export async function endOfProcess(
  {child, channel, life, outputs}: FollowedProcess,
  listener: Pick<WorkerListener, 'output'>,
): Promise<WorkerEnd | undefined> {
  const said = lastWords();
  const readers = outputs.map((stream, index) =>
    readOutput(stream, (line) => {
      if (index === outputs.length - 1) said.take(line);
      listener.output(line);
    }),
  );
  await exited(child);
  await drained(readers);
  for (const reader of readers) reader.close();
  // The last messages may be read after the process has ended, but not after the channel has.
  const [{exitCode, signal}] = await Promise.all([child, channel.closed]);
  life.dispose();
  const death = life.death();
  if (death !== undefined) return death;
  const stderr_tail = said.words().join('\n');
  if (signal !== undefined) return {kind: 'killed', signal, stderr_tail};
  if (exitCode !== undefined) return {kind: 'exited', exit_code: exitCode, stderr_tail};
  return undefined;
}
