import {basename, dirname} from 'node:path';
import type {Problem} from '../base/problem.js';
import {failure, ok, type Result} from '../base/result.js';
import {schemas} from '../schema/schemas.generated.js';
import {check} from './check/check.js';
import {configureStage, type InstanceWithReferences, type StageContext} from './configure-stage.js';
import {checkConnections} from './connect.js';
import {declaredStages, expandMatrices, isOpen} from './declared-stage.js';
import {deriveConnected, doubtsOf} from './derive-connected.js';
import {executorsIn} from './executors.js';
import {idleCards} from './idle-cards.js';
import {newBudget, type Scope} from './interpolate.js';
import {layered} from './layers.js';
import {applyOverrides} from './override.js';
import {type IncludedTexts, withPieces} from './pieces.js';
import type {ConfiguredStage, Pipeline} from './pipeline.js';
import {presetLookup} from './preset-lookup.js';
import {decidedBy, type ProfileChoice, type Profiled, withProfile} from './profile.js';
import {sharedFolders} from './shared-folders.js';
import {temporaryDoubts} from './temporary-doubts.js';
import {
  emptyMap,
  type Findings,
  inReadingOrder,
  type Located,
  type LocatedMap,
  member,
  problemAt,
} from './text/located.js';
import {sourceText} from './text/source-text.js';
import {parseYaml} from './text/yaml.js';
import type {PresetFile} from './user/preset.js';
import type {Settings} from './user/settings.js';
import {resolveVars} from './vars.js';

/** All that a pipeline is made of, as text and values: resolving it touches neither disk nor environment. */
export interface PipelineInput {
  /** Absolute path of the pipeline file. */
  readonly file: string;
  readonly text: string;
  readonly settings: Settings;
  /** Strongest first where names are equal. */
  readonly presets: readonly PresetFile[];
  /** `path=value` arguments of `--set`, in order. */
  readonly overrides: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Texts of the files that it includes; default: none. */
  readonly pieces?: IncludedTexts;
  /** What may choose a profile; default: none is chosen. */
  readonly profile?: ProfileChoice;
}

/** The pipeline, or every problem in it, in reading order, each with its position. Pure. */
export function resolvePipeline(input: PipelineInput): Result<Pipeline> {
  const source = sourceText(input.file, input.text);
  const parsed = parseYaml(source);
  const problems: Problem[] = [...parsed.problems];
  if (parsed.value === undefined) {
    const origin = {source, start: 0, end: 1, via: []};
    if (problems.length === 0)
      problems.push(
        problemAt(origin, {
          code: 'config/empty',
          message: 'The file is empty',
          hint: 'sidestep init writes a pipeline to start from.',
        }),
      );
    return failure(...inReadingOrder(problems));
  }
  const warnings: Problem[] = [];
  const {pieces = new Map(), profile: choice} = input;
  const whole = withPieces(parsed.value, input.file, pieces, problems);
  const {document: laid, profile} =
    choice === undefined ? {document: whole, profile: undefined} : withProfile(whole, choice, problems);
  const document = applyOverrides(laid, input.overrides, {problems, warnings});
  problems.push(...documentProblems(document));
  const env = listedEnv(document, input.env, problems);
  const shelf = presetLookup(input.presets);
  const configured = configureAll(document, env, shelf, input, {problems, warnings});
  const instances = deriveConnected(configured, problems);
  warnings.push(...doubtsOf(instances));
  problems.push(...checkConnections(instances));
  if (problems.length > 0) return failure(...inReadingOrder(problems));
  const stages = instances.map(({stage}) => stage);
  warnings.push(...sharedFolders(stages));
  warnings.push(...idleCards(stages));
  warnings.push(...temporaryDoubts(stages));
  if (profile !== undefined) warnings.push(...profileWarnings(profile, stages, input));
  return ok({
    name: pipelineName(document, input.file),
    file: input.file,
    dir: dirname(input.file),
    description: description(document),
    ...(profile === undefined ? {} : {profile: profile.name}),
    stages,
    env,
    warnings: inReadingOrder(warnings),
    sources: [
      input.file,
      ...pieces.keys(),
      ...shelf.used(),
      ...(input.settings.path === undefined ? [] : [input.settings.path]),
    ],
  });
}

/** Compared with what the file means without it; one that is needed to make sense of the file has nothing to be compared with. */
function profileWarnings(
  profile: NonNullable<Profiled['profile']>,
  stages: readonly ConfiguredStage[],
  {profile: _chosen, ...plain}: PipelineInput,
): Problem[] {
  const without = resolvePipeline(plain);
  return without.ok ? decidedBy(profile, without.value.stages, stages) : [];
}

