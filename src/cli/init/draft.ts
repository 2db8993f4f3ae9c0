import {parse} from 'yaml';
import type {Json} from '../../base/json.js';
import type {Result} from '../../base/result.js';
import type {Pipeline} from '../../config/pipeline.js';
import type {PresetFile} from '../../config/preset.js';
import {resolvePipeline} from '../../config/resolve.js';
import type {Settings} from '../../config/settings.js';
import type {FilePlace} from '../pipeline-text.js';
import {type Answers, detailsIn, type SomeAnswers} from './answers.js';
import {detailFacts, shownValue} from './detail-facts.js';
import {saysTheSame} from './detail-questions.js';
import {type Change, pipelineText} from './pipeline.js';

/** What stands around the pipeline that is being made. */
export interface Drafting {
  /** Absolute path of the file. */
  readonly file: string;
  readonly place: FilePlace;
  readonly settings: Settings;
  readonly presets: readonly PresetFile[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The preset that counts until one is chosen. */
  readonly preset: string;
}

export type Resolve = (answers: SomeAnswers) => Result<Pipeline>;

/**
 * Resolves answers as `run` would resolve the file made of them, details as with `--set`: what is proposed, shown and checked
 * is what will be. Remembers, since every question asks.
 */
export function drafts({file, place, settings, presets, env, preset}: Drafting): Resolve {
  const made = new Map<string, Result<Pipeline>>();
  const make: Resolve = (answers) => {
    const text = pipelineText({...unasked, preset, ...answers}, [], place);
    const overrides = detailsIn(answers).map(([id, value]) => `${id}=${value}`);
    return resolvePipeline({file, text, settings, presets, overrides, env});
  };
  return (answers) => {
    const key = JSON.stringify(answers);
    const result = made.get(key) ?? make(answers);
    made.set(key, result);
    return result;
  };
}

/** Stand-ins that validate. */
const unasked: Omit<Answers, 'preset'> = {
  checkpoints: './checkpoints',
  model: 'acestep-v15-turbo',
  base: 'auto',
  songs: './songs',
  tag: '',
  adapter: 'lora',
  detail: 'basic',
  name: 'draft',
};

/** The details that differ from what would be without them, each with what that is. Pure. */
export function changesOf(answers: SomeAnswers, resolve: Resolve): readonly Change[] {
  const details = detailsIn(answers);
  let kept = withoutDetails(answers);
  const changes: Change[] = [];
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
