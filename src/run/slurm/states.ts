/** What a state of Slurm's means for a stage. */
export type Fate =
  | 'waiting'
  | 'running'
  /** Its program ended well, whatever it said before. */
  | 'completed'
  /** Its program ended otherwise. */
  | 'failed'
  | 'out_of_memory'
  /** By somebody's scancel. */
  | 'cancelled'
  /** Its node, its time or its place were taken from it: no failure of the stage. */
  | 'lost';

/** squeue(1), "JOB STATE CODES", as of Slurm 20 to 24; `%T` prints them in full. */
const FATES: Readonly<Record<string, Fate>> = {
  PENDING: 'waiting',
  CONFIGURING: 'waiting',
  REQUEUED: 'waiting',
  REQUEUE_FED: 'waiting',
  REQUEUE_HOLD: 'waiting',
  SPECIAL_EXIT: 'waiting',
  RESV_DEL_HOLD: 'waiting',
  RUNNING: 'running',
  COMPLETING: 'running',
  SUSPENDED: 'waiting', // nothing is heard from it meanwhile
  STOPPED: 'waiting',
  SIGNALING: 'running',
  STAGE_OUT: 'running',
  RESIZING: 'running',
  COMPLETED: 'completed',
  FAILED: 'failed',
  OUT_OF_MEMORY: 'out_of_memory',
  CANCELLED: 'cancelled',
  TIMEOUT: 'lost',
  DEADLINE: 'lost',
  PREEMPTED: 'lost',
  NODE_FAIL: 'lost',
  BOOT_FAIL: 'lost',
  LAUNCH_FAILED: 'lost',
  RECONFIG_FAIL: 'lost',
  REVOKED: 'lost',
};

/** Of a state that no version known here has, the heartbeat decides. */
export function fateOf(state: string): Fate {
  return FATES[state] ?? 'running';
}

export function isOver(fate: Fate): boolean {
  return fate !== 'waiting' && fate !== 'running';
}

/**
 * Whether it waits for no one: it could not be launched, and Slurm has put it back to be held until somebody releases it. Older
 * versions write the reason with spaces.
 */
export function isStranded(fate: Fate, reason: string | null): boolean {
  return fate === 'waiting' && /^launch[ _]failed[ _]requeued/i.test(reason ?? '');
}

/** Why a job is over that did not end by itself, in words for people. */
export function jobLossText(state: string): string {
  switch (state) {
    case 'TIMEOUT':
    case 'DEADLINE':
      return 'reached its time limit';
    case 'PREEMPTED':
      return 'made room for more urgent work';
    case 'NODE_FAIL':
    case 'BOOT_FAIL':
      return 'lost its node';
    default:
      return `is gone (${state})`;
  }
}
