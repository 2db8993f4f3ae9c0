import {join} from 'node:path';
import {writeDurably} from '../base/durable.js';
import {isJsonObject} from '../base/json.js';
import {jsonIfReadable} from '../base/state-file.js';
import {absolutePath} from '../config/user/settings.js';
import {type AnswerId, type Answers, type BasicId, isAnswerId, type SomeAnswers} from './answers.js';
import {withoutDetails} from './draft.js';
import type {ChosenValue} from './pipeline.js';

/** Answers that name a place: kept absolute, since the next session may start elsewhere. */
const PLACES = ['checkpoints', 'songs'] as const satisfies readonly BasicId[];

/** What the person answered last time; empty when there was none, or nothing readable is left of it. */
export async function lastSession(userDir: string): Promise<SomeAnswers> {
  const value = jsonIfReadable(fileIn(userDir));
  if (!isJsonObject(value)) return {};
  const answers: Partial<Record<AnswerId, string>> = {};
  for (const [id, answer] of Object.entries(value))
    if (isAnswerId(id) && typeof answer === 'string') answers[id] = answer;
  return answers;
}

/** Keeps all but the pipeline's name, which says what this one is about, and details that say nothing new. */
export async function keepSession(
  userDir: string,
  {answers, changes}: {readonly answers: Answers; readonly changes: readonly ChosenValue[]},
  cwd: string,
): Promise<void> {
  const {name: _name, ...kept} = withoutDetails(answers);
  const places = Object.fromEntries(PLACES.map((id) => [id, absolutePath(answers[id], cwd)]));
  const details = Object.fromEntries(changes.map(({id}) => [id, answers[id]]));
  const session = {...kept, ...places, ...details};
  await writeDurably(fileIn(userDir), `${JSON.stringify(session, undefined, 1)}\n`);
}

function fileIn(userDir: string): string {
  return join(userDir, 'last-session.json');
}
