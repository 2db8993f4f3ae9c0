import {stat} from 'node:fs/promises';
import {basename, dirname} from 'node:path';
import {readProvenance} from '../adapter/provenance.js';
import {readAdapter} from '../adapter/read.js';
import {type Recipe, recipeIn} from '../adapter/recipe.js';
import {asJson, isJsonObject, type Json, type JsonObject, own} from '../base/json.js';
import type {Problem} from '../base/problem.js';
import {failure, ok, type Result} from '../base/result.js';
import {jsonIn} from '../base/state-file.js';

/** What an adapter says of how it came about. */
export interface Remembered {
  readonly recipe: Recipe;
  readonly base_model: string;
  readonly base: string;
  /** Content of the model's transformer. */
  readonly base_hash: string;
  /** Of the train stage. */
  readonly params: JsonObject;
  readonly fingerprint: string;
  /** The songs' tag, or what else was said to call the style up. */
  readonly trigger: string;
  /** How the file was exported; undefined for what training itself left. */
  readonly exported: Exported | undefined;
}

export interface Exported {
  /** Parameters of the export stage. */
  readonly settings: JsonObject;
  readonly name: string;
  readonly metadata: JsonObject;
}

/**
 * Reads what an exported file, or what training left beside its own, says. Problems: `reproduce/nothing-remembered`,
 * `reproduce/not-carried`.
 */
export async function rememberedBy(path: string): Promise<Result<Remembered>> {
  const {metadata} = await readAdapter(path);
  const beside = await readProvenance((await stat(path)).isDirectory() ? path : dirname(path));
  if (beside?.recipe !== undefined) {
    const recipe = recipeIn(asJson(beside.recipe));
    if (recipe === undefined || beside.base_hash === undefined) return failure(nothing(path));
    const {base_model, base, base_hash, params, fingerprint, trigger} = beside;
    return whole({recipe, base_model, base, base_hash, params, fingerprint, trigger, exported: undefined});
  }
  const recipe = recipeIn(jsonAt(metadata, 'sidestep.recipe'));
  const params = jsonAt(metadata, 'sidestep.train');
  const settings = jsonAt(metadata, 'sidestep.export');
  const model = jsonAt(metadata, 'sidestep.inference');
  const base_hash = metadata['sidestep.base_hash'];
  if (
    recipe === undefined ||
    base_hash === undefined ||
    !isJsonObject(params) ||
    !isJsonObject(settings) ||
    !isJsonObject(model)
  )
    return failure(nothing(path));
  return whole({
    recipe,
    base_model: String(model.base_model),
    base: String(model.base),
    base_hash,
    params,
    fingerprint: metadata['sidestep.fingerprint'] ?? '',
    trigger: metadata['modelspec.trigger_phrase'] ?? '',
    exported: {settings, name: metadata.ss_output_name ?? basename(path), metadata: said(metadata)},
  });
}

/** Its own words about itself, as the export stage takes them. */
function said(metadata: Readonly<Record<string, string>>): JsonObject {
  const of = (key: string) => own(metadata, `modelspec.${key}`);
  const tags = of('tags');
  const words = {
    title: of('title'),
    author: of('author'),
    license: of('license'),
    description: of('description'),
    trigger: of('trigger_phrase'),
  };
  return {
    ...Object.fromEntries(
      Object.entries(words).filter((pair): pair is [string, string] => pair[1] !== undefined),
    ),
    ...(tags === undefined ? {} : {tags: tags.split(', ')}),
  };
}

function whole(remembered: Remembered): Result<Remembered> {
  const {not_carried = []} = remembered.recipe;
  if (not_carried.length === 0) return ok(remembered);
  return failure({
    code: 'reproduce/not-carried',
    message: `The adapter does not carry all that it was made of: \`${not_carried.join('` and `')}\` was a training on another model`,
    hint: 'Only its own pipeline and lock file make it again: sidestep run --frozen.',
  });
}

function nothing(path: string): Problem {
  return {
    code: 'reproduce/nothing-remembered',
    message: `${path} does not say how it was made`,
    hint: 'Adapters that this version trained and exported do, in the file itself; those of other programs, of earlier versions and merged models do not.',
  };
}

/** Undefined too for another program's key of the same name. */
function jsonAt(metadata: Readonly<Record<string, string>>, key: string): Json | undefined {
  const text = metadata[key];
  return text === undefined ? undefined : jsonIn(text);
}
