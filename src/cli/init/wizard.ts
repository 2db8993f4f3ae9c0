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

/** What was answered so far, and to which questions, in order: the way back. */
export interface Interview {
  readonly answers: SomeAnswers;
  readonly asked: readonly AnswerId[];
}

export interface Interviewing {
  /** Answers given as flags: checked, and not asked. */
  readonly given: SomeAnswers;
  readonly known: Known;
  readonly prompter: Prompter;
}

/**
 * Asks one question after the other, showing how far it is; `back` returns to the last question that was really asked.
 * With `from` it begins by going back to the last question of that interview. Undefined when the person left.
 */
export async function askAll(setup: Interviewing, from?: Interview): Promise<Result<Interview | undefined>> {
  const {given, known} = setup;
  const checked = await checkGiven(given, known);
  if (!checked.ok) return checked;
  if (from !== undefined && from.asked.length === 0) return ok(from); // all was said in flags: nothing to go back to
  let interview: Interview = from === undefined ? {answers: checked.value, asked: []} : goBack(from, given);
  for (let index = from === undefined ? 0 : indexOf(from.asked.at(-1)!); index < questions.length; ) {
    const question = questions[index]!;
    if (question.id in given || !(await isAsked(question, interview.answers, known))) {
      index += 1;
      continue;
    }
    const reply = await askOne(question, interview.answers, setup);
    if (reply.kind === 'cancel') return ok(undefined);
    if (reply.kind === 'answer') {
      const {answers, asked} = interview;
      interview = {answers: {...answers, [question.id]: reply.value}, asked: [...asked, question.id]};
      index += 1;
    } else if (interview.asked.length > 0) {
      index = indexOf(interview.asked.at(-1)!);
      interview = goBack(interview, given);
    }
  }
  return ok(interview);
}

/** The interview without its last answer; that answer stays as what is proposed, those after it go. */
function goBack({answers, asked}: Interview, given: SomeAnswers): Interview {
  const last = asked.at(-1);
  if (last === undefined) return {answers, asked};
  const later = new Set(questions.slice(indexOf(last) + 1).map(({id}) => id));
  const kept = Object.entries(answers).filter(([id]) => !later.has(id as AnswerId) || id in given);
  return {answers: Object.fromEntries(kept), asked: asked.slice(0, -1)};
}

function indexOf(wanted: AnswerId): number {
  return questions.findIndex(({id}) => id === wanted);
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
  {known, prompter}: Interviewing,
): Promise<Reply> {
  const found = await question.shows?.(answers, known);
  if (found !== undefined && found !== '') prompter.note(found);
  const message = `[${questions.indexOf(question) + 1}/${questions.length}] ${question.message}`;
  for (;;) {
    const initial = await proposed(question, answers, known);
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

/** What Enter takes: the answer just taken back, else that of the last session if it still holds, else the default. */
async function proposed(question: Question, answers: SomeAnswers, known: Known): Promise<string | undefined> {
  const before = answers[question.id];
  if (before !== undefined) return before;
  const last = known.last[question.id];
  if (last !== undefined && (await question.check(last, answers, known)).ok) return last;
  return question.initial(answers, known);
}

/** Questions that did not apply have their neutral answer. */
export async function filled(answers: SomeAnswers, known: Known): Promise<Answers> {
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
