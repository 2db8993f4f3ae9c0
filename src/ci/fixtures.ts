import {stageId} from '../base/stage-id.js';
import {defaultValue} from '../config/finish-params.js';
import type {ConfiguredStage} from '../config/pipeline.js';
import {schemas} from '../schema/schemas.generated.js';
import {
  isStageReference,
  type ParamObject,
  type ParamValue,
  paramLeaves,
  pathMatches,
  type StageReference,
  withValue,
} from '../stage/param.js';
import {stageTypes} from '../stage/registry.js';

const CLIPS = 3;
const CLIP_SECONDS = 2;

/** The stages that make what a pipeline otherwise finds on the machine. */
export class Fixtures {
  readonly stages: ConfiguredStage[] = [];
  /** Folders and files of the user's, and what takes their place. */
  readonly #places = new Map<string, StageReference>();

  /** Looks at what a stage takes from the machine; consumers come after those that settle it. */
  replace(stage: ConfiguredStage): void {
    const {uses, params} = stage;
    if (uses === 'dataset') {
      const songs = [params.audio_dir, params.dataset_json].filter((value) => typeof value === 'string');
      if (songs.length === 0) return;
      const id = this.#fixture(stage, {
        model: 'turbo',
        hidden_size: 16,
        layers: 1,
        seed: 42 + this.stages.length,
      });
      this.#put(params.audio_dir, reference(id, 'audio_dir'));
      this.#put(params.dataset_json, reference(id, 'dataset_json'));
    }
    if (uses === 'scan' && typeof params.checkpoint_dir === 'string')
      this.#put(`${params.checkpoint_dir}\n${variantOf(params)}`, this.model(stage, variantOf(params)));
  }

  /** The fixture whose model is of this variant. */
  model(like: ConfiguredStage, variant: string): StageReference {
    const known = this.#places.get(`\n${variant}`);
    if (known !== undefined) return known;
    const layers = variant.startsWith('xl-') ? 32 : 24;
    const made = reference(
      this.#fixture(like, {model: variant, hidden_size: 32, layers, seed: 42}),
      'checkpoint_dir',
    );
    this.#places.set(`\n${variant}`, made);
    return made;
  }

  /** Samples for a stage that takes them from a folder: songs of the fixture, encoded with that stage's own model. */
  tensors(like: ConfiguredStage): StageReference {
    const model = like.params.model as StageReference;
    const key = `tensors\n${model.$stage}`;
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    const songs = this.#fixture(like, {
      model: 'turbo',
      hidden_size: 16,
      layers: 1,
      seed: 42 + this.stages.length,
    });
    const dataset = this.#add(like, 'dataset', {
      ...defaultsOf('dataset'),
      audio_dir: reference(songs, 'audio_dir'),
      dataset_json: reference(songs, 'dataset_json'),
    });
    const latents = this.#add(like, 'preprocess.pass1', {
      ...defaultsOf('preprocess.pass1'),
      model,
      dataset: reference(dataset),
    });
    const made = reference(
      this.#add(like, 'preprocess.pass2', {
        ...defaultsOf('preprocess.pass2'),
        model,
        latents: reference(latents),
      }),
    );
    this.#places.set(key, made);
    return made;
  }

  /** An adapter for a stage that takes one from a folder. */
  adapter(like: ConfiguredStage): StageReference {
    const known = this.#places.get('adapter');
    if (known !== undefined) return known;
    const model = reference(
      this.#add(like, 'scan', {...defaultsOf('scan'), checkpoint_dir: this.model(like, 'turbo')}),
    );
    const tensors = this.tensors({...like, params: {model}});
    const made = reference(this.#add(like, 'train', {...defaultsOf('train'), model, tensors, max_steps: 1}));
    this.#places.set('adapter', made);
    return made;
  }

  /** A stage with places of the machine replaced by fixtures. */
  inPlace(stage: ConfiguredStage): ConfiguredStage {
    const type = stageTypes.get(stage.uses)!;
    let {params} = stage;
    for (const {path, value} of paramLeaves(params)) {
      if (typeof value !== 'string' || !type.files.some(({param}) => pathMatches(path, param))) continue;
      const made = this.#places.get(stage.uses === 'scan' ? `${value}\n${variantOf(params)}` : value);
      if (made !== undefined) params = withValue(params, path, made as ParamValue);
    }
    return {...stage, params: stage.uses === 'dataset' ? this.#withWords(params) : params};
  }

  /** The fixture's songs come with captions and lyrics, which a folder alone does not say. */
  #withWords(params: ParamObject): ParamObject {
    const {audio_dir, dataset_json} = params;
    const [made] = [audio_dir, dataset_json]
      .filter(isStageReference)
      .filter(({$stage}) => this.#isOwn($stage));
    if (made === undefined) return params;
    const own = (output: string) => ({$stage: made.$stage, output});
    return {
      ...params,
      audio_dir: audio_dir ?? own('audio_dir'),
      dataset_json: dataset_json ?? own('dataset_json'),
    };
  }

  #isOwn(stage: string): boolean {
    return this.stages.some(({id}) => id === stage);
  }

  #put(place: ParamValue | undefined, made: StageReference): void {
    if (typeof place === 'string' && !this.#places.has(place)) this.#places.set(place, made);
  }

  #fixture(like: ConfiguredStage, sizes: ParamObject): string {
    return this.#add(like, 'fixture', {...sizes, clips: CLIPS, clip_duration: CLIP_SECONDS});
  }

  #add(like: ConfiguredStage, uses: string, params: ParamObject): string {
    const id = `ci_${uses.replaceAll('.', '_')}_${this.stages.length + 1}`;
    this.stages.push({
      ...plainly(like),
      id: stageId(id),
      declared_as: id,
      uses,
      params,
      matrix: undefined,
      needs: [],
      positions: {},
    });
    return id;
  }
}

function reference(stage: string, output?: string): StageReference {
  return {$stage: stageId(stage), ...(output === undefined ? {} : {output})};
}

/** Names of upstream's, or of a fine-tune that says what it descends from. */
export function variantOf({model, base_model}: ParamObject): string {
  const words = `${String(model ?? '')} ${String(base_model ?? '')}`.toLowerCase();
  const base = ['turbo', 'sft', 'base'].find((each) => words.includes(each)) ?? 'turbo';
  return /\bxl\b|[-_]xl[-_]?/.test(words) ? `xl-${base}` : base;
}

function defaultsOf(uses: string): ParamObject {
  return defaultValue(schemas[`stage.${uses}`]!, {}, '') as ParamObject;
}

/** Runs here, once, on the CPU, as long as it takes. Sizes and shapes that its outputs must have are those of the real work. */
export function plainly({
  checks: _checks,
  temporary: _temporary,
  ...stage
}: ConfiguredStage): ConfiguredStage {
  return {
    ...stage,
    ineffective: [],
    when: {kind: 'run'},
    resources: {device: 'cpu', precision: 'auto', threads: undefined},
    retries: 0,
    timeout_s: undefined,
    cache: 'use',
    on_error: 'fail',
    description: undefined,
  };
}
