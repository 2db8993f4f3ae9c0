import {createInterface, type Interface} from 'node:readline';
import type {Terminal} from '../app/terminal.js';
import {visible, visibleLines} from '../render/visible.js';
import type {Choice} from './question.js';
import type {Prompter, Reply} from './wizard.js';

/**
 * The same questions on a terminal that can do no more than print lines (`TERM=dumb`: editors, serial lines, screen readers): no
 * escape sequence is written. A list is chosen from by number or name; `b` goes back.
 */
export function linePrompter({stdout}: Pick<Terminal, 'stdout'>): Prompter {
  const print = (text: string): void => stdout.write(`${text}\n`);
  const text: Prompter['text'] = async (message, initial) => {
    const proposal = initial === undefined || initial === '' ? '' : ` [${visible(initial)}]`;
    stdout.write(`${visibleLines(message)}${proposal} (b goes back): `);
    return replyOf(await readLine(), initial ?? '');
  };
  return {
    note: (text) => print(visibleLines(text)),
    complain: ({message, hint}) =>
      print(visibleLines(hint === undefined ? `! ${message}` : `! ${message}\n  ${hint}`)),
    text,
    path: text, // the terminal itself edits the line: there is no Tab to hear
    choose: async (message, choices, initial) => {
      print(visibleLines(message));
      print(choices.map((choice, index) => `  ${index + 1}  ${lineOf(choice)}`).join('\n'));
      for (;;) {
        stdout.write(
          `Number or name${initial === undefined ? '' : ` [${visible(initial)}]`} (b goes back): `,
        );
        const reply = replyOf(await readLine(), initial ?? '');
        if (reply.kind !== 'answer') return reply;
        const chosen = chosenOf(reply.value, choices);
        if (chosen !== undefined) return {kind: 'answer', value: chosen.value};
        print(`! 1 to ${choices.length}, or one of the names`);
      }
    },
  };
}

function lineOf({value, label = value, hint}: Choice): string {
  return visible(hint === undefined ? label : `${label}: ${hint}`);
}

function chosenOf(answer: string, choices: readonly Choice[]): Choice | undefined {
  return (
    choices.find(({value, label}) => answer === value || answer === label) ?? choices[Number(answer) - 1]
  );
}

/** Undefined: the input ended, or Ctrl-C. */
function readLine(): Promise<string | undefined> {
  const lines: Interface = createInterface({input: process.stdin, terminal: false});
  return new Promise((resolve) => {
    const end = (line: string | undefined): void => {
      process.off('SIGINT', interrupt);
      resolve(line); // the first counts: closing says `close` at once
      lines.close();
    };
    const interrupt = (): void => end(undefined);
    process.once('SIGINT', interrupt); // the terminal is in its own line mode: Ctrl-C arrives as a signal
    lines.once('line', end);
    lines.once('close', () => end(undefined));
  });
}

function replyOf(line: string | undefined, initial: string): Reply {
  if (line === undefined) return {kind: 'cancel'};
  const value = line.trim();
  if (/^b(ack)?$/i.test(value)) return {kind: 'back'};
  return {kind: 'answer', value: value === '' ? initial : value};
}
