import {type ContentHash, contentHash, type Fingerprint, fingerprintOf} from '../base/hash.js';
import {asJson, canonicalJson, type Json, type JsonObject} from '../base/json.js';
import type {Problem} from '../base/problem.js';
import type {StageId} from '../base/stage-id.js';
import type {ConfiguredStage} from '../config/pipeline.js';
import {isStageReference, type ParamLeaf, paramLeaves, pathMatches} from '../stage/param.js';
import type {StageType} from '../stage/stage-type.js';
import type {DagStage} from './dag.js';
import type {FingerprintParts, PlannedOutput, PlannedStage} from './plan.js';
import {tensorCoreProblem} from './tensor-cores.js';
import {fileKey, type NumericsObservation, type World} from './world.js';

/** What of a stage's fingerprint can be known now. */
export interface KnownParts {
  readonly parts: FingerprintParts;
  /** References whose target has yet to run. */
  readonly unknown_inputs: readonly {readonly param: string; readonly stage: StageId}[];
  /** Why the stage cannot run at all. */
  readonly problems: readonly Problem[];
}

/** Pure: gathers all that decides the stage's output, each from its declared place and nothing else. */
export function gatherParts(
  stage: DagStage,
  type: StageType,
  upstream: ReadonlyMap<StageId, PlannedStage>,
  world: World,
): KnownParts {
  const inputs = gatherInputs(stage, type, upstream, world);
  const files = gatherFiles(stage.configured, type, world);
  const numerics = type.numerics === 'engine' ? world.numerics(stage.configured.resources) : undefined;
  const numericsProblems = numerics === undefined ? [] : problemsOn(stage.configured, numerics);
  return {
    parts: {
      uses: type.name,
      version: type.version,
      params: countingParams(stage.configured, type),
      inputs: inputs.known,
      files: files.contents,
      places: {...files.places, ...inputs.places},
      numerics: numerics?.kind === 'known' ? {...numerics.identity} : null,
    },
    unknown_inputs: inputs.unknown,
    problems: [...inputs.problems, ...files.problems, ...numericsProblems],
  };
}

/** Of the cards that a request may come to, the first is looked at. */
function problemsOn(configured: ConfiguredStage, numerics: NumericsObservation): readonly Problem[] {
  if (numerics.kind === 'problem') return [numerics.problem];
  const unfit = tensorCoreProblem(configured, numerics.device, numerics.compute_capability);
  return unfit === undefined ? [] : [unfit];
}

export function fingerprintOfParts(parts: FingerprintParts): Fingerprint {
  return fingerprintOf(asJson(parts));
}

/** What the lock file records: the same on every machine, so without places. `full` is the fingerprint, if known. */
export function portableFingerprint(parts: FingerprintParts, full?: Fingerprint): Fingerprint {
  if (full !== undefined && Object.keys(parts.places).length === 0) return full;
  return fingerprintOfParts({...parts, places: {}});
}

/** The same without the parameters that may grow: under it a longer run finds what a shorter one saved. */
export function resumeGroupOf(parts: FingerprintParts, {extends: growth}: StageType): Fingerprint {
  const params = Object.entries(parts.params).filter(([path]) => !matchesAny(path, growth?.params ?? []));
  return fingerprintOf({resume: asJson({...parts, params: Object.fromEntries(params)})});
}

/** Parameters by dotted path, without references, files and what cannot change the output. */
export function countingParams(configured: ConfiguredStage, type: StageType): JsonObject {
  const counting = paramLeaves(configured.params).filter((leaf) => isCounting(leaf, type));
  // A stage that leaves failing samples out may give another output than one that does not.
  const onError = type.samples === undefined ? {} : {on_error: configured.on_error};
  return {...Object.fromEntries(counting.map(({path, value}) => [path, value as Json])), ...onError};
}

function isCounting({path, value}: ParamLeaf, type: StageType): boolean {
  if (isStageReference(value) || matchesAny(path, type.neutral)) return false;
  // Beside a file's name, numbers may say how often it counts.
  return typeof value !== 'string' || !type.files.some((file) => pathMatches(path, file.param));
}

function gatherFiles(configured: ConfiguredStage, type: StageType, world: World) {
  const contents: Record<string, ContentHash> = {};
  const places: Record<string, ContentHash> = {};
  const problems: Problem[] = [];
  for (const {path, value} of fileLeaves(configured, type)) {
    const seen = world.files.get(fileKey(configured.id, path));
    if (seen === undefined) throw new Error(`${configured.id}: no one observed ${path} (${String(value)})`);
    if (seen.kind === 'problem') problems.push(seen.problem);
    else {
      if (seen.content !== undefined) contents[path] = seen.content;
      if (seen.place !== undefined) places[path] = seen.place;
    }
  }
  return {contents, places, problems};
}

/** The parameters that name files or folders on disk (not outputs of stages). */
export function fileLeaves(configured: ConfiguredStage, type: StageType): ParamLeaf[] {
  const patterns = type.files.map((file) => file.param);
  return paramLeaves(configured.params).filter(
    ({path, value}) => typeof value === 'string' && matchesAny(path, patterns),
  );
}

function gatherInputs(
  stage: DagStage,
  type: StageType,
  upstream: ReadonlyMap<StageId, PlannedStage>,
  world: World,
) {
  const known: Record<string, ContentHash> = {};
  const places: Record<string, ContentHash> = {};
  const unknown: {param: string; stage: StageId}[] = [];
  const problems: Problem[] = [];
  for (const [param, reference] of Object.entries(stage.references)) {
    const source = upstream.get(reference.$stage);
    if (source?.outputs === undefined) {
      unknown.push({param, stage: reference.$stage});
      continue;
    }
    const output = outputOf(source, reference.output);
    if (output === undefined) {
      problems.push(unknownOutput(stage.configured, param, source, reference.output));
      continue;
    }
    if (matchesAny(param, type.neutral)) continue; // waited for, but no byte depends on it
    known[param] = inputIdentity(param, output, type, world);
    if (namesPaths(param, type)) places[param] = contentHash(world.cache.pathOf(output));
  }
  return {known, places, unknown, problems};
}

/** The output a reference means: the named one, or the first. */
export function outputOf(source: PlannedStage, name: string | undefined): PlannedOutput | undefined {
  const outputs = source.outputs ?? {};
  return outputs[name ?? source.type.outputs(source.configured.params)[0]?.name ?? ''];
}

function inputIdentity(param: string, output: PlannedOutput, type: StageType, world: World): ContentHash {
  const reads = type.inputs.find((input) => pathMatches(param, input.param))?.reads;
  if (reads === undefined || output.kind !== 'json') return output.identity;
  return contentHash(canonicalJson(reads(world.cache.json(output.hash))));
}

/** A stage that writes down where its files are (scan, dataset) must run again when an upstream output moved. */
export function namesPaths(param: string, type: StageType): boolean {
  return type.files.some((file) => file.identity !== 'content' && pathMatches(param, file.param));
}

function unknownOutput(
  configured: ConfiguredStage,
  param: string,
  source: PlannedStage,
  name: string | undefined,
): Problem {
  const names = source.type.outputs(source.configured.params).map((output) => output.name);
  return {
    code: 'plan/unknown-output',
    message: `${configured.id} uses ${name === undefined ? 'the output' : `an output named ${name}`} of ${source.id}, which has none`,
    position: configured.positions[param] ?? configured.position,
    hint:
      names.length === 0
        ? `${source.id} declares no outputs.`
        : `Outputs of ${source.id}: ${names.join(', ')}.`,
  };
}

export function matchesAny(path: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => pathMatches(path, pattern));
}
