import {asJson, canonicalJson, type Json, type JsonObject} from '../base/json.js';
import {ownLayout} from '../stage/adapter-kinds.js';
import type {Adapter} from './adapter.js';
import type {Provenance} from './provenance.js';

/** Says what a decomposed module's `dora_scale` is divided by, where a file does not say so by being PEFT's or LyCORIS'. */
export const DORA_RULE = {key: 'sidestep.dora_scale', over_base: 'over the norm of the base row'} as const;

/** What the user says about the adapter, as the export stage's `metadata` names it. */
export interface AboutAdapter {
  readonly title?: string;
  readonly author?: string;
  readonly license?: string;
  readonly description?: string;
  readonly trigger?: string;
  readonly tags: readonly string[];
}

export interface MetadataParts {
  readonly adapter: Adapter;
  readonly about: AboutAdapter;
  /** Fallback title. */
  readonly name: string;
  readonly provenance: Provenance | undefined;
  /** Settings of the export that decide the file's bytes and that nothing else in it says. */
  readonly settings: JsonObject;
}

/**
 * Metadata of an exported file: `modelspec.*` (Stability's ModelSpec 1.0.1) and `ss_*` (the keys of kohya's trainers), which
 * interfaces show, and `sidestep.*` with what reproduces it. No time and no path: the same adapter gives the same bytes.
 */
export function fileMetadata(parts: MetadataParts): Record<string, string> {
  return withoutUnset({...modelSpec(parts), ...kohyaKeys(parts), ...ownKeys(parts)});
}

function modelSpec({adapter, about, name, provenance}: MetadataParts) {
  return {
    'modelspec.sai_model_spec': '1.0.1',
    'modelspec.architecture': `ace-step-1.5/${adapter.kind}`,
    'modelspec.implementation': 'https://github.com/ace-step/ACE-Step-1.5',
    'modelspec.title': about.title ?? name,
    'modelspec.author': about.author,
    'modelspec.license': about.license,
    'modelspec.description': about.description,
    'modelspec.trigger_phrase': about.trigger ?? provenance?.trigger,
    'modelspec.tags': about.tags.join(', '),
  };
}

function kohyaKeys({adapter, name, provenance}: MetadataParts) {
  const {params} = provenance ?? {};
  const optimizer = objectAt(params, 'optimizer');
  return {
    ss_output_name: name,
    ss_network_module: ownLayout(adapter.kind) === 'lycoris' ? 'lycoris.kohya' : 'networks.lora',
    ss_network_dim: textOf(adapter.modules[0]?.rank),
    ss_network_alpha: textOf(adapter.modules[0]?.alpha),
    ss_base_model_version: provenance && `ace_step_1.5_${provenance.base}`,
    ss_sd_model_name: provenance?.base_model,
    ss_optimizer: textOf(optimizer?.type),
    ss_learning_rate: textOf(optimizer?.learning_rate),
    ss_lr_scheduler: textOf(objectAt(params, 'schedule')?.type),
    ss_num_epochs: textOf(params?.epochs),
    ss_epoch: textOf(provenance?.epoch),
    ss_steps: textOf(provenance?.global_step),
    ss_seed: textOf(params?.seed),
    ss_num_train_images: textOf(provenance?.samples), // interfaces know no other key for the number of items
    ss_gradient_accumulation_steps: textOf(params?.gradient_accumulation_steps),
  };
}

function ownKeys({provenance, settings}: MetadataParts) {
  if (provenance === undefined) return {};
  const {inference, base_model, base, base_hash, params, fingerprint, recipe} = provenance;
  return {
    'sidestep.inference': canonicalJson({base_model, base, shift: inference.shift, steps: inference.steps}),
    'sidestep.train': canonicalJson(params),
    'sidestep.fingerprint': fingerprint,
    'sidestep.base_hash': base_hash,
    'sidestep.export': canonicalJson(settings),
    'sidestep.recipe': recipe && canonicalJson(asJson(recipe)),
  };
}

function objectAt(params: JsonObject | undefined, key: string): JsonObject | undefined {
  const value = params?.[key];
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined;
}

function textOf(value: Json | undefined): string | undefined {
  return value === undefined || value === null ? undefined : String(value);
}

function withoutUnset(values: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => Boolean(entry[1])),
  );
}
