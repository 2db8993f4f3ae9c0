import type {JsonObject} from '../base/json.js';
import {didYouMean, listed} from '../base/near-miss.js';
import type {Problem} from '../base/problem.js';
import {textPieces} from '../base/reference.js';
import {stageId} from '../base/stage-id.js';
import {schemas} from '../schema/schemas.generated.js';
import type {ExecutorDocument} from '../schema/types.generated.js';
import {stageTypes} from '../stage/registry.js';
import {check, isAbsence} from './check/check.js';
import {commandProblems} from './command-checks.js';
import {type ConditionValue, decide, placeholder} from './condition.js';
import type {DeclaredStage} from './declared-stage.js';
import {executorOf, seconds} from './executors.js';
import {finishParams, type LocatedReference, type ReferenceTarget} from './finish-params.js';
import {resetIneffective} from './ineffective-params.js';
import {asTemplate, interpolate, interpolateMap, type Scope} from './interpolate.js';
import {layered} from './layers.js';
import {type Combination, instanceName} from './matrix.js';
import type {ConfiguredStage, Executor, OutputCheck} from './pipeline.js';
import type {PresetLookup} from './preset-lookup.js';
import {
  define,
  emptyMap,
  entry,
  type Located,
  type LocatedEntry,
  type LocatedMap,
  member,
  type Origin,
  type Plain,
  plain,
  positionAt,
  problemAt,
} from './text/located.js';
import {typedTexts} from './typed-texts.js';
import {absolutePath} from './user/settings.js';

/** All that one stage instance is configured from. */
export interface StageContext {
  /** Folder that relative paths start from. */
  readonly dir: string;
  readonly pipeline_name: string;
  readonly scope: Scope;
  /** Layers below presets and `with`, weakest first: the user's settings for a stage type, the file's `defaults`. */
  readonly layers_below: (uses: string) => readonly Located[];
  /** The `defaults:` of settings and file together. */
  readonly defaults: Located;
  readonly presets: PresetLookup;
  /** As they are written, by name. */
  readonly executors: ReadonlyMap<string, ExecutorDocument>;
  /** Every declared stage with its combinations. */
  readonly combinations: ReadonlyMap<string, readonly Combination[]>;
  readonly stages: ReadonlyMap<string, DeclaredStage>;
  /** All keys under `stages:`, also of stages that could not be made sense of. */
  readonly names: ReadonlySet<string>;
  readonly problems: Problem[];
}

export interface InstanceWithReferences {
  readonly stage: ConfiguredStage;
  /** Where the stage itself is written, and each of its parameters, by dotted path. */
  readonly key: Origin;
  readonly origins: ReadonlyMap<string, Origin>;
  readonly references: readonly LocatedReference[];
  readonly needs: readonly LocatedNeed[];
}

/** A stage instance that must be done first, and where that is written. */
export interface LocatedNeed {
  readonly to: string;
  readonly origin: Origin;
}

