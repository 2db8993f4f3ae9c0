/** Text that is HTML already; everything else is escaped where it is put in. */
export interface Html {
  readonly html: string;
}

type Piece = Html | string | number | null | undefined | readonly Piece[];

/** A template whose holes are escaped, unless they were made by it themselves. */
export function html(parts: TemplateStringsArray, ...holes: readonly Piece[]): Html {
  return {html: parts.map((part, i) => (i === 0 ? part : textOf(holes[i - 1]) + part)).join('')};
}

function textOf(piece: Piece): string {
  if (piece === null || piece === undefined) return '';
  if (typeof piece === 'string' || typeof piece === 'number') return escapeHtml(String(piece));
  if ('html' in piece) return piece.html;
  return piece.map(textOf).join('');
}

/** Text as terminals show it: what is between backticks is code. */
export function withCode(text: string): Html {
  return html`${text.split('`').map((part, i) => (i % 2 === 0 ? part : html`<code>${part}</code>`))}`;
}

export function escapeHtml(text: string): string {
  const names: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (character) => names[character]!);
}

/** A script of ours. Its end is put together: bundlers rewrite a template that holds it whole. */
export function scriptElement(text: string): Html {
  return {html: `<script>${text}${SCRIPT_END}`};
}

/** Data for a script, as JSON that no browser takes for the end of the element. `id` is a word of ours. */
export function dataElement(id: string, value: unknown): Html {
  const json = JSON.stringify(value)
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
  return {html: `<script type="application/json" id="${id}">${json}${SCRIPT_END}`};
}

const SCRIPT_END = ['</', 'script>'].join('');
