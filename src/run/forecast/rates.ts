import {sha256} from '../../base/hash.js';
import {asJson, canonicalJson} from '../../base/json.js';
import type {StageId} from '../../base/stage-id.js';
import {hashOfFile} from '../../cache/file-hashes.js';
import type {Plan} from '../../plan/plan.js';
import {PROTOCOL_VERSION, type RatesQuestion} from '../../protocol/message.js';
import type {Observation, RunContext} from '../observe.js';
import {ratesPath} from '../project.js';
import type {WorkerLauncher} from '../worker-launcher.js';
import {ratesQuestions} from './effort.js';
import {readAnswers, saveAnswers} from './remembered.js';

/** Some learning rates of each training, from the first update to the last. */
export type PlannedRates = ReadonlyMap<StageId, readonly number[]>;

type Rates = readonly number[];

/**
 * Learning rates of the trainings that would run, as far as their songs are known. The engine alone knows the rule: a short-lived
 * process asks it, and its answers are remembered, so a plan that has been made before starts none. Without an engine there are none.
 */
export async function planRates({
  plan,
  observation,
  runContext,
}: {
  readonly plan: Plan;
  readonly observation: Observation;
  readonly runContext: Pick<RunContext, 'project' | 'launcher' | 'addon'>;
}): Promise<PlannedRates> {
  const {addon, launcher, project} = runContext;
  const questions = ratesQuestions(plan, observation.world);
  if (questions.size === 0 || addon === undefined) return new Map();
  const path = ratesPath(project);
  const engine = (await hashOfFile(observation.hashes, addon)).hash;
  const known = readAnswers<Rates>(path);
  const keyed = [...questions].map(([id, question]) => ({id, question, key: `${engine} ${keyOf(question)}`}));
  const open = new Map(keyed.filter(({key}) => !known.has(key)).map(({key, question}) => [key, question]));
  if (open.size > 0) {
    const answers = await askRates([...open.values()], {addon, launcher});
    if (answers !== undefined) {
      for (const [index, key] of [...open.keys()].entries()) known.set(key, answers[index]!);
      await saveAnswers(path, known);
    }
  }
  return new Map(keyed.flatMap(({id, key}) => (known.has(key) ? [[id, known.get(key)!] as const] : [])));
}

function keyOf(question: RatesQuestion): string {
  return sha256(canonicalJson(asJson(question)));
}

/** Undefined from a worker that cannot say, which is no reason not to plan: the training itself will tell when it begins. */
export async function askRates(
  questions: readonly RatesQuestion[],
  {addon, launcher}: {readonly addon: string; readonly launcher: WorkerLauncher},
): Promise<readonly Rates[] | undefined> {
  let answers: readonly Rates[] | undefined;
  const worker = launcher.start(
    {kind: 'rates', protocol: PROTOCOL_VERSION, addon, questions},
    {
      message: (message) => {
        if (message.kind === 'rated') answers = message.answers;
      },
      output: () => {},
    },
  );
  await worker.ended;
  return answers;
}
