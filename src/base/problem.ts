/** A place in a text file; lines and columns count from 1, columns in UTF-16 code units. */
export interface SourcePosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Where the marked text ends (exclusive), for a squiggle under all of it. */
  readonly end_line?: number;
  readonly end_column?: number;
  /** The whole text of an argument, where `file` is the option that it was given to (`--set`). */
  readonly given?: string;
}

/**
 * What went wrong, as plain data: it crosses processes, lands in run records, and is printed in one place only.
 * `code` is stable (`area/what-is-wrong`); tests and docs key on it, the words may change.
 */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly position?: SourcePosition;
  /** The lines around `position` with a marker, ready to print; the caller that has the source text adds it. */
  readonly frame?: string;
  readonly hint?: string;
  /** What a program said before it failed, line by line as it said it. */
  readonly last_words?: readonly string[];
  /** Further places that explain this one, e.g. the alias through which a bad value was reached. */
  readonly related?: readonly {readonly position: SourcePosition; readonly message: string}[];
}

/** The one error class of the code base: exactly one `Problem`. Any other exception is a bug of ours. */
export class SidestepError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.message, options);
    this.name = 'SidestepError';
    this.problem = problem;
  }
}
