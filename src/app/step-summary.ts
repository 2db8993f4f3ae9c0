import {appendFileSync} from 'node:fs';
import type {Terminal} from './terminal.js';

/** GitHub shows this file's Markdown on the page of the workflow run. A full disk there is not the run's failure. */
export function writeStepSummary({env, stderr}: Pick<Terminal, 'env' | 'stderr'>, markdown: string): void {
  const file = env.GITHUB_STEP_SUMMARY;
  if (env.GITHUB_ACTIONS !== 'true' || file === undefined || file === '') return;
  try {
    appendFileSync(file, markdown);
  } catch (error) {
    stderr.write(`The step summary could not be written: ${String(error)}\n`);
  }
}
