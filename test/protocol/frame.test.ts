import fc from 'fast-check';
import {expect, test} from 'vitest';
import {newInbox} from '../../src/protocol/channel.js';
import {frameOf, frameReader} from '../../src/protocol/frame.js';

function read(pieces: readonly string[]): {messages: unknown[]; text: string} {
  const messages: unknown[] = [];
  let text = '';
  const reader = frameReader({
    message: (message) => messages.push(message),
    text: (piece) => {
      text += piece;
    },
  });
  for (const piece of pieces) reader.take(piece);
  reader.end();
  return {messages, text};
}

test('what JSON does not know arrives: losses that are not finite, what is not there, a zero below zero', () => {
  const message = {
    loss: Number.NaN,
    worst: Number.POSITIVE_INFINITY,
    least: Number.NEGATIVE_INFINITY,
    zero: -0,
    threads: undefined,
    list: [undefined, Number.NaN, null],
    ['__proto__']: {loss: Number.NaN},
    text: '\u0000NaN',
    words: 'NaN',
    twice: '\u0000\u0000undefined',
    half: '\ud800',
  };
  const {messages} = read([frameOf(message)]);
  expect(messages).toStrictEqual([message]);
  expect(Object.keys(messages[0] as object)).toEqual(Object.keys(message)); // one that is undefined is still there
});

test('any message survives, however the pipe cuts it and whatever is printed in between', () => {
  const value = fc.anything({
    withNullPrototype: false,
    maxDepth: 3,
    maxKeys: 4,
    values: [
      fc.string(),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.constant(undefined),
      fc.string({unit: 'binary'}),
    ],
  });
  const noise = fc.string().map((text) => text.replaceAll('\u001e', ''));
  fc.assert(
    fc.property(
      fc.array(fc.tuple(noise, value), {maxLength: 4}),
      fc.integer({min: 1, max: 7}),
      (said, size) => {
        const stream = said.map(([text, message]) => text + frameOf(message)).join('');
        const pieces = stream.match(new RegExp(`[\\s\\S]{1,${size}}`, 'g')) ?? [];
        expect(read(pieces)).toStrictEqual({
          messages: said.map(([, message]) => message),
          text: said.map(([text]) => text).join(''),
        });
      },
    ),
    {numRuns: 50},
  );
});

test('a frame that is no message, or was never finished, is text', () => {
  expect(read(['\u001ehello\n', frameOf(1), '\u001e{"kind":'])).toEqual({
    messages: [1],
    text: 'hello\n{"kind":\n',
  });
  expect(read(['\u001e"\\u0000nonsense"\n']).text).toBe('"\\u0000nonsense"\n');
});

test('one that was cut off by the death of its writer does not take the next with it', () => {
  expect(read(['\u001e{"kind":"ev', frameOf(1), frameOf(2)])).toEqual({
    messages: [1, 2],
    text: '{"kind":"ev\n',
  });
});

test('a terminal between may end lines with CR LF', () => {
  expect(read([frameOf({kind: 'alive'}).replace('\n', '\r\n')]).messages).toEqual([{kind: 'alive'}]);
});

test('what came before anybody listened is heard first, and the end last', async () => {
  const inbox = newInbox<number>();
  const heard: (number | 'closed')[] = [];
  void inbox.closed.then(() => heard.push('closed'));
  inbox.take(1);
  inbox.take(2);
  inbox.close();
  await Promise.resolve();
  expect(heard).toEqual([]);
  inbox.listen((message) => heard.push(message));
  await inbox.closed;
  expect(heard).toEqual([1, 2, 'closed']);
});
