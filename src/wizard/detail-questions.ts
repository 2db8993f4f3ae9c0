import {parse} from 'yaml';
import {canonicalJson, type Json} from '../base/json.js';
import {didYouMean, listed} from '../base/near-miss.js';
import {failure, ok, type Result} from '../base/result.js';
import type {Pipeline} from '../config/pipeline.js';
import type {Schema} from '../schema/schema.js';
import type {ParamValue} from '../stage/param.js';
import type {SomeAnswers} from './answers.js';
import {boundsText, type DetailFacts, detailFacts, shownValue} from './detail-facts.js';
import {type DetailGroup, type DetailId, detailGroups, placeOf} from './details.js';
import type {ChosenValue} from './pipeline.js';
import type {Choice, Known, Question} from './question.js';

/** Each group first asks whether anything in it should change, and only then for every detail. */
export const detailQuestions: readonly Question[] = detailGroups.flatMap((group) => [
  groupQuestion(group),
  ...group.details.map((id) => detailQuestion(id, group)),
]);

const gate: readonly Choice[] = [
  {value: 'keep', hint: 'as it is'},
  {value: 'change', hint: 'asks for each'},
];

function groupQuestion(group: DetailGroup): Question {
  return {
    id: group.id,
    message: (answers, known) => `${group.title}: ${groupText(group, answers, known)}`,
    applies: async (answers, known) => {
      const pipeline = answers.detail === 'advanced' ? resolved(answers, known) : undefined;
      return pipeline !== undefined && group.details.some((id) => detailFacts(id, pipeline) !== undefined);
    },
    choices: async () => gate,
    initial: async (_, {last}) => (group.details.some((id) => last[id] !== undefined) ? 'change' : 'keep'),
    check: async (answer) =>
      gate.some(({value}) => value === answer)
        ? ok(answer)
        : failure({code: 'init/unknown-choice', message: `Expected keep or change but found ${answer}`}),
  };
}

/** `rank 4 (preset vram_8gb: 16), alpha 32`: as these answers would have it, with what a change takes the place of. */
export function groupText(
  {details}: DetailGroup,
  answers: SomeAnswers,
  known: Known,
  changes: readonly ChosenValue[] = [],
): string {
  const pipeline = resolved(answers, known);
  return details
    .flatMap((id) => {
      const facts = pipeline && detailFacts(id, pipeline);
      const note = changes.find((change) => change.id === id)?.note;
      const instead = note === undefined ? '' : ` (${note})`;
      return facts === undefined ? [] : [`${shortNameOf(id)} ${shownValue(facts.value)}${instead}`];
    })
    .join(', ');
}

function detailQuestion(id: DetailId, group: DetailGroup): Question {
  const factsIn = (answers: SomeAnswers, known: Known): DetailFacts | undefined => {
    const pipeline = resolved(answers, known);
    return pipeline && detailFacts(id, pipeline);
  };
  return {
    id,
    group: group.id,
    message: (answers, known) => detailMessage(id, factsIn(answers, known)!),
    applies: async (answers, known) =>
      answers.detail === 'advanced' &&
      answers[group.id] === 'change' &&
      factsIn(answers, known) !== undefined,
    initial: async (answers, known) => typedValue(factsIn(answers, known)?.value),
    choices: async (answers, known) => choicesOf(factsIn(answers, known)!),
    check: async (answer, answers, known) => checkDetail(id, answer, answers, known),
    holds: (answers, proposals, known) => meantAlike(id, answers, proposals, known),
  };
}

/** Pure: what a detail is called, means, takes, and is when no one says. */
export function detailMessage(id: DetailId, {schema, value, said_by}: DetailFacts): string {
  const bounds = boundsText(schema);
  const otherwise = value === undefined ? '- leaves it unset' : `${said_by}: ${shownValue(value)}`;
  const meaning = schema.const === undefined ? (schema.description ?? '') : ''; // variants explain themselves
  return `${nameOf(id)} (${bounds === '' ? '' : `${bounds}; `}${otherwise})${meaning === '' ? '' : `\n${meaning}`}`;
}

/** Pure: what can be chosen from; undefined: it is typed. */
export function choicesOf({schema, variants, value}: DetailFacts): readonly Choice[] | undefined {
  if (variants !== undefined) return variants.filter((one) => isWhole(one, value)).map(variantChoice);
  if (schema.type === 'boolean')
    return [
      {value: 'true', label: 'yes'},
      {value: 'false', label: 'no'},
    ];
  return (schema.enum ?? fewNumbers(schema))?.map((one) => ({value: String(one)}));
}

