import type {ContentHash} from '../base/hash.js';
import type {Json, JsonObject} from '../base/json.js';
import type {Problem} from '../base/problem.js';
import type {ParamObject} from './param.js';

/**
 * How a per-sample stage falls apart into parts, each with a cache entry of its own, keyed by what that part depends
 * on and nothing else (audio latents: audio bytes, VAE, audio options; text states: the text and the text encoder).
 */
export interface SampleParts {
  /** The parameter that refers to the collection or dataset this stage fans out over, e.g. `dataset`. */
  readonly over: string;
  /**
   * Pure: parameters, the JSON of the inputs and the identity of inputs and files (both by parameter path) to what must exist
   * for every sample. The runner looks up which parts are cached and hands only the missing ones to the worker.
   */
  readonly plan: (
    params: ParamObject,
    inputs: Readonly<Record<string, Json>>,
    identities: Readonly<Record<string, ContentHash>>,
  ) => readonly SamplePlan[];
  /** Pure: what the stage leaves, made of its collection and of the JSON of its inputs; absent: the collection itself. */
  readonly gather?: (collection: SampleCollection, inputs: Readonly<Record<string, Json>>) => Json;
  /** Version of the parts, where only the collection has changed since; absent: the stage type's own. */
  readonly version?: number;
  /** Pure: what of the parameters and inputs decided the parts of all samples; kept in the collection, for who wants to make it again. */
  readonly made_with?: (params: ParamObject, inputs: Readonly<Record<string, Json>>) => JsonObject;
  /** What a part's file is called where the collection is published; absent: `partFile`. */
  readonly file?: (sample: CollectedSample, part: string) => string;
}

export interface SamplePlan {
  readonly sample: string;
  readonly parts: readonly PartPlan[];
  /** Parts of an input that travel on unchanged into this stage's own collection (latents through pass 2). */
  readonly carried: Readonly<Record<string, PartObject>>;
  /** What consumers read about the sample apart from tensors; part of the collection's identity, so no names or paths. */
  readonly about: JsonObject;
}

export interface PartPlan {
  /** Name within the sample: `latents`, `text`, `lyrics`, `conditions`. */
  readonly part: string;
  /** All that decides this part's bytes. The engine adds the part's name, stage type, version and numeric identity. */
  readonly depends_on: JsonObject;
  /** What the worker needs to make it (paths of audio, the prompt itself); enters no fingerprint. */
  readonly work: JsonObject;
}

/** An object of the cache that is one part of one sample. */
export interface PartObject {
  readonly hash: ContentHash;
  readonly size: number;
  /** What the worker said of it, e.g. `{latent_frames: 1500}`; decided by the same fingerprint as the bytes. */
  readonly about: JsonObject;
}

/** The one output of a per-sample stage, unless `gather` makes another of it: a JSON file that names the objects of all samples. */
export interface SampleCollection {
  readonly kind: 'sample_collection';
  readonly samples: readonly CollectedSample[];
  /** Samples that failed and were skipped (`on_error: skip`), with the reason. */
  readonly missing: readonly {readonly sample: string; readonly problem: Problem}[];
  /** By stage type, of this stage and of those before it; no part of its identity, since it decided the parts. */
  readonly made_with?: JsonObject;
}

export interface CollectedSample {
  readonly sample: string;
  readonly about: JsonObject;
  readonly parts: Readonly<Record<string, PartObject>>;
}

export function isSampleCollection(value: unknown): value is SampleCollection {
  return (
    typeof value === 'object' && value !== null && (value as {kind?: unknown}).kind === 'sample_collection'
  );
}

/**
 * What of a collection decides a consumer's bytes: which parts, in which order, not what the songs are called. It is
 * the `identity` of the output of every per-sample stage. (Every collection is one, so the cast is checked by `kind`.)
 */
export function collectionIdentity(value: Json): Json {
  if (!isSampleCollection(value)) throw new TypeError('Expected a sample collection');
  return value.samples.map(({about, parts}) => ({
    about,
    parts: Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, part.hash])),
  }));
}

/** The file that lists a published collection, in the folder with its parts. */
export const COLLECTION_FILE = 'samples.json';

/** Absolute, on any system, or with a step up in it. */
const LEAVES_FOLDER = /^(?:[\\/]|[A-Za-z]:)|(?:^|[\\/])\.\.(?:[\\/]|$)/;

/** Whether a sample of this name would be outside the folder of its collection, or could be no file at all. */
export function leavesFolder(sample: string): boolean {
  return LEAVES_FOLDER.test(sample) || sample.includes('\0');
}

/**
 * Where a part is in the folder a collection is published to: `live/first song.flac` →
 * `live/first song.flac.latents.safetensors`. Throws where a name would leave the folder.
 */
export function partFile(sample: string, part: string): string {
  return fileWithin(`${sample}.${part}.safetensors`);
}

/** The name itself, unless it would leave its folder. */
export function fileWithin(name: string): string {
  if (leavesFolder(name)) throw new Error(`a sample's name leaves its folder: ${name}`);
  return name;
}
