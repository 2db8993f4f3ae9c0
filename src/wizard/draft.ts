import {hostname} from 'node:os';
import {parse} from 'yaml';
import type {FilePlace} from '../app/pipeline-text.js';
import type {Json} from '../base/json.js';
import type {Result} from '../base/result.js';
import type {Pipeline} from '../config/pipeline.js';
import {resolvePipeline} from '../config/resolve.js';
import type {PresetFile} from '../config/user/preset.js';
import type {Settings} from '../config/user/settings.js';
import {type Answers, detailsIn, type SomeAnswers} from './answers.js';
import {detailFacts, shownValue} from './detail-facts.js';
import {saysTheSame} from './detail-questions.js';
import type {DetailId} from './details.js';
import {type ChosenValue, pipelineText} from './pipeline.js';
import {proposalsFor} from './proposals.js';
import {nothingShared, pieceTexts, type Shared} from './shared.js';

/** What is around the pipeline that is being made. */
export interface Drafting {
  /** Absolute path of the file. */
  readonly file: string;
  readonly place: FilePlace;
  readonly settings: Settings;
  readonly presets: readonly PresetFile[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The preset that counts until one is chosen. */
  readonly preset: string;
  /** How many songs of a place can be trained on; undefined while no one has looked there. */
  readonly songCount: (place: string) => number | undefined;
  /** What may be taken from other files; default: nothing. */
  readonly shared?: Shared;
}

export type Resolve = (answers: SomeAnswers) => Result<Pipeline>;

export interface Drafts {
  readonly resolve: Resolve;
  /** What the number of songs asks for, weaker than any answer. */
  readonly proposals: (answers: SomeAnswers) => readonly ChosenValue[];
  /** Of what other files have, what makes a file that is right, on each machine that it names. */
  readonly shared: Shared;
}

/** Answers that take the place of what is proposed. */
const proposed: readonly DetailId[] = ['train.epochs', 'train.adapter.rank', 'train.adapter.alpha'];

/**
 * Resolves answers as `run` would resolve the file made of them, details as with `--set`: what is proposed, shown and checked
 * is what will be. Remembers, since every question asks.
 */
export function drafts(drafting: Drafting): Drafts {
  const {file, place, settings, presets, env, preset, songCount, shared = nothingShared} = drafting;
  const around = {shared, profile: settings.values.profile, host: hostname()};
  const pieces = pieceTexts(shared);
  const made = new Map<string, Result<Pipeline>>();
  const make = (
    answers: SomeAnswers,
    changes: readonly ChosenValue[],
    asked: string | undefined = env.SIDESTEP_PROFILE,
  ): Result<Pipeline> => {
    const text = pipelineText({...unasked, preset, ...answers}, changes, {...place, ...around});
    const overrides = detailsIn(answers).map(([id, value]) => `${id}=${value}`);
    const profile = {asked, settings: settings.values.profile, host: around.host};
    return resolvePipeline({file, text, settings, presets, overrides, env, pieces, profile});
  };
  const fits = (answers: SomeAnswers, names: readonly string[] = []): boolean =>
    [undefined, ...names].every((asked) => make(answers, [], asked).ok);
  const countOf = ({songs}: SomeAnswers) => (songs === undefined ? undefined : songCount(songs));
  const proposals: Drafts['proposals'] = (answers) => {
    const count = countOf(answers);
    const open = Object.entries(answers).filter(([id]) => !proposed.includes(id as DetailId));
    const plain = count === undefined ? undefined : make(Object.fromEntries(open), []);
    return plain?.ok ? proposalsFor(count!, plain.value) : [];
  };
  const resolve: Resolve = (answers) => {
    const key = JSON.stringify([answers, countOf(answers) ?? null]);
    const result = made.get(key) ?? make(answers, proposals(answers));
    made.set(key, result);
    return result;
  };
  return {
    resolve,
    proposals,
    shared: {
      pieces: shared.pieces.filter((piece) => fits({include: piece.file})),
      profiles: shared.profiles.filter(({from, profiles}) => fits({profiles: from}, Object.keys(profiles))),
    },
  };
}

/** Stand-ins that validate. */
const unasked: Omit<Answers, 'preset'> = {
  checkpoints: './checkpoints',
  model: 'acestep-v15-turbo',
  base: 'auto',
  source: 'songs',
  songs: './songs',
  tag: '',
  adapter: 'lora',
  detail: 'basic',
  measure: 'no',
  include: 'no',
  profiles: 'no',
  name: 'draft',
};

/** The details that differ from what would be without them, each with what that is. Pure. */
export function changesOf(answers: SomeAnswers, resolve: Resolve): readonly ChosenValue[] {
  const details = detailsIn(answers);
  let kept = withoutDetails(answers);
  const changes: ChosenValue[] = [];
  for (const [id, text] of details) {
    const before = resolve(kept);
    const facts = before.ok ? detailFacts(id, before.value) : undefined;
    if (facts !== undefined && saysTheSame(text, facts.value)) continue;
    kept = {...kept, [id]: text};
    const note = facts?.value === undefined ? {} : {note: `${facts.said_by}: ${shownValue(facts.value)}`};
    changes.push({id, value: parse(text) as Json, ...note});
  }
  return changes;
}

export function withoutDetails(answers: SomeAnswers): SomeAnswers {
  const details = new Set<string>(detailsIn(answers).map(([id]) => id));
  return Object.fromEntries(Object.entries(answers).filter(([id]) => !details.has(id)));
}
