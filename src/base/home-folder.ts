import {homedir, userInfo} from 'node:os';

/**
 * The user's home folder: of `HOME`, else what the system knows of the user; `/`, as containers have it, where neither says.
 */
export function homeFolder(): string {
  return said(homedir) ?? said(() => userInfo().homedir) ?? '/';
}

/** Node throws for a user without a name. */
function said(ask: () => string): string | undefined {
  try {
    return ask() || undefined;
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    return undefined;
  }
}
