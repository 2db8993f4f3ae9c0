import {spawnSync} from 'node:child_process';
import {existsSync} from 'node:fs';

/** A server of ssh that sessions can be opened on: in containers only root's can. */
export const sshPossible =
  process.getuid?.() === 0 && existsSync('/usr/sbin/sshd') && spawnSync('ssh', ['-V']).error === undefined;
