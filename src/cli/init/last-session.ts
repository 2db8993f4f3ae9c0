import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {isFileError, writeDurably} from '../../base/durable.js';
import {isJsonObject, type Json} from '../../base/json.js';
import {absolutePath} from '../../config/settings.js';
import {type AnswerId, type Answers, answerIds, type SomeAnswers} from './answers.js';

/** Answers that name a place: kept absolute, since the next session may start elsewhere. */
const PLACES: readonly AnswerId[] = ['checkpoints', 'songs'];

/** What the person answered last time; empty when there was none, or nothing readable is left of it. */
export async function lastSession(userDir: string): Promise<SomeAnswers> {
  let value: Json;
  try {
    value = JSON.parse(await readFile(fileIn(userDir), 'utf8')) as Json;
  } catch (error) {
    if (error instanceof SyntaxError || isFileError(error, 'ENOENT', 'ENOTDIR')) return {};
    throw error;
  }
  if (!isJsonObject(value)) return {};
  const answers = value;
  return Object.fromEntries(
    answerIds.flatMap((id) => (typeof answers[id] === 'string' ? [[id, answers[id]]] : [])),
  );
}

/** Keeps all but the pipeline's name, which says what this one is about. */
export async function keepSession(userDir: string, answers: Answers, cwd: string): Promise<void> {
  const {name: _name, ...kept} = answers;
  const places = Object.fromEntries(PLACES.map((id) => [id, absolutePath(answers[id], cwd)]));
  await writeDurably(fileIn(userDir), `${JSON.stringify({...kept, ...places}, undefined, 1)}\n`);
}

function fileIn(userDir: string): string {
  return join(userDir, 'last-session.json');
}
