import {isJsonObject, type Json} from '../../base/json.js';
import {SidestepError} from '../../base/problem.js';

/**
 * The text of a chat completion (OpenAI, "Create chat completion": `choices[0].message.content`, a text or a list of parts).
 * Throws `caption/answer-unusable` for what is none, and for one that was cut or refused.
 */
export function answerIn(body: string): string {
  const choice = firstChoice(parsed(body));
  const message = isJsonObject(choice?.message) ? choice.message : undefined;
  if (message === undefined) throw unusable(`it has no choices[0].message: ${beginning(body)}`);
  if (typeof message.refusal === 'string' && message.refusal !== '')
    throw unusable(`the model refuses: ${beginning(message.refusal)}`);
  if (choice!.finish_reason === 'length')
    throw unusable('the answer was cut at its greatest length', 'Raise max_tokens, or ask for less.');
  const text = withoutThoughts(contentOf(message.content));
  if (text.includes('\0')) throw unusable('its text holds a null character');
  return text;
}

function parsed(body: string): Json {
  try {
    return JSON.parse(body) as Json;
  } catch {
    throw unusable(`it is no JSON: ${beginning(body)}`, 'Is base_url that of an OpenAI-compatible server?');
  }
}

function firstChoice(reply: Json) {
  const choices = isJsonObject(reply) ? reply.choices : undefined;
  const [first] = Array.isArray(choices) ? (choices as readonly Json[]) : [];
  return isJsonObject(first) ? first : undefined;
}

function contentOf(content: Json | undefined): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  const texts = (content as readonly Json[]).map((part) => (isJsonObject(part) ? part.text : undefined));
  return texts.filter((text) => typeof text === 'string').join('');
}

/** Models that reason aloud put that in front. */
function withoutThoughts(text: string): string {
  return text.replace(/^\s*<think(?:ing)?>[\s\S]*?<\/think(?:ing)?>/i, '').trim();
}

/** One line, without the quotation marks that models like to put around it. Throws `caption/answer-unusable`. */
export function captionLine(answer: string): string {
  const line = answer.replace(/\s+/g, ' ').trim();
  const [, quoted] = /^["“](.*)["”]$/.exec(line) ?? [];
  return something(quoted === undefined || /["“”]/.test(quoted) ? line : quoted.trim());
}

/** Lines as they are, without the fence of a code block around them. Throws `caption/answer-unusable`. */
export function answeredLyrics(answer: string): string {
  const [, fenced] = /^```[a-z]*\n([\s\S]*?)\n?```$/i.exec(answer) ?? [];
  return something((fenced ?? answer).replace(/\r\n?/g, '\n').trim());
}

function something(text: string): string {
  if (text === '') throw unusable('it holds no text');
  return text;
}

/** What a server says, short enough for a message. */
export function beginning(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line === '' ? 'it is empty' : JSON.stringify(line.length > 200 ? `${line.slice(0, 200)}…` : line);
}

function unusable(why: string, hint?: string): SidestepError {
  return new SidestepError({
    code: 'caption/answer-unusable',
    message: `The answer cannot be used: ${why}`,
    ...(hint === undefined ? {} : {hint}),
  });
}
