import {styleText} from 'node:util';
import {TextPrompt} from '@clack/core';
import {S_BAR, S_BAR_END, symbol} from '@clack/prompts';
import cliTruncate from 'cli-truncate';
import type {PathCompletion} from './path-completion.js';

export interface PathQuestion {
  /** Its lines but the first already behind clack's bar. */
  readonly message: string;
  readonly placeholder: string;
  /** What Enter takes when nothing is typed, and Tab writes, to be changed. */
  readonly initial: string | undefined;
  readonly complete: (typed: string) => PathCompletion;
}

/** A text question in clack's looks, with Tab as in a shell and the names that fit below it. A symbol when it was left. */
export function askPath(question: PathQuestion): Promise<unknown> {
  return new PathPrompt(question).prompt();
}

class PathPrompt extends TextPrompt {
  constructor(question: PathQuestion) {
    super({
      ...(question.initial === undefined ? {} : {defaultValue: question.initial}),
      render() {
        return pictureOf(this, question);
      },
    });
    this.on('key', (_, {name}) => {
      if (name === 'tab') this.#continue(question);
    });
  }

  /** Only at the end of the line: what is behind the cursor would stay there. */
  #continue({initial = '', complete}: PathQuestion): void {
    if (this.cursor < this.userInput.length) return;
    const text = this.userInput === '' && initial !== '' ? initial : complete(this.userInput).text;
    if (text === this.userInput) return;
    this._clearUserInput();
    this._setUserInput(text, true);
  }
}

type Shown = Pick<TextPrompt, 'state' | 'value' | 'userInput' | 'userInputWithCursor'>;

function pictureOf(
  {state, value = '', userInput, userInputWithCursor}: Shown,
  {message, placeholder, complete}: PathQuestion,
): string {
  const head = `${styleText('gray', S_BAR)}\n${symbol(state)}  ${message}\n`;
  if (state === 'submit') return `${head}${styleText('gray', S_BAR)}  ${styleText('dim', value)}`;
  if (state === 'cancel')
    return `${head}${styleText('gray', S_BAR)}  ${styleText(['strikethrough', 'dim'], value)}`;
  const line =
    userInput === ''
      ? styleText('inverse', placeholder.slice(0, 1)) + styleText('dim', placeholder.slice(1))
      : userInputWithCursor;
  const names = userInput === '' ? [] : complete(userInput).names;
  const bar = styleText('cyan', S_BAR);
  const fitting = names.length === 0 ? '' : `\n${bar}  ${styleText('dim', nameLine(names))}`;
  return `${head}${bar}  ${line}${fitting}\n${styleText('cyan', S_BAR_END)}\n`;
}

/** One line, so that nothing below it jumps. */
function nameLine(names: readonly string[]): string {
  return cliTruncate(names.join('  '), Math.max(20, (process.stdout.columns ?? 80) - 4));
}
