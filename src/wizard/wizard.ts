import type {Problem} from '../base/problem.js';
import {failure, ok, type Result} from '../base/result.js';
import {adapterKinds} from '../stage/adapter-kinds.js';
import type {AnswerId, Answers, SomeAnswers} from './answers.js';
import {isDetailId, isGroupId} from './details.js';
import type {PathKind} from './path-completion.js';
import type {Choice, Known, Question} from './question.js';
import {questions} from './questions.js';

/** How a person is asked; tests answer from a list. */
export interface Prompter {
  readonly note: (text: string) => void;
  readonly complain: (problem: Problem) => void;
  readonly text: (message: string, initial: string | undefined) => Promise<Reply>;
  /** A text that Tab completes where the terminal can. */
  readonly path: (message: string, initial: string | undefined, kind: PathKind) => Promise<Reply>;
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
  /** What Enter takes: answers that were taken back, and those of the last session. */
  readonly proposals: SomeAnswers;
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
  let interview: Interview =
    from === undefined
      ? {answers: checked.value, asked: [], proposals: known.last}
      : goBack(from, checked.value);
  for (let index = from === undefined ? 0 : indexOf(from.asked.at(-1)!); index < questions.length; ) {
    const question = questions[index]!;
    if (question.id in given || !(await isAsked(question, interview.answers, known))) {
      index += 1;
      continue;
    }
    const reply = await askOne(question, interview, setup);
    if (reply.kind === 'cancel') return ok(undefined);
    if (reply.kind === 'answer') {
      interview = await answered(interview, question, reply.value, known);
      index += 1;
    } else if (interview.asked.length > 0) {
      index = indexOf(interview.asked.at(-1)!);
      interview = goBack(interview, checked.value);
    }
  }
  return ok(interview);
}

async function answered(
  {answers, asked, proposals}: Interview,
  {id, group, initial}: Question,
  value: string,
  known: Known,
): Promise<Interview> {
  const {[id]: _old, ...others} = proposals;
  // A detail that was left as it is follows whatever is decided before it.
  const isSaid = group === undefined || value !== (await initial(answers, known));
  return {
    answers: {...answers, [id]: value},
    asked: [...asked, id],
    proposals: isSaid ? {...proposals, [id]: value} : others,
  };
}

/** The interview without its last answer, which stays proposed, as do those after it that were taken back before. */
function goBack({answers, asked, proposals}: Interview, given: SomeAnswers): Interview {
  const last = asked.at(-1);
  if (last === undefined) return {answers, asked, proposals};
  const later = new Set(questions.slice(indexOf(last)).map(({id}) => id));
  const kept = Object.entries(answers).filter(([id]) => !later.has(id as AnswerId));
  return {answers: {...Object.fromEntries(kept), ...given}, asked: asked.slice(0, -1), proposals};
}

function indexOf(wanted: AnswerId): number {
  return questions.findIndex(({id}) => id === wanted);
}

/** `--yes`, or no one to ask: flags and defaults. Problems: what is wrong with a flag, and each answer no one can guess. */
export async function takeDefaults(given: SomeAnswers, known: Known): Promise<Result<Answers>> {
  const problems: Problem[] = [];
  let answers: SomeAnswers = given;
  for (const question of basicQuestions) {
    if (!(question.id in given) && !(await isAsked(question, answers, known))) continue;
    const value = given[question.id] ?? (await question.initial(answers, known));
    const checked =
      value === undefined ? missing(question, answers, known) : await question.check(value, answers, known);
    if (checked.ok) answers = {...answers, [question.id]: checked.value};
    else problems.push(...checked.problems);
    if (!checked.ok && question.id === 'checkpoints') break; // every model would be unknown as well
  }
  return problems.length > 0 ? {ok: false, problems} : ok(await filled(answers, known));
}

const basicQuestions = questions.filter(({id}) => !isGroupId(id) && !isDetailId(id));

async function checkGiven(given: SomeAnswers, known: Known): Promise<Result<SomeAnswers>> {
  let answers: SomeAnswers = given;
  for (const question of basicQuestions) {
    const value = given[question.id];
    if (value === undefined) continue;
    const checked = await question.check(value, answers, known);
    if (!checked.ok) return checked;
    answers = {...answers, [question.id]: checked.value};
  }
  const details = givenDetails(answers, known);
  return details.ok ? ok(answers) : details;
}

