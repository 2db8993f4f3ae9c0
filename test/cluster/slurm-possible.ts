import {spawnSync} from 'node:child_process';

/** Its daemons start jobs as any user, so they are root's; and the program must be there (Debian: slurm-wlm). */
export const slurmPossible =
  process.platform === 'linux' &&
  process.getuid?.() === 0 &&
  spawnSync('slurmctld', ['-V']).error === undefined;
