import {sha256} from '../../base/hash.js';
import {asJson, canonicalJson, type Json} from '../../base/json.js';
import {SidestepError} from '../../base/problem.js';
import type {StageId} from '../../base/stage-id.js';
import {hashOfFile} from '../../cache/file-hashes.js';
import type {StageMemory} from '../../event/memory-forecast.js';
import {locateModel} from '../../model/scan-model.js';
import type {Plan, PlannedStage} from '../../plan/plan.js';
import {usefulRanks} from '../../plan/ranks.js';
import {shardsHere} from '../../plan/shards.js';
import {fileKey} from '../../plan/world.js';
import {type MemoryQuestion, PROTOCOL_VERSION} from '../../protocol/message.js';
import {isStageReference} from '../../stage/param.js';
import {objectsRoot} from '../cache-view.js';
import type {Observation, RunContext} from '../observe.js';
import {forecastsPath} from '../project.js';
import type {CardName} from './cards.js';
import {memoryLimits} from './limit.js';
import {memoryQuestion, UNHASHED} from './question.js';
import {readAnswers, saveAnswers} from './remembered.js';

export type Forecasts = ReadonlyMap<StageId, StageMemory>;

export interface ForecastRequest {
  readonly plan: Plan;
  readonly observation: Observation;
  readonly runContext: Pick<RunContext, 'project' | 'launcher' | 'addon'>;
  /** The user's bound on every device; undefined: what the device has. */
  readonly limit_bytes: number | undefined;
  /** In place of what this machine has. */
  readonly card?: CardName | undefined;
}

/** A plan that would ask more than so many new questions asks none: planning a huge matrix must not wait for the engine. */
const MOST_QUESTIONS = 64;

/**
 * How much memory the stages that would run take on their devices. A short-lived process works it out and the answers are
 * remembered, so a plan that has been made before starts none.
 */
export async function forecastMemory(request: ForecastRequest): Promise<Forecasts> {
  const {plan, runContext} = request;
  const stages = plan.stages.filter(
    ({type, verdict}) => type.plans_memory === true && verdict.kind === 'stale',
  );
  if (stages.length === 0 || runContext.addon === undefined) return new Map();
  const asked = await questionsOf(stages, request);
  const answers = await answersTo(asked, request, runContext.addon);
  return new Map(
    stages.map((stage) => {
      const own = asked.get(stage.id)!;
      const answer = own.kind === 'later' ? own : (answers.get(own.key) ?? tooMany);
      return [stage.id, forAll(answer, stage)];
    }),
  );
}

/** What one rank takes, all do; so do shards on this machine. Elsewhere each of those has a job of its own. */
function forAll(memory: StageMemory, stage: PlannedStage): StageMemory {
  if (memory.kind === 'later') return memory;
  const ranks = usefulRanks(stage.configured);
  const shards = shardsHere(stage);
  return {...memory, ...(ranks > 1 && {ranks}), ...(shards > 1 && {shards})};
}

const tooMany: StageMemory = {
  kind: 'later',
  reason: `known when it begins; this plan has more than ${MOST_QUESTIONS} different stages to forecast (--only takes some)`,
};

type Asked =
  | {readonly kind: 'question'; readonly question: MemoryQuestion; readonly key: string}
  | Extract<StageMemory, {kind: 'later'}>;

async function questionsOf(
  stages: readonly PlannedStage[],
  {plan, observation, limit_bytes, card}: ForecastRequest,
): Promise<Map<StageId, Asked>> {
  const upstream = new Map(plan.stages.map((stage) => [stage.id, stage]));
  const facts = {
    upstream,
    world: observation.world,
    objects_dir: objectsRoot(observation.cache),
    located: await locateModels(stages, upstream),
    limitOf: memoryLimits(observation.engine, limit_bytes),
    card,
  };
  const asked = stages.map((stage): [StageId, Asked] => {
    const own = memoryQuestion(stage, facts);
    return [
      stage.id,
      own.kind === 'later' ? own : {...own, key: keyOf(own.question, filesOf(stage, observation))},
    ];
  });
  return new Map(asked);
}

