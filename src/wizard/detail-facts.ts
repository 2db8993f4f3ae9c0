import {basename} from 'node:path';
import {pathWords} from '../base/dotted-path.js';
import {branchOf} from '../config/check/schema-walk.js';
import type {ConfiguredStage, Pipeline} from '../config/pipeline.js';
import type {Schema} from '../schema/schema.js';
import {schemas} from '../schema/schemas.generated.js';
import {type IneffectiveRule, isAt, isOff} from '../stage/ineffective.js';
import {isParamObject, type ParamObject, type ParamValue, pathMatches, valueAt} from '../stage/param.js';
import {stageTypes} from '../stage/registry.js';
import {type DetailId, placeOf, type StageKey} from './details.js';

/** One detail in a pipeline: what its schema says, and what it is there. */
export interface DetailFacts {
  readonly schema: Schema;
  /** The variants to choose from, where the key is what tells them apart (`optimizer.type`). */
  readonly variants: readonly Schema[] | undefined;
  readonly value: ParamValue | undefined;
  /** Goes behind the value: `default`, `preset vram_8gb`, `settings`. */
  readonly said_by: string;
}

type MootRule = Pick<IneffectiveRule, 'params' | 'when'>;

/**
 * Questions whose answer would change nothing, apart from the stages' own rules of parameters without effect: those spare the adapter's keys, which are
 * written into its config file all the same.
 */
const moot: Readonly<Partial<Record<StageKey, readonly MootRule[]>>> = {
  train: [
    {
      params: ['adapter.rank', 'adapter.alpha', 'adapter.decompose_both'],
      when: isAt('adapter.full_matrix', true),
    },
    {params: ['adapter.eps'], when: isAt('adapter.coft', false)},
    {
      params: ['adapter.target_modules', 'adapter.attention_type', 'adapter.target_mlp'],
      when: isAt('adapter.scope', 'decoder'),
    },
    {
      params: ['gradient_checkpointing.ratio', 'gradient_checkpointing.offload'],
      when: isAt('gradient_checkpointing.enabled', false),
    },
  ],
  songs: [{params: ['tag_position'], when: isOff('custom_tag')}],
};

/** Pure. Undefined where the pipeline has no such stage or key, or where it would change nothing. */
export function detailFacts(
  id: DetailId,
  pipeline: Pick<Pipeline, 'stages'>,
  from: typeof schemas = schemas,
): DetailFacts | undefined {
  const {stage: key, path} = placeOf(id);
  const stage = pipeline.stages.find(({declared_as}) => declared_as === key);
  if (stage === undefined) return undefined;
  const found = schemaAt(from[`stage.${stage.uses}`]!, pathWords(path) ?? [], stage.params);
  const rules: readonly MootRule[] = [
    ...(stageTypes.get(stage.uses)!.ineffective ?? []),
    ...(moot[key] ?? []),
  ];
  const isMoot = rules.some(
    ({params, when}) => params.some((param) => pathMatches(path, param)) && when(stage.params),
  );
  return found === undefined || isMoot
    ? undefined
    : {...found, value: valueAt(stage.params, path), said_by: saidBy(stage, path)};
}

/** Down to a key, by the variants that the parameters choose. */
function schemaAt(
  schema: Schema,
  [word, ...rest]: readonly string[],
  params: ParamObject,
): Pick<DetailFacts, 'schema' | 'variants'> | undefined {
  const tag = schema.discriminator?.propertyName;
  const next = word === undefined ? undefined : branchOf(schema, tag && params[tag])?.properties?.[word];
  if (next === undefined) return undefined;
  if (rest.length === 0) return {schema: next, variants: word === tag ? schema.oneOf : undefined};
  const inner = params[word!];
  return schemaAt(next, rest, isParamObject(inner) ? inner : {});
}

function saidBy({positions, position}: ConfiguredStage, path: string): string {
  const at = Object.keys(positions).find((each) => each === path || each.startsWith(`${path}.`));
  if (at === undefined) return 'default';
  if (positions[at]!.file === position.file) return 'proposed for these songs';
  const file = basename(positions[at]!.file).replace(/\.ya?ml$/, '');
  return file === 'settings' ? 'settings' : `preset ${file}`;
}

/** As people read it. */
export function shownValue(value: ParamValue | undefined): string {
  if (value === undefined || value === null) return 'unset';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.map(String).join(', ');
  return isParamObject(value) ? JSON.stringify(value) : String(value);
}

/** Pure: `1 to 65536`, `above 0, at most 100`; empty where a value has no bounds, or none that anybody meets. */
export function boundsText({minimum, maximum, exclusiveMinimum, exclusiveMaximum}: Schema): string {
  const far = maximum === undefined || maximum >= NOBODY_MEETS;
  if (minimum !== undefined && !far) return `${minimum} to ${maximum}`;
  return [
    ...(minimum === undefined ? [] : [`from ${minimum}`]),
    ...(exclusiveMinimum === undefined ? [] : [`above ${exclusiveMinimum}`]),
    ...(exclusiveMaximum === undefined ? [] : [`below ${exclusiveMaximum}`]),
    ...(far ? [] : [`at most ${maximum}`]),
  ].join(', ');
}

const NOBODY_MEETS = 1e6;
