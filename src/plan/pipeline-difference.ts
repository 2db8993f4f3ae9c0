import {canonicalJson, type Json} from '../base/json.js';
import type {SourcePosition} from '../base/problem.js';
import type {StageId} from '../base/stage-id.js';
import type {ConfiguredStage} from '../config/pipeline.js';
import {type CurrentRecord, compareRecords, type RecordChange} from '../record/lock-compare.js';
import {isStageReference, paramLeaves} from '../stage/param.js';
import type {StageType} from '../stage/stage-type.js';
import {matchesAny} from './fingerprint-parts.js';

/** One state of a pipeline: how it is set up, and what was recorded of its stages, as far as anything was. */
export interface PipelineState {
  readonly stages: readonly ConfiguredStage[];
  readonly records: Readonly<Record<string, CurrentRecord>>;
}

export interface PipelineDifference {
  readonly added: readonly StageName[];
  readonly removed: readonly StageName[];
  readonly settings: readonly SettingDifference[];
  readonly records: readonly RecordDifference[];
  /** Stages of the second state that have another result to make than those of the first, in its order. */
  readonly again: readonly StageAgain[];
}

export interface StageName {
  readonly stage: StageId;
  readonly uses: string;
}

export interface SettingDifference {
  readonly stage: StageId;
  readonly param: string;
  /** Undefined (absent in JSON) where it is not set. */
  readonly a: Json | undefined;
  readonly b: Json | undefined;
  /** Whether it can change the stage's result. */
  readonly decides: boolean;
  /** Where the second state has it, else the first. */
  readonly position: SourcePosition;
}

/** What is not written in the file: content of files, versions, arithmetic, results. */
export interface RecordDifference {
  readonly stage: StageId;
  readonly what: Exclude<RecordChange['what'], 'param' | 'uses' | 'input'>;
  readonly key: string;
  readonly a: Json | undefined;
  readonly b: Json | undefined;
}

export interface StageAgain {
  readonly stage: StageId;
  readonly because: readonly Because[];
}

export type Because =
  | {readonly kind: 'added'}
  | {readonly kind: 'setting'; readonly param: string}
  | {readonly kind: 'record'; readonly what: RecordDifference['what']; readonly key: string}
  | {readonly kind: 'upstream'; readonly stage: StageId};

/** Pure: how two states of one pipeline differ, and which work that asks for. */
export function pipelineDifference(
  a: PipelineState,
  b: PipelineState,
  types: ReadonlyMap<string, StageType>,
): PipelineDifference {
  const [before, after] = [byId(a), byId(b)];
  const common = b.stages.flatMap((stage) => {
    const old = before.get(stage.id);
    return old === undefined ? [] : [{old, stage}];
  });
  const settings = common.flatMap(({old, stage}) => settingDifferences(old, stage, types));
  const records = common.flatMap(({stage}) => recordDifferences(stage.id, a, b));
  const added = b.stages.filter(({id}) => !before.has(id));
  return {
    added: added.map(nameOf),
    removed: a.stages.filter(({id}) => !after.has(id)).map(nameOf),
    settings,
    records,
    again: againIn(b.stages, causesOf({added, settings, records})),
  };
}

function byId({stages}: PipelineState): ReadonlyMap<StageId, ConfiguredStage> {
  return new Map(stages.map((stage) => [stage.id, stage]));
}

function nameOf({id, uses}: ConfiguredStage): StageName {
  return {stage: id, uses};
}

/** Parameters with their defaults filled in, so that nothing hides, and what else decides whether and how a stage runs. */
function settingDifferences(
  old: ConfiguredStage,
  stage: ConfiguredStage,
  types: ReadonlyMap<string, StageType>,
): SettingDifference[] {
  const neutral = types.get(stage.uses)?.neutral ?? [];
  const [mine, theirs] = [settingsOf(old), settingsOf(stage)];
  const params = [...new Set([...mine.keys(), ...theirs.keys()])];
  return params.flatMap((param) => {
    const [a, b] = [mine.get(param), theirs.get(param)];
    if (a !== undefined && b !== undefined && canonicalJson(a) === canonicalJson(b)) return [];
    const position = stage.positions[param] ?? old.positions[param] ?? stage.position;
    return [{stage: stage.id, param, a, b, decides: !matchesAny(param, neutral), position}];
  });
}

function settingsOf({params, uses, when}: ConfiguredStage): Map<string, Json> {
  return new Map<string, Json>([
    ['uses', uses],
    ...(when.kind === 'skip' ? [['when', when.condition] as const] : []),
    ...paramLeaves(params).map(({path, value}) => [path, textOrValue(value as Json)] as const),
  ]);
}

/** A reference as it is written. */
function textOrValue(value: Json): Json {
  if (!isStageReference(value)) return value;
  return `\${stages.${value.$stage}${value.output === undefined ? '' : `.${value.output}`}}`;
}

function recordDifferences(stage: StageId, a: PipelineState, b: PipelineState): RecordDifference[] {
  const [old, current] = [a.records[stage], b.records[stage]];
  if (old === undefined || current === undefined) return [];
  return compareRecords(old, current).flatMap(({what, key, old: was, new: is}) =>
    what === 'param' || what === 'uses' || what === 'input' ? [] : [{stage, what, key, a: was, b: is}],
  );
}

function causesOf({
  added,
  settings,
  records,
}: Pick<PipelineDifference, 'settings' | 'records'> & {
  readonly added: readonly ConfiguredStage[];
}): ReadonlyMap<StageId, Because[]> {
  const causes = new Map<StageId, Because[]>();
  const note = (stage: StageId, because: Because) => {
    causes.set(stage, [...(causes.get(stage) ?? []), because]);
  };
  for (const {id} of added) note(id, {kind: 'added'});
  for (const {stage, param, decides} of settings) if (decides) note(stage, {kind: 'setting', param});
  for (const {stage, what, key} of records) if (what !== 'output') note(stage, {kind: 'record', what, key});
  return causes;
}

/** What a cause reaches, by the references between stages. */
function againIn(
  stages: readonly ConfiguredStage[],
  causes: ReadonlyMap<StageId, readonly Because[]>,
): StageAgain[] {
  const again = new Map<StageId, readonly Because[]>(causes);
  const reads = new Map(stages.map((stage) => [stage.id, readsOf(stage)]));
  for (let size = -1; size !== again.size; ) {
    size = again.size;
    for (const {id} of stages) {
      if (again.has(id)) continue;
      const upstream = reads.get(id)!.filter((source) => again.has(source));
      if (upstream.length > 0)
        again.set(
          id,
          upstream.map((stage) => ({kind: 'upstream', stage})),
        );
    }
  }
  return stages.flatMap(({id, when}) => {
    const because = again.get(id);
    return because === undefined || when.kind === 'skip' ? [] : [{stage: id, because}];
  });
}

function readsOf({params}: ConfiguredStage): StageId[] {
  return paramLeaves(params).flatMap(({value}) => (isStageReference(value) ? [value.$stage] : []));
}
