import {styleText} from 'node:util';
import {visible, visibleLines} from '../render/visible.js';
import {wrapped} from '../render/wrap.js';
import {completePath} from './path-completion.js';
import type {Choice} from './question.js';
import type {Prompter, Reply} from './wizard.js';

/**
 * Questions on the terminal. `b` goes back: as the whole answer to a text, as a key in a list. Loaded only when somebody is
 * really asked.
 */
export async function clackPrompter({cwd}: {readonly cwd: string}): Promise<Prompter> {
  const [clack, {askPath}] = await Promise.all([import('@clack/prompts'), import('./path-prompt.js')]);
  const replyOf = (value: unknown): Reply =>
    clack.isCancel(value) ? {kind: 'cancel'} : {kind: 'answer', value: String(value ?? '')};
  const typed = (value: unknown): Reply =>
    typeof value === 'string' && /^b(ack)?$/i.test(value.trim()) ? {kind: 'back'} : replyOf(value);
  return {
    note: (text) => clack.log.info(wrapped(visibleLines(text), room())),
    complain: ({message, hint}) =>
      clack.log.error(wrapped(visibleLines(hint === undefined ? message : `${message}\n${hint}`), room())),
    text: async (message, initial) => {
      const value = await clack.text({
        message: beside(clack.S_BAR, visibleLines(message)),
        placeholder: placeholderFor(initial, 'b goes back'),
        ...(initial === undefined ? {} : {defaultValue: initial}),
      });
      return typed(value);
    },
    path: async (message, initial, kind) =>
      typed(
        await askPath({
          message: beside(clack.S_BAR, visibleLines(message)),
          placeholder: placeholderFor(initial, 'Tab completes, b goes back'),
          initial,
          complete: (text) => completePath(text, cwd, kind),
        }),
      ),
    choose: async (message, choices, initial) =>
      withBackKey(async (signal) => {
        const value = await clack.select({
          message: wrapped(visibleLines(message).replace(/$|\n/, ' (b goes back)$&'), room()),
          options: choices.map(optionOf),
          maxItems: 12,
          signal,
          ...(initial === undefined ? {} : {initialValue: initial}),
        });
        return replyOf(value);
      }),
  };
}

function placeholderFor(initial: string | undefined, keys: string): string {
  return initial === undefined || initial === '' ? keys : `${initial} (Enter), ${keys}`;
}

/** A text's question of several lines, the later ones behind clack's bar, as it does by itself for a list's. */
function beside(bar: string, message: string): string {
  return wrapped(message, room())
    .split('\n')
    .join(`\n${styleText('gray', bar)}  `);
}

/** What clack's own marks at the left leave of a line. */
function room(): number {
  return Math.max(40, (process.stdout.columns ?? 80) - 4);
}

function optionOf({value, label = value, hint}: Choice) {
  const shown = visible(label);
  return hint === undefined ? {value, label: shown} : {value, label: shown, hint: visible(hint)};
}

/** A list has no text to type `b` into, so the key itself ends it. */
async function withBackKey(ask: (signal: AbortSignal) => Promise<Reply>): Promise<Reply> {
  const back = new AbortController();
  const onKey = (_: string | undefined, key: {readonly name?: string} | undefined): void => {
    if (key?.name === 'b') back.abort();
  };
  process.stdin.on('keypress', onKey);
  try {
    const reply = await ask(back.signal);
    return back.signal.aborted ? {kind: 'back'} : reply;
  } finally {
    process.stdin.off('keypress', onKey);
  }
}