/** Contents of the files that the stage's parameters name. */
function filesOf({id, type}: PlannedStage, {world}: Observation): Json {
  return type.files.map(({param}) => {
    const seen = world.files.get(fileKey(id, param));
    return seen?.kind === 'found' ? (seen.content ?? null) : null;
  });
}

/** Hashes stand for the JSON of inputs: a collection of a thousand songs is not read to find what is remembered of it. */
function keyOf({inputs, ...question}: MemoryQuestion, files: Json): string {
  const hashes = Object.entries(inputs).map(([param, {hash, json}]) => [
    param,
    hash === UNHASHED ? (json ?? null) : hash,
  ]);
  return sha256(canonicalJson(asJson({...question, bounds: question.bounds ?? null, inputs: hashes, files})));
}

/** Models of `scan` stages that have yet to run: their folders are enough to go by. */
async function locateModels(
  stages: readonly PlannedStage[],
  upstream: ReadonlyMap<StageId, PlannedStage>,
): Promise<Map<StageId, Json>> {
  const ids = new Set(stages.flatMap(({references}) => (references.model ? [references.model.$stage] : [])));
  const located = new Map<StageId, Json>();
  for (const id of ids) {
    const {type, outputs, configured} = upstream.get(id)!;
    const {checkpoint_dir, model} = configured.params;
    if (type.name !== 'scan' || outputs !== undefined || isStageReference(checkpoint_dir)) continue;
    const wanted = {checkpoint_dir: String(checkpoint_dir), model: String(model)};
    const components = await locateModel(wanted).catch((error: unknown) => {
      if (error instanceof SidestepError) return undefined; // the scan stage itself will say what is wrong
      throw error;
    });
    if (components !== undefined) located.set(id, {components: {...components}});
  }
  return located;
}

async function answersTo(
  asked: ReadonlyMap<StageId, Asked>,
  {observation, runContext}: ForecastRequest,
  addon: string,
): Promise<Map<string, StageMemory>> {
  const path = forecastsPath(runContext.project);
  const engine = (await hashOfFile(observation.hashes, addon)).hash;
  const known = readAnswers<StageMemory>(path);
  const answers = new Map<string, StageMemory>();
  const open = new Map<string, MemoryQuestion>();
  for (const own of asked.values()) {
    if (own.kind === 'later') continue;
    const remembered = known.get(`${engine} ${own.key}`);
    if (remembered !== undefined) answers.set(own.key, remembered);
    else open.set(own.key, own.question);
  }
  if (open.size === 0 || open.size > MOST_QUESTIONS) return answers;
  const questions = [...open.values()];
  const found = await ask(addon, questions, runContext);
  for (const [index, [key, {inputs}]] of [...open].entries()) {
    const answer = found[index]!;
    answers.set(key, answer);
    const lasting = answer.kind === 'known' && Object.values(inputs).every(({hash}) => hash !== UNHASHED);
    if (lasting) known.set(`${engine} ${key}`, answer);
  }
  await saveAnswers(path, known);
  return answers;
}

/** A worker that cannot say is no reason not to plan: the stage itself will tell when it begins. */
async function ask(
  addon: string,
  questions: readonly MemoryQuestion[],
  {launcher}: Pick<RunContext, 'launcher'>,
): Promise<readonly StageMemory[]> {
  let answers: readonly StageMemory[] | undefined;
  let reason = 'the process that forecasts it ended without an answer';
  const worker = launcher.start(
    {kind: 'forecast', protocol: PROTOCOL_VERSION, addon, questions},
    {
      message: (message) => {
        if (message.kind === 'forecasts') answers = message.answers;
        if (message.kind === 'failed') reason = message.problem.message;
      },
      output: () => {},
    },
  );
  await worker.ended;
  return answers ?? questions.map(() => ({kind: 'later', reason}));
}