/** One stage and one combination of its matrix to a configured instance; undefined when it has problems (reported). */
export function configureStage(
  declared: DeclaredStage,
  combination: Combination,
  context: StageContext,
): InstanceWithReferences | undefined {
  const before = context.problems.length;
  const scope: Scope = {...context.scope, matrix: combination.size > 0 ? combination : undefined};
  const body = typedTexts(schemas.stage, interpolateBody(declared, scope, context.problems)) as LocatedMap;
  context.problems.push(
    ...check('stage', body, {
      prefix: `stages.${declared.name}`,
      missing_at: declared.key,
    }),
  );
  const schema = schemas[`stage.${declared.uses}`]!;
  const layers = layeredParameters(declared, body, scope, context);
  const parameters = typedTexts(schema, layers) as LocatedMap;
  const with_ = member(body, 'with');
  const unreadable = with_ !== undefined && with_.kind !== 'map'; // reported; nothing is missing from what is not read
  context.problems.push(
    ...check(`stage.${declared.uses}`, parameters, {
      prefix: 'with',
      missing_at: entry(body, 'with')?.key ?? declared.key,
      ignore: (error, at) =>
        (at?.kind === 'scalar' && at.refers !== undefined) || (unreadable && isAbsence(error)),
    }),
  );
  const finished = finishParams(schema, parameters, {
    dir: context.dir,
    pipeline_name: context.pipeline_name,
    names: context.names,
    target: (name) => targetFrom(combination, name, context),
    problems: context.problems,
  });
  if (declared.uses === 'command') context.problems.push(...commandProblems(parameters));
  const needs = neededStages(declared, body, combination, context);
  const rest = settingsOf(body, scope, finished.params, context);
  if (context.problems.length > before) return undefined;
  const {positions, origins, references} = finished;
  const {params, ineffective} = resetIneffective(
    schema,
    finished,
    stageTypes.get(declared.uses)!.ineffective ?? [],
  );
  const stage = {
    id: stageId(instanceName(declared.name, combination)),
    declared_as: declared.name,
    matrix: combination.size > 0 ? asJson(combination) : undefined,
    uses: declared.uses,
    params,
    positions,
    ineffective,
    position: positionAt(declared.key),
    needs: needs.map(({to, origin}) => ({stage: stageId(to), position: positionAt(origin)})),
    ...rest,
  };
  return {stage, key: declared.key, origins, references, needs};
}

/** Resolves everything but `when`, which is a condition and no value. */
function interpolateBody({body, uses}: DeclaredStage, scope: Scope, problems: Problem[]): LocatedMap {
  const early = new Map([...body.entries].filter(([key]) => key !== 'with' && key !== 'when'));
  const done = interpolateMap({...body, entries: early}, {...scope, stages: undefined}, problems);
  const parameters = body.entries.get('with');
  const entries = new Map([...body.entries].map(([key, value]) => [key, done.entries.get(key) ?? value]));
  if (parameters) {
    entries.set('with', {
      ...parameters,
      value: interpolateParameters(uses, parameters.value, scope, problems),
    });
  }
  return {...body, entries};
}

/**
 * What is known only when a command starts. Every user of the machine can read arguments, so secrets are for the
 * environment.
 */
const filledAtStart: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['argv', new Set(['inputs', 'outputs'])],
  ['environment', new Set(['inputs', 'outputs', 'secrets'])],
  ['services', new Set(['inputs'])],
]);

function interpolateParameters(
  uses: string,
  parameters: Located,
  scope: Scope,
  problems: Problem[],
): Located {
  if (uses !== 'command') return interpolate(parameters, scope, problems);
  if (parameters.kind !== 'map') return withTemplates(interpolate(parameters, scope, problems));
  const entries = [...parameters.entries].map(([key, inner]): [string, LocatedEntry] => [
    key,
    {
      ...inner,
      value: interpolate(inner.value, {...scope, later: filledAtStart.get(key) ?? scope.later}, problems),
    },
  ]);
  return {...parameters, entries: new Map(entries)};
}

/** Parameters that come from one variable as a whole. */
function withTemplates(parameters: Located): Located {
  if (parameters.kind !== 'map') return parameters;
  const entries = [...parameters.entries].map(([key, inner]): [string, LocatedEntry] => [
    key,
    filledAtStart.has(key) ? {...inner, value: asTemplate(inner.value)} : inner,
  ]);
  return {...parameters, entries: new Map(entries)};
}

function layeredParameters(
  declared: DeclaredStage,
  body: LocatedMap,
  scope: Scope,
  context: StageContext,
): LocatedMap {
  const schema = schemas[`stage.${declared.uses}`]!;
  const presets = context.presets.layersFor(declared, body, context.problems);
  const below = [...context.layers_below(declared.uses), ...presets].map((layer) =>
    interpolateParameters(declared.uses, layer, scope, context.problems),
  );
  const own = member(body, 'with');
  const layers: Located[] = own?.kind === 'map' ? [...below, own] : below;
  const origin = own?.origin ?? declared.key;
  const result = layers.reduce<Located>((weak, strong) => layered(schema, weak, strong), emptyMap(origin));
  return withImpliedTags(schema, result as LocatedMap); // every layer is a mapping, so is what they make
}

