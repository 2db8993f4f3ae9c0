import {type Located, textOf} from './located.js';

/** Longer values are not repeated in a hint. */
const LONGEST = 60;

/** A value as it would be written into a flow mapping; `…` where it is too large to repeat. */
export function flowText(value: Located | undefined): string {
  const text = value === undefined ? undefined : flow(value);
  return text === undefined || text.length > LONGEST ? '…' : text;
}

function flow(value: Located): string | undefined {
  switch (value.kind) {
    case 'scalar':
      if (value.value === null) return undefined;
      return typeof value.value === 'string' ? textScalar(value.value) : textOf(value);
    case 'list':
      return `[${value.items.map((item) => flow(item) ?? '…').join(', ')}]`;
    case 'map': {
      const entries = [...value.entries].map(([key, entry]) => `${key}: ${flow(entry.value) ?? '…'}`);
      return `{${entries.join(', ')}}`;
    }
  }
}

/** Quoted where YAML would read something else, within braces included. */
export function textScalar(text: string): string {
  const isPlain =
    /^[\w./~\\-][^:#,[\]{}"'`\n]*$/.test(text) &&
    !/\s$|\$\{|^[-+.]?\d|^(true|false|null|yes|no|on|off|~)$/i.test(text);
  return isPlain ? text : JSON.stringify(text);
}

/** `adapter`, `rank` and `16`: `adapter: {rank: 16}`. */
export function nestedText(path: readonly string[], value: string): string {
  const [first, ...rest] = path as [string, ...string[]];
  return `${first}: ${rest.length === 0 ? value : `{${nestedText(rest, value)}}`}`;
}
