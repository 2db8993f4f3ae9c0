import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {type ContentHash, contentHash, type Fingerprint} from '../base/hash.js';
import type {Json} from '../base/json.js';
import {SidestepError} from '../base/problem.js';
import type {Result} from '../base/result.js';
import {isSystemError} from '../base/system-error.js';
import {hashOfFile} from '../cache/file-hashes.js';
import {memoryDir} from '../cache/layout.js';
import type {Pipeline} from '../config/pipeline.js';
import {outputOf} from '../plan/fingerprint-parts.js';
import {makePlan} from '../plan/make-plan.js';
import type {Plan, PlannedOutput, PlannedStage} from '../plan/plan.js';
import type {Foreseen, World} from '../plan/world.js';
import type {InputObject} from '../protocol/message.js';
import {pathMatches, type StageReference} from '../stage/param.js';
import {identityOf} from './commit-outputs.js';
import {stageInputs} from './inputs.js';
import type {LightStages} from './light-stage.js';
import type {Observation, RunContext} from './observe.js';
import {problemOf} from './problem-of.js';
import {withScratch} from './scratch.js';

interface Foresight {
  readonly pipeline: Pipeline;
  readonly observation: Observation;
  readonly runContext: Pick<RunContext, 'types'>;
  readonly light: LightStages;
}

export interface ForeseenPlan {
  readonly plan: Plan;
  readonly observation: Observation;
}

/**
 * A plan that knows what its stages that only look at files will leave: they are run, in a folder of their own that is gone
 * afterwards, so that what follows can be planned song by song, and what is wrong with songs and model is said now. Nothing
 * enters the cache.
 */
export async function foresee(request: Foresight): Promise<Result<ForeseenPlan>> {
  const foreseen = new Map<Fingerprint, Foreseen>();
  const values = new Map<ContentHash, Json>();
  const {observation} = request;
  const {cache} = observation.world;
  const world: World = {
    ...observation.world,
    foreseen,
    cache: {...cache, json: (hash) => values.get(hash) ?? cache.json(hash)},
  };
  for (;;) {
    const plan = makePlan(request.pipeline, world, request.runContext.types);
    if (!plan.ok) return plan;
    const next = plan.value.stages.find((stage) => canBeForeseen(stage, plan.value, foreseen));
    if (next === undefined)
      return {ok: true, value: {plan: plan.value, observation: {...observation, world}}};
    foreseen.set(next.fingerprint!, await lookAhead(next, {...request, plan: plan.value, values}));
  }
}

/** Its inputs are in the cache, or were foreseen and are read as values: what was only foreseen has no files to look at. */
function canBeForeseen(
  stage: PlannedStage,
  plan: Plan,
  foreseen: ReadonlyMap<Fingerprint, Foreseen>,
): boolean {
  const {type, verdict, fingerprint, references} = stage;
  if (type.foresees !== true || verdict.kind !== 'stale') return false;
  if (stage.configured.resources.executor !== undefined) return false; // it was not to be done here
  if (fingerprint === undefined || foreseen.has(fingerprint)) return false;
  return Object.entries(references).every(([param, {$stage}]) => {
    const source = plan.stages.find(({id}) => id === $stage);
    if (source?.verdict.kind === 'cached') return true;
    return source?.outputs !== undefined && !type.files.some((file) => pathMatches(param, file.param));
  });
}

async function lookAhead(
  stage: PlannedStage,
  request: Foresight & {readonly plan: Plan; readonly values: Map<ContentHash, Json>},
): Promise<Foreseen> {
  const {light} = request;
  const {cache, hashes} = request.observation;
  const inputs = await inputsOf(stage, request);
  const work = await light.get(stage.type.name);
  if (inputs === undefined || work === undefined) return {kind: 'unknown'};
  const never = new AbortController().signal;
  const look = async (out_dir: string): Promise<Foreseen> => {
    try {
      await work({
        stage: stage.id,
        params: stage.configured.params,
        inputs,
        out_dir,
        env: {},
        signal: never,
        force: never,
        emit: () => {}, // warnings are said when it runs
        log: () => {},
        hashFile: (path: string) => hashOfFile(hashes, path),
        memory_dir: memoryDir(cache.root),
      });
      return {kind: 'outputs', outputs: await outputsIn(out_dir, stage, request.values)};
    } catch (error) {
      return {kind: 'problem', problem: problemOf(error).problem};
    }
  };
  try {
    return await withScratch('plan', look);
  } catch (error) {
    if (!isSystemError(error) && !(error instanceof SidestepError)) throw error;
    return {kind: 'unknown'}; // there is no place to look in; a run needs none
  }
}

/** Undefined when they cannot be read now: the run will see to that. */
async function inputsOf(
  stage: PlannedStage,
  {
    observation,
    plan,
    values,
  }: Foresight & {readonly plan: Plan; readonly values: ReadonlyMap<ContentHash, Json>},
): Promise<Readonly<Record<string, InputObject>> | undefined> {
  const upstream = new Map(plan.stages.map((each) => [each.id, each]));
  const isCached = ({$stage}: StageReference) => upstream.get($stage)?.verdict.kind === 'cached';
  const [there, ahead] = [
    Object.entries(stage.references).filter(([, reference]) => isCached(reference)),
    Object.entries(stage.references).filter(([, reference]) => !isCached(reference)),
  ];
  const seen = ahead.flatMap(([param, reference]) => {
    const output = outputOf(upstream.get(reference.$stage)!, reference.output);
    return output === undefined
      ? []
      : [[param, valueAhead(upstream.get(reference.$stage)!, output, values)] as const];
  });
  const read = {
    ...stage,
    references: Object.fromEntries(there),
    reads: [...new Set(there.map(([, {$stage}]) => $stage))],
  };
  const source = {upstream, cache: observation.cache, view: observation.world.cache, emit: () => {}};
  try {
    const objects = there.length === 0 ? {} : (await stageInputs(read, source)).objects;
    return {...objects, ...Object.fromEntries(seen)};
  } catch (error) {
    if (error instanceof SidestepError || isSystemError(error)) return undefined;
    throw error;
  }
}

/** What was foreseen is nowhere: only its value can be read. */
function valueAhead(
  {id, type}: PlannedStage,
  {kind, hash}: PlannedOutput,
  values: ReadonlyMap<ContentHash, Json>,
): InputObject {
  return {stage: id, uses: type.name, output: '', kind, hash, path: '', json: values.get(hash)};
}

async function outputsIn(
  folder: string,
  {type, configured}: PlannedStage,
  values: Map<ContentHash, Json>,
): Promise<Record<string, PlannedOutput>> {
  const outputs: Record<string, PlannedOutput> = {};
  for (const output of type.outputs(configured.params)) {
    const text = await readFile(join(folder, output.file), 'utf8');
    const value = JSON.parse(text) as Json;
    const hash = contentHash(text);
    values.set(hash, value);
    const size = Buffer.byteLength(text);
    outputs[output.name] = {kind: 'json', hash, identity: identityOf(value, hash, output), size};
  }
  return outputs;
}