function pipelineName(document: Located, file: string): string {
  const name = member(document, 'name');
  return name?.kind === 'scalar' ? String(name.value) : basename(file).replace(/\.ya?ml$/, '');
}

function description(document: Located): string | undefined {
  const text = member(document, 'description');
  return text?.kind === 'scalar' && typeof text.value === 'string' && text.value !== ''
    ? text.value
    : undefined;
}

/** Stages may hold references where numbers or choices belong; they are checked again once resolved. */
function documentProblems(document: Located): Problem[] {
  return check('pipeline', document, {ignore: isOpen});
}

function listedEnv(
  document: Located,
  env: PipelineInput['env'],
  problems: Problem[],
): Record<string, string> {
  const list = member(document, 'env');
  const values: Record<string, string> = Object.create(null);
  for (const item of list?.kind === 'list' ? list.items : []) {
    if (item.kind !== 'scalar' || typeof item.value !== 'string') continue;
    const value = Object.hasOwn(env, item.value) ? env[item.value] : undefined;
    if (value !== undefined) values[item.value] = value;
    else {
      const message = `The environment variable ${item.value} is not set`;
      problems.push(problemAt(item.origin, {code: 'config/unset-env', message}));
    }
  }
  return values;
}

/** Names only: what they hold is read when a program that needs it starts, and kept nowhere. */
function listedSecrets(
  document: Located,
  env: Readonly<Record<string, string>>,
  problems: Problem[],
): ReadonlySet<string> {
  const list = member(document, 'secrets');
  const names = new Set<string>();
  for (const item of list?.kind === 'list' ? list.items : []) {
    if (item.kind !== 'scalar' || typeof item.value !== 'string') continue;
    names.add(item.value);
    if (!Object.hasOwn(env, item.value)) continue;
    problems.push(
      problemAt(item.origin, {
        code: 'config/recorded-secret',
        message: `${item.value} is listed under env, too, where its value is recorded with every run`,
        hint: 'Take it out of `env:`.',
      }),
    );
  }
  return names;
}

function configureAll(
  document: Located,
  env: Record<string, string>,
  presets: StageContext['presets'],
  input: PipelineInput,
  {problems, warnings}: Findings,
): InstanceWithReferences[] {
  const declared = declaredStages(document);
  const early: Scope = {
    vars: undefined,
    env,
    matrix: undefined,
    stages: undefined,
    later: new Set(),
    secrets: listedSecrets(document, env, problems),
    budget: newBudget(),
  };
  const vars = member(document, 'vars');
  const resolved = vars?.kind === 'map' ? resolveVars(vars, early, problems) : undefined;
  const stages = member(document, 'stages');
  const names = new Set(stages?.kind === 'map' ? stages.entries.keys() : []);
  const scope: Scope = {...early, vars: resolved, stages: names};
  const combinations = expandMatrices(declared, scope, {problems, warnings});
  const {located: settings} = input.settings;
  const defaults = layered(
    undefined,
    orEmpty(member(settings, 'defaults'), document),
    orEmpty(member(document, 'defaults'), document),
  );
  const context: StageContext = {
    dir: dirname(input.file),
    pipeline_name: pipelineName(document, input.file),
    scope,
    defaults,
    layers_below: (uses) => [
      orEmpty(member(member(settings, 'stages'), uses), document),
      parametersAmong(defaults, uses),
    ],
    presets,
    executors: executorsIn({settings, document}, {...early, vars: resolved}, problems),
    combinations,
    stages: new Map(declared.map((stage) => [stage.name, stage])),
    names,
    problems,
  };
  return declared.flatMap((stage) =>
    combinations.get(stage.name)!.flatMap((combination) => configureStage(stage, combination, context) ?? []),
  );
}

/** `defaults:` speaks to stages of all types; each takes what it has a parameter for. */
function parametersAmong(defaults: Located, uses: string): LocatedMap {
  const properties = schemas[`stage.${uses}`]!.properties!;
  const entries =
    defaults.kind === 'map' ? [...defaults.entries].filter(([key]) => Object.hasOwn(properties, key)) : [];
  return {...emptyMap(defaults.origin), entries: new Map(entries)};
}

function orEmpty(value: Located | undefined, place: Located): Located {
  return value?.kind === 'map' ? value : emptyMap(place.origin);
}