/** Writes in the variant that a mapping without `type` takes by default, so that the rest is checked against it. */
function withImpliedTags(schema: (typeof schemas)[string], value: LocatedMap): LocatedMap {
  const entries = new Map(value.entries);
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    const tag = property.discriminator?.propertyName;
    const inner = entries.get(key);
    if (tag === undefined || inner?.value.kind !== 'map' || inner.value.entries.has(tag)) continue;
    const implied = (property.default as Record<string, Plain>)[tag] as string;
    const scalar = {kind: 'scalar', value: implied, origin: inner.key, implied: true} as const;
    const tagged = new Map([...inner.value.entries, [tag, {key: inner.key, value: scalar}]]);
    entries.set(key, {...inner, value: {...inner.value, entries: tagged}});
  }
  return {...value, entries};
}

/** What a stage's name means from here: of a matrix stage, the instance that shares this one's values. */
function targetFrom(combination: Combination, name: string, context: StageContext): ReferenceTarget {
  const keys = [...(context.combinations.get(name)?.[0]?.keys() ?? [])];
  const shared: Combination = new Map(
    keys.flatMap((key) => (combination.has(key) ? [[key, combination.get(key)!] as const] : [])),
  );
  return {uses: context.stages.get(name)?.uses, instance: instanceName(name, shared)};
}

type StageSettings = Omit<
  ConfiguredStage,
  'id' | 'declared_as' | 'matrix' | 'uses' | 'params' | 'positions' | 'ineffective' | 'position' | 'needs'
>;

function settingsOf(
  body: LocatedMap,
  scope: Scope,
  params: ConfiguredStage['params'],
  context: StageContext,
): StageSettings {
  const said = (key: string) => scalarValue(member(body, key));
  const resource = (key: string) =>
    scalarValue(member(member(body, 'resources'), key)) ?? scalarValue(member(context.defaults, key));
  const precision = params.precision;
  return {
    when: whenOf(member(body, 'when'), scope, context.problems),
    resources: {
      device: computesOn(body) ?? String(resource('device') ?? 'auto'),
      precision: typeof precision === 'string' ? precision : 'auto',
      threads: resource('threads') as number | undefined,
      ...processesAndExecutor(body, params, context),
    },
    retries:
      ((said('retries') ?? scalarValue(member(context.defaults, 'retries'))) as number | undefined) ?? 0,
    timeout_s: seconds(said('timeout')),
    cache: said('cache') === false ? 'ignore' : 'use',
    on_error: params.on_error === 'skip' ? 'skip' : 'fail',
    description: (said('description') as string | undefined) || undefined,
    ...(said('protect') === true && {protect: 'published' as const}),
    ...temporaryOf(body, params, context),
    ...checksOf(body, params, context),
  };
}

function temporaryOf(
  body: LocatedMap,
  params: ConfiguredStage['params'],
  {problems}: StageContext,
): Pick<ConfiguredStage, 'temporary'> {
  const said = member(body, 'temporary');
  if (scalarValue(said) === true) return {temporary: 'all'};
  const uses = String(scalarValue(member(body, 'uses')));
  const type = stageTypes.get(uses);
  if (said?.kind !== 'list' || type === undefined) return {};
  const names = type.outputs(params).map(({name}) => name);
  for (const item of said.items) {
    const name = String(scalarValue(item));
    if (names.includes(name)) continue;
    const message = `The stage has no output ${name}; it has ${listed(names)}`;
    problems.push(
      problemAt(item.origin, {code: 'config/unknown-output', message, hint: didYouMean(name, names)}),
    );
  }
  return {temporary: said.items.map((item) => String(scalarValue(item)))};
}

