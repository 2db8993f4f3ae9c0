/**
 * Text from outside becomes text for a screen here, and nowhere else: what a file, a program or a matrix value is called
 * may hold escape sequences, line ends that forge a line of ours, marks that turn the writing direction, and commands
 * that a CI system reads out of a log. All of these are shown, none is obeyed.
 */

import {shownPath} from '../base/path-bytes.js';

/** What turns the writing direction; control characters are shown as in paths. */
const UNSEEN = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
/** `::error::…` at the start of a line and `##[…]` anywhere are commands of GitHub Actions, `##vso[…]` of Azure. */
const CI_COMMANDS = /^(\s*)::|#(?=#(?:vso)?\[)/g;

/** One line, whatever the text holds: `a⏎b` becomes `a\nb`, the escape character `\u001b`, a byte of a name that is no UTF-8 `\xE9`. */
export function visible(text: string): string {
  return shownPath(text)
    .replace(UNSEEN, escaped)
    .replace(CI_COMMANDS, (found, indent: string | undefined) =>
      found === '#' ? '\\u0023' : `${indent ?? ''}\\u003a:`,
    );
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** The lines of a message: those that go on with two spaces are its own, other line ends came with a name. */
export function messageLines(message: string): string[] {
  return message.split(/\n(?= {2})/).map(visible);
}

/** Text that has lines, such as the lines of a file around an error: each is made visible. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n');
}

/** Texts of several lines in events and problems; all others are one line. */
const WITH_LINES: ReadonlySet<string> = new Set(['frame', 'stderr_tail', 'message', 'hint']);

/** Plain data with all its texts made visible; the very same data where there is nothing to do. */
export function visibly<T>(data: T): T {
  return shown(data, '') as T;
}

function shown(value: unknown, key: string): unknown {
  if (typeof value === 'string') return shownText(value, key);
  if (Array.isArray(value)) {
    const items = value.map((item) => shown(item, key));
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([name, inner]) => [name, shown(inner, name), inner] as const);
  if (entries.every(([, now, before]) => now === before)) return value;
  return Object.fromEntries(entries.map(([name, now]) => [name, now]));
}

function shownText(text: string, key: string): string {
  if (!WITH_LINES.has(key)) return visible(text);
  return key === 'message' ? messageLines(text).join('\n') : visibleLines(text);
}

/**
 * What a stream lets through: line ends, tabs, and the sequences that we write ourselves, colours among them where there
 * are colours. In JSON what is escaped stays the same JSON.
 */
export function harmlessOutput(text: string, colours: 'colour' | 'plain'): string {
  const own = colours === 'colour' ? OWN_SEQUENCES : LINE_ERASED;
  return text.replace(own, (found) => (found.length > 1 || KEPT.has(found) ? found : escaped(found)));
}

const KEPT: ReadonlySet<string> = new Set(['\n', '\t', '\r']);
const CONTROL = '[\\u0000-\\u001f\\u007f-\\u009f]';
const OWN_SEQUENCES = new RegExp(`\\u001b\\[[\\d;]*m|\\r\\u001b\\[K|${CONTROL}`, 'g');
const LINE_ERASED = new RegExp(`\\r\\u001b\\[K|${CONTROL}`, 'g');
