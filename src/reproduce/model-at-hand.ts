import type {EncodedWith, RecipeList} from '../adapter/recipe.js';
import {hashFile} from '../base/hash.js';
import type {ComponentName, Model} from '../model/model.js';
import {modelNamed} from '../model/model-name.js';
import {type HashFile, identify, listModels, scanModel} from '../model/scan-model.js';
import type {Remembered} from './remembered.js';
import type {SongDifference} from './songs.js';
import type {TrainingSources} from './trainings.js';

export interface ModelAtHand {
  readonly name: string;
  readonly differences: readonly SongDifference[];
}

/**
 * The model that the adapter was trained on, among those of a folder: by its name, else by its content. What of it is another is
 * named, part by part. Throws `model/*` where there is none of that name and none of that content.
 */
export async function modelAtHand(
  remembered: Remembered,
  {lists}: TrainingSources,
  checkpoint_dir: string,
): Promise<ModelAtHand> {
  const {base_model, base_hash} = remembered;
  const models = await listModels(checkpoint_dir);
  const names = models.map(({found}) => found.name);
  const hash = rememberingHash();
  let name = modelNamed(base_model, names);
  const renamed: SongDifference[] = [];
  if (name === undefined)
    for (const {found, components} of models) {
      if (found.missing.length > 0 || (await identify(components.dit, hash)).hash !== base_hash) continue;
      name = found.name;
      renamed.push({
        code: 'reproduce/other-name',
        message: `The model of the training is called ${found.name} here, and was called ${base_model}: files say that name`,
      });
    }
  const base_model_option = remembered.base as 'turbo' | 'base' | 'sft';
  const model = await scanModel(
    {checkpoint_dir, model: name ?? base_model, base_model: base_model_option},
    hash,
  );
  return {name: model.name, differences: [...renamed, ...otherParts(model, remembered, lists)]};
}

/** Models share files: each is read once. */
function rememberingHash(): HashFile {
  const known = new Map<string, Promise<{readonly hash: string}>>();
  return (path) => {
    const before = known.get(path) ?? hashFile(path);
    known.set(path, before);
    return before;
  };
}

function otherParts(
  model: Model,
  {base_hash, recipe}: Remembered,
  lists: readonly RecipeList[],
): SongDifference[] {
  const wanted: [ComponentName, string][] = [
    ['dit', base_hash],
    ['silence_latent', recipe.silence_latent],
    ...encodersOf(lists),
  ];
  const other = new Set(
    wanted.filter(([component, hash]) => model.components[component].hash !== hash).map(([name]) => name),
  );
  return [...other].map((component) => ({
    code: 'reproduce/other-model',
    message: `The ${words[component]} of ${model.name} here is not the one that was used: its files hold other bytes (${model.components[component].dir})`,
  }));
}

function encodersOf(lists: readonly RecipeList[]): [ComponentName, string][] {
  return lists.flatMap((list) => {
    if (!('songs' in list)) return [];
    const of = (made: EncodedWith, name: ComponentName): [ComponentName, string] => [
      name,
      String(made[name]),
    ];
    return [
      of(list.pass1, 'vae'),
      of(list.pass1, 'text_encoder'),
      of(list.pass1, 'tokenizer'),
      of(list.pass2, 'dit'),
    ];
  });
}

const words: Readonly<Record<ComponentName, string>> = {
  dit: 'transformer',
  silence_latent: 'silence',
  vae: 'VAE',
  text_encoder: 'text encoder',
  tokenizer: 'tokenizer',
};
