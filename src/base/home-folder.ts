import {homedir, userInfo} from 'node:os';
import {isAbsolute} from 'node:path';

/**
 * The user's home folder: of `HOME`, else what the system knows of the user; `/`, as containers have it, where neither says. A
 * relative one is none: settings would be in whatever folder a command is started in.
 */
export function homeFolder(): string {
  return said(homedir) ?? said(() => userInfo().homedir) ?? '/';
}

/** Node throws for a user without a name. */
function said(ask: () => string): string | undefined {
  try {
    const path = ask();
    return isAbsolute(path) ? path : undefined;
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    return undefined;
  }
}
