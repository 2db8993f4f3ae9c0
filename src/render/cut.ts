import cliTruncate from 'cli-truncate'; // with what it is built on, a tenth of what a command starts with: only the live view needs it
import {columnsOf} from './columns.js';

/** Cut to a number of columns, with an ellipsis. */
export function cut(text: string, columns: number): string {
  return columnsOf(text) <= columns ? text : cliTruncate(text, Math.max(1, columns));
}
