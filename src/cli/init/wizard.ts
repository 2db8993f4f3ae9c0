import type {Problem} from '../../base/problem.js';
import {failure, ok, type Result} from '../../base/result.js';
import type {AnswerId, Answers, SomeAnswers} from './answers.js';
import {type Choice, type Known, needsBase, type Question, questions} from './questions.js';

/** How a person is asked; tests answer from a list. */
export interface Prompter {
  readonly note: (text: string) => void;
  readonly complain: (problem: Problem) => void;
  readonly text: (message: string, initial: string | undefined) => Promise<Reply>;
  readonly choose: (
    message: string,
    choices: readonly Choice[],
    initial: string | undefined,
  ) => Promise<Reply>;
}

export type Reply =
  | {readonly kind: 'answer'; readonly value: string}
  | {readonly kind: 'back'}
  | {readonly kind: 'cancel'};

/**
 * Asks one question after the other, showing how far it is; `back` returns to the last question that was really asked.
 * Answers given as flags are checked and not asked. The Result is undefined when the person left.
 */
export async function askAll(
  given: SomeAnswers,
  known: Known,
  prompter: Prompter,
): Promise<Result<Answers | undefined>> {
  const checked = await checkGiven(given, known);
  if (!checked.ok) return checked;
  let answers: SomeAnswers = checked.value;
  const asked: AnswerId[] = [];
  for (let index = 0; index < questions.length; ) {
    const question = questions[index]!;
    if (question.id in given || !(await isAsked(question, answers, known))) {
      index += 1;
      continue;
    }
    const reply = await askOne(question, answers, known, prompter);
    if (reply.kind === 'cancel') return ok(undefined);
    if (reply.kind === 'back') {
      const last = asked.pop();
      if (last === undefined) continue; // already at the first
      index = questions.findIndex(({id}) => id === last);
      answers = withoutFrom(answers, index, given);
      continue;
    }
    answers = {...answers, [question.id]: reply.value};
    asked.push(question.id);
    index += 1;
  }
  return ok(await filled(answers, known));
}

/** `--yes`, or nobody to ask: flags and defaults. Problems: what is wrong with a flag, and each answer nobody can guess. */
export async function takeDefaults(given: SomeAnswers, known: Known): Promise<Result<Answers>> {
  const problems: Problem[] = [];
  let answers: SomeAnswers = {};
  for (const question of questions) {
    if (!(question.id in given) && !(await isAsked(question, answers, known))) continue;
    const value = given[question.id] ?? (await question.initial(answers, known));
    const checked = value === undefined ? missing(question) : await question.check(value, answers, known);
    if (checked.ok) answers = {...answers, [question.id]: checked.value};
    else problems.push(...checked.problems);
    if (!checked.ok && question.id === 'checkpoints') break; // every model would be unknown as well
  }
  return problems.length > 0 ? {ok: false, problems} : ok(await filled(answers, known));
}

async function checkGiven(given: SomeAnswers, known: Known): Promise<Result<SomeAnswers>> {
  let answers: SomeAnswers = {};
  for (const question of questions) {
    const value = given[question.id];
    if (value === undefined) continue;
    const checked = await question.check(value, answers, known);
    if (!checked.ok) return checked;
    answers = {...answers, [question.id]: checked.value};
  }
  return ok(answers);
}

async function isAsked(question: Question, answers: SomeAnswers, known: Known): Promise<boolean> {
  if (question.id === 'base') return (await needsBase(answers, known)) === 'yes';
  return question.applies?.(answers) ?? true;
}

async function askOne(
  question: Question,
  answers: SomeAnswers,
  known: Known,
  prompter: Prompter,
): Promise<Reply> {
  const found = await question.shows?.(answers, known);
  if (found !== undefined && found !== '') prompter.note(found);
  const message = `[${questions.indexOf(question) + 1}/${questions.length}] ${question.message}`;
  for (;;) {
    const initial = answers[question.id] ?? (await question.initial(answers, known));
    const choices = await question.choices?.(answers, known);
    const reply =
      choices === undefined
        ? await prompter.text(message, initial)
        : await prompter.choose(message, choices, initial);
    if (reply.kind !== 'answer') return reply;
    const checked = await question.check(reply.value, answers, known);
    if (!checked.ok) {
      for (const problem of checked.problems) prompter.complain(problem);
      continue;
    }
    const told = await question.tells?.(checked.value, answers, known);
    if (told !== undefined) prompter.note(told);
    return {kind: 'answer', value: checked.value};
  }
}

/** Answers that depend on one taken back are asked again. */
function withoutFrom(answers: SomeAnswers, index: number, given: SomeAnswers): SomeAnswers {
  const later = new Set(questions.slice(index + 1).map(({id}) => id));
  return Object.fromEntries(
    Object.entries(answers).filter(([id]) => !later.has(id as AnswerId) || id in given),
  );
}

/** Questions that did not apply have their neutral answer. */
async function filled(answers: SomeAnswers, known: Known): Promise<Answers> {
  let whole: SomeAnswers = answers;
  for (const {id, initial} of questions) {
    if (whole[id] !== undefined) continue;
    whole = {...whole, [id]: id === 'base' ? 'auto' : ((await initial(whole, known)) ?? '')};
  }
  return whole as Answers;
}

function missing({id, message}: Question): Result<string> {
  return failure({
    code: 'init/missing-answer',
    message: `Nobody can be asked: ${message.replace(/ \(.*/, '')}`,
    hint: `Say it with --${id.replace('_', '-')}.`,
  });
}
