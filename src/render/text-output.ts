/** Where a renderer's text goes. `columns` is undefined when no one knows the width. */
export interface TextOutput {
  readonly write: (text: string) => void;
  readonly columns: () => number | undefined;
}

const FALLBACK_COLUMNS = 80;

/** A usable width: some terminals and CI systems report none, zero, or a handful of columns. */
export function widthOf(output: TextOutput): number {
  const columns = output.columns();
  return columns === undefined || columns < 20 ? FALLBACK_COLUMNS : columns;
}