function checksOf(
  body: LocatedMap,
  params: ConfiguredStage['params'],
  {dir, problems}: StageContext,
): {checks?: readonly OutputCheck[]} {
  const said = member(body, 'checks');
  const uses = String(scalarValue(member(body, 'uses')));
  const type = stageTypes.get(uses);
  if (said?.kind !== 'map' || said.entries.size === 0 || type === undefined) return {};
  const names = type.samples === undefined ? type.outputs(params).map(({name}) => name) : [];
  const checks = [...said.entries].flatMap(([key, {key: origin, value}]): OutputCheck[] => {
    const [output = '', ...within] = key.split('/');
    if (names.includes(output)) {
      const {json_schema, ...must} = plain(value) as OutputCheck['must'];
      const schema = typeof json_schema === 'string' ? absolutePath(json_schema, dir) : json_schema;
      return [
        {
          output,
          path: within.join('/'),
          must: {...must, ...(schema === undefined ? {} : {json_schema: schema})},
          position: positionAt(origin),
        },
      ];
    }
    const message =
      names.length === 0
        ? `A ${uses} stage has no outputs that can be checked here`
        : `The stage has no output ${output}; it has ${listed(names)}`;
    problems.push(
      problemAt(origin, {code: 'config/unknown-output', message, hint: didYouMean(output, names)}),
    );
    return [];
  });
  return {checks};
}

function computesOn(body: LocatedMap): 'cpu' | undefined {
  return stageTypes.get(String(scalarValue(member(body, 'uses'))))?.computes_on;
}

function processesAndExecutor(
  body: LocatedMap,
  params: ConfiguredStage['params'],
  context: StageContext,
): {ranks?: number; shards?: number; executor?: Executor} {
  const {ranks} = ranksFor(body, context);
  const {executor} = executorFor(body, params, context);
  const named = member(member(body, 'resources'), 'ranks');
  const device = scalarValue(member(member(body, 'resources'), 'device')) ?? executor?.device;
  if (named !== undefined && ranks !== undefined && executor !== undefined && device !== 'cpu')
    requireCards(ranks, executor, {origin: named.origin, problems: context.problems});
  return {...(ranks !== undefined && {ranks}), ...shardsFor(body, context), ...(executor && {executor})};
}

/** Each rank has a card of its own, and a job has those that it asked for. */
function requireCards(
  ranks: number,
  {name, gpus, device}: Executor,
  {origin, problems}: Pick<Located, 'origin'> & Pick<StageContext, 'problems'>,
): void {
  if (device === 'cpu' || gpus === 0 || ranks <= gpus) return;
  problems.push(
    problemAt(origin, {
      code: 'config/ranks-without-cards',
      message: `${ranks} ranks need a card each, but a job of ${name} asks for ${gpus}`,
      hint: `Say \`gpus: ${ranks}\`, or ask for fewer ranks.`,
    }),
  );
}

function ranksFor(body: LocatedMap, {problems}: StageContext): {ranks?: number} {
  const named = member(member(body, 'resources'), 'ranks');
  const uses = String(scalarValue(member(body, 'uses')));
  if (named === undefined || scalarValue(named) === null) return {};
  if (uses === 'train') return {ranks: Number(scalarValue(named))};
  problems.push(
    problemAt(named.origin, {
      code: 'config/ranks-without-training',
      message: `A ${uses} stage has no micro-batches that ranks could share`,
      hint:
        stageTypes.get(uses)?.samples === undefined
          ? 'Take the line out: ranks are for `train` stages.'
          : 'Say `shards` instead: so many processes share its songs.',
    }),
  );
  return {};
}

function shardsFor(body: LocatedMap, {problems}: StageContext): {shards?: number} {
  const named = member(member(body, 'resources'), 'shards');
  const uses = String(scalarValue(member(body, 'uses')));
  const type = stageTypes.get(uses);
  if (named === undefined || scalarValue(named) === null || type === undefined) return {};
  if (type.samples !== undefined) return {shards: Number(scalarValue(named))};
  problems.push(
    problemAt(named.origin, {
      code: 'config/shards-without-samples',
      message: `A ${uses} stage has no songs or prompts that shards could share`,
      hint:
        uses === 'train'
          ? 'Say `ranks` instead: so many processes share the micro-batches of an update.'
          : 'Take the line out. docs/cluster.md says which stages several processes can share.',
    }),
  );
  return {};
}