/** 0 and 1 are picked; 0 to 50 are typed. */
function fewNumbers({type, minimum, maximum}: Schema): readonly number[] | undefined {
  if (type !== 'integer' || minimum === undefined || maximum === undefined) return undefined;
  const count = maximum - minimum + 1;
  return count > 4 ? undefined : Array.from({length: count}, (_, index) => minimum + index);
}

/** A variant that needs more than its name (a formula) is written in the file, not picked from a list. */
function isWhole(variant: Schema, value: ParamValue | undefined): boolean {
  return (variant.required ?? []).length <= 1 || tagOf(variant) === value;
}

function variantChoice(variant: Schema): Choice {
  return {value: String(tagOf(variant)), hint: variant.description ?? ''};
}

function tagOf({properties}: Schema): unknown {
  return Object.values(properties ?? {}).find((property) => property.const !== undefined)?.const;
}

/** The answer as YAML text, or what is wrong with it: the words of `run --set`, since the same schemas judge it. */
function checkDetail(id: DetailId, answer: string, answers: SomeAnswers, known: Known): Result<string> {
  const others = known.resolve(without(answers, id));
  if (!others.ok) return others;
  const facts = detailFacts(id, others.value);
  const text = answer.trim() === '-' ? typedValue(facts?.value) : answer.trim();
  if (text === '') return ok('');
  const choices = facts && choicesOf(facts)?.map(({value}) => value);
  if (choices !== undefined && !choices.includes(text)) return unknownChoice(id, text, choices);
  const written = facts?.schema.type === 'array' ? listText(text) : text;
  const judged = known.resolve({...without(answers, id), [id]: written});
  return judged.ok ? ok(written) : judged;
}

function unknownChoice(id: DetailId, text: string, choices: readonly string[]): Result<string> {
  return failure({
    code: 'init/unknown-choice',
    message: `${nameOf(id)} has no value ${text}`,
    hint: didYouMean(text, choices) ?? `There are ${listed(choices)}.`,
  });
}

/** `q_proj v_proj`, with or without commas and brackets. */
function listText(text: string): string {
  const words = text
    .replace(/^\[|\]$/g, '')
    .split(/[\s,]+/)
    .filter((word) => word !== '');
  return `[${words.join(', ')}]`;
}

function typedValue(value: ParamValue | undefined): string {
  if (value === undefined || value === null) return '';
  return Array.isArray(value) ? `[${value.map(String).join(', ')}]` : String(value);
}

/**
 * Whether an earlier answer still means what it meant: a learning rate that was said of AdamW is not proposed for Prodigy.
 */
function meantAlike(id: DetailId, answers: SomeAnswers, proposals: SomeAnswers, known: Known): boolean {
  const tag = `${id.slice(0, id.lastIndexOf('.'))}.type` as DetailId;
  if (id === tag) return true;
  const [now, then] = [answers, {...proposals, ...basicsOf(answers)}].map((each) => {
    const pipeline = resolved(each, known);
    return pipeline && detailFacts(tag, pipeline)?.value;
  });
  return now === then;
}

function basicsOf(answers: SomeAnswers): SomeAnswers {
  return Object.fromEntries(Object.entries(answers).filter(([id]) => !id.includes('.')));
}

/** Whether an answer says what would be anyway. */
export function saysTheSame(text: string, value: ParamValue | undefined): boolean {
  if (text === '') return value === undefined;
  return value !== undefined && canonicalJson(parse(text) as Json) === canonicalJson(value as Json);
}

function resolved(answers: SomeAnswers, known: Known): Pipeline | undefined {
  const result = known.resolve(answers);
  return result.ok ? result.value : undefined;
}

function without(answers: SomeAnswers, id: DetailId): SomeAnswers {
  const {[id]: _own, ...others} = answers;
  return others;
}

/** `optimizer.type`, and `rank` alone, since it is what everybody calls it. */
function nameOf(id: DetailId): string {
  return placeOf(id).path.replace(/^adapter\./, '');
}

/** Below its group's title. */
function shortNameOf(id: DetailId): string {
  return nameOf(id).replace(/^(optimizer|schedule)\./, '');
}