/** Details that were given must suit the adapter; while that is open, some adapter. */
function givenDetails(answers: SomeAnswers, known: Known): Result<unknown> {
  const kinds = answers.adapter === undefined ? adapterKinds : [answers.adapter];
  const judged = kinds.map((adapter) => known.resolve({...answers, adapter}));
  return judged.find(({ok: fits}) => fits) ?? judged[0]!;
}

async function isAsked(question: Question, answers: SomeAnswers, known: Known): Promise<boolean> {
  return (await question.applies?.(answers, known)) ?? true;
}

async function askOne(
  question: Question,
  interview: Interview,
  {given, known, prompter}: Interviewing,
): Promise<Reply> {
  const {answers} = interview;
  const found = await question.shows?.(answers, known);
  if (found !== undefined && found !== '') prompter.note(found);
  const words = wordsOf(question, answers, known);
  const message = `${await stepText(question, answers, {given, known})} ${words}`;
  for (;;) {
    const initial = await proposed(question, interview, known);
    const choices = await question.choices?.(answers, known);
    const reply = await put(prompter, question, {message, initial, choices});
    if (reply.kind !== 'answer') return reply;
    const checked = await question.check(reply.value, answers, known);
    if (!checked.ok) {
      for (const problem of checked.problems) prompter.complain(problem);
      continue;
    }
    const told = await question.remark?.(checked.value, answers, known);
    if (told !== undefined) prompter.note(told);
    return {kind: 'answer', value: checked.value};
  }
}

function wordsOf({message}: Question, answers: SomeAnswers, known: Known): string {
  return typeof message === 'string' ? message : message(answers, known);
}

/** In the form that suits its answer. */
function put(prompter: Prompter, {path}: Question, {message, initial, choices}: Asked): Promise<Reply> {
  if (choices !== undefined) return prompter.choose(message, choices, initial);
  return path === undefined ? prompter.text(message, initial) : prompter.path(message, initial, path);
}

interface Asked {
  readonly message: string;
  readonly initial: string | undefined;
  readonly choices: readonly Choice[] | undefined;
}

/** `[3/9]`, and within a group `[8/17, 2/5]`: of the questions that these answers leave to be asked. */
async function stepText(
  {id, group}: Question,
  answers: SomeAnswers,
  {given, known}: Pick<Interviewing, 'given' | 'known'>,
): Promise<string> {
  const open: Question[] = [];
  for (const question of questions) {
    if (question.group !== undefined && question.group !== group) continue;
    const isOpen = !(question.id in given) && (await isAsked(question, answers, known));
    if (isOpen || question.id === id) open.push(question);
  }
  const placeOf = (wanted: AnswerId, among: readonly Question[]): string =>
    `${among.findIndex((question) => question.id === wanted) + 1}/${among.length}`;
  const steps = open.filter((question) => question.group === undefined);
  if (group === undefined) return `[${placeOf(id, steps)}]`;
  const within = open.filter((question) => question.group !== undefined);
  return `[${placeOf(group, steps)}, ${placeOf(id, within)}]`;
}

/** The answer taken back, else that of the last session if it still holds, else the default. */
async function proposed(
  {id, check, holds, initial}: Question,
  {answers, proposals}: Interview,
  known: Known,
): Promise<string | undefined> {
  const before = proposals[id];
  const suits = before !== undefined && (holds?.(answers, proposals, known) ?? true);
  if (suits && (await check(before, answers, known)).ok) return before;
  return initial(answers, known);
}

/** Questions that did not apply have their neutral answer. */
export async function filled(answers: SomeAnswers, known: Known): Promise<Answers> {
  let whole: SomeAnswers = answers;
  for (const {id, initial} of basicQuestions) {
    if (whole[id] !== undefined) continue;
    whole = {...whole, [id]: id === 'base' ? 'auto' : ((await initial(whole, known)) ?? '')};
  }
  return whole as Answers;
}

function missing(question: Question, answers: SomeAnswers, known: Known): Result<string> {
  const {id} = question;
  return failure({
    code: 'init/missing-answer',
    message: `No one can be asked: ${wordsOf(question, answers, known).replace(/ \(.*/, '')}`,
    hint: `Say it with --${id}.`,
  });
}
