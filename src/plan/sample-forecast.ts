import {type Fingerprint, fingerprintOf} from '../base/hash.js';
import type {Json, JsonObject} from '../base/json.js';
import type {Problem} from '../base/problem.js';
import type {PartObject, PartPlan, SampleParts, SamplePlan} from '../stage/sample-parts.js';
import type {StageType} from '../stage/stage-type.js';
import {outputOf} from './fingerprint-parts.js';
import type {FingerprintParts, PlannedStage, SampleForecast} from './plan.js';
import type {CacheView} from './world.js';

/** One sample with what the cache holds of its parts. */
export interface ForecastSample {
  readonly plan: SamplePlan;
  readonly parts: readonly ForecastPart[];
}

export interface ForecastPart {
  readonly plan: PartPlan;
  readonly fingerprint: Fingerprint;
  readonly depends_on: JsonObject;
  /** The object, when it is cached. */
  readonly object: PartObject | undefined;
  /** What making it took, when it is cached. */
  readonly made_in_ms: number | undefined;
  /** What its maker warned of, when it is cached. */
  readonly warnings: readonly Problem[];
}

type SampleStage = Pick<PlannedStage, 'configured' | 'references'> & {
  readonly type: StageType & {readonly samples: SampleParts};
};

/** Pure: every part of every sample, and whether it must be made. */
export function forecastSamples(
  stage: SampleStage,
  parts: FingerprintParts,
  upstream: ReadonlyMap<string, PlannedStage>,
  cache: CacheView,
): ForecastSample[] {
  const inputs = jsonInputs(stage, upstream, cache);
  const identities = {...parts.inputs, ...parts.files};
  return stage.type.samples.plan(stage.configured.params, inputs, identities).map((plan) => ({
    plan,
    parts: plan.parts.map((part) => forecastPart(part, stage.type, parts, cache)),
  }));
}

export function summarise(samples: readonly ForecastSample[]): SampleForecast {
  const missing = samples
    .map(({plan, parts}) => ({
      sample: plan.sample,
      parts: parts.filter(isMissing).map((part) => part.plan.part),
    }))
    .filter(({parts}) => parts.length > 0);
  return {total: samples.length, missing, expected_ms: expectedTime(samples)};
}

function expectedTime(samples: readonly ForecastSample[]): number | undefined {
  const parts = samples.flatMap((sample) => sample.parts);
  const made = new Map<string, number[]>();
  for (const {plan, made_in_ms} of parts)
    if (made_in_ms !== undefined) made.set(plan.part, [...(made.get(plan.part) ?? []), made_in_ms]);
  let total = 0;
  for (const {plan} of parts.filter(isMissing)) {
    const times = made.get(plan.part);
    if (times === undefined) return undefined;
    total += times.reduce((sum, time) => sum + time, 0) / times.length;
  }
  return total;
}

export function isMissing(part: ForecastPart): boolean {
  return part.object === undefined;
}

/** A part's own fingerprint: not the stage's, so that what other parts depend on leaves it alone. */
function forecastPart(
  plan: PartPlan,
  type: SampleStage['type'],
  stage: FingerprintParts,
  cache: CacheView,
): ForecastPart {
  const depends_on = {
    part: plan.part,
    uses: stage.uses,
    version: type.samples.version ?? type.version,
    numerics: stage.numerics,
    depends_on: plan.depends_on,
  };
  const fingerprint = fingerprintOf(depends_on);
  const entry = cache.entry(fingerprint, 'bytes');
  const output = entry.kind === 'present' ? entry.outputs[plan.part] : undefined;
  const about = entry.kind === 'present' ? entry.about : {};
  const object = output === undefined ? undefined : {hash: output.hash, size: output.size, about};
  const made_in_ms = entry.kind === 'present' && object !== undefined ? entry.duration_ms : undefined;
  const warnings = (entry.kind === 'present' && entry.warnings) || [];
  return {plan, fingerprint, depends_on, object, made_in_ms, warnings};
}

function jsonInputs(
  stage: SampleStage,
  upstream: ReadonlyMap<string, PlannedStage>,
  cache: CacheView,
): Record<string, Json> {
  const inputs: Record<string, Json> = {};
  for (const [param, reference] of Object.entries(stage.references)) {
    const source = upstream.get(reference.$stage);
    const output = source === undefined ? undefined : outputOf(source, reference.output);
    if (output?.kind === 'json') inputs[param] = cache.json(output.hash);
  }
  return inputs;
}