/** Secrets are sent nowhere, and written into no job's file. */
function executorFor(
  body: LocatedMap,
  params: ConfiguredStage['params'],
  {executors, problems}: StageContext,
): {executor?: Executor} {
  const said = member(body, 'resources');
  const named = member(said, 'executor');
  const wish = (key: string) => scalarValue(member(said, key));
  const wishes = {
    gpus: wish('gpus') as number | undefined,
    cpus: wish('cpus') as number | undefined,
    memory: wish('memory') as string | undefined,
    time_s: seconds(wish('time')),
  };
  const uses = String(scalarValue(member(body, 'uses')));
  const secrets = stageTypes.get(uses)?.secrets?.(params) ?? [];
  if (named !== undefined && secrets.length > 0) {
    problems.push(
      problemAt(named.origin, {
        code: 'config/executor-with-secrets',
        message: `This ${uses} stage needs ${listed(secrets)}, and secrets are sent to no executor`,
        hint: 'Take the line out: it then runs where sidestep itself runs. To run all of a pipeline in one job, start sidestep in that job: docs/cluster.md.',
      }),
    );
    return {};
  }
  const executor = executorOf(named, executors, wishes, problems);
  return executor === undefined ? {} : {executor};
}

function neededStages(
  declared: DeclaredStage,
  body: LocatedMap,
  combination: Combination,
  context: StageContext,
): LocatedNeed[] {
  const list = member(body, 'needs');
  const items = list?.kind === 'list' ? list.items : [];
  return items.flatMap((item) => {
    const name = String(scalarValue(item) ?? '');
    const combinations = name === declared.name ? undefined : context.combinations.get(name);
    if (combinations === undefined) {
      if (name !== declared.name && context.names.has(name)) return []; // its own problems were reported
      const names = [...context.names].filter((other) => other !== declared.name);
      const message =
        name === declared.name
          ? `${name} needs itself`
          : `No stage is named ${name}; there are ${listed(names)}`;
      context.problems.push(
        problemAt(item.origin, {code: 'config/unknown-stage', message, hint: didYouMean(name, names)}),
      );
      return [];
    }
    const alike = combinations.filter((other) =>
      [...other].every(
        ([key, value]) => !combination.has(key) || plain(combination.get(key)!) === plain(value),
      ),
    );
    return alike.map((other) => ({to: instanceName(name, other), origin: item.origin}));
  });
}

function whenOf(when: Located | undefined, scope: Scope, problems: Problem[]): ConfiguredStage['when'] {
  if (when?.kind !== 'scalar' || when.value === true || when.value === null) return {kind: 'run'};
  const text = String(when.value);
  const early = {...scope, stages: undefined};
  const values: ConditionValue[] = [];
  const pieces = textPieces(text).map((piece) => {
    if (piece.kind === 'literal') return piece.text;
    const resolved = interpolate({...when, value: piece.raw}, early, problems);
    if (resolved.kind === 'scalar' && resolved.broken)
      values.push(true); // reported; no second error for it
    else values.push(scalarValue(resolved) ?? '');
    return placeholder(values.length - 1);
  });
  const decision = decide(pieces.join(''), values);
  if (!decision.ok) {
    for (const {code, message, hint} of decision.problems)
      problems.push(problemAt(when.origin, {code, message, hint}));
    return {kind: 'run'};
  }
  return decision.value ? {kind: 'run'} : {kind: 'skip', condition: text, position: positionAt(when.origin)};
}

function scalarValue(value: Located | undefined): string | number | boolean | undefined {
  return value?.kind === 'scalar' && value.value !== null ? value.value : undefined;
}

function asJson(combination: Combination): JsonObject {
  const object: {[key: string]: Plain} = {};
  for (const [name, value] of combination) define(object, name, plain(value));
  return object;
}
