import {mkdtemp} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join, relative, resolve} from 'node:path';
import {Command} from 'commander';
import {type AnswerOptions, answer, refuse} from '../app/answer.js';
import {carryOut} from '../app/carry-out.js';
import {looksOf, runExitCode} from '../app/frozen.js';
import {collect, SET_HELP} from '../app/pipeline-options.js';
import {type PlannedPipeline, planResolved} from '../app/plan-pipeline.js';
import {stopOnSignals} from '../app/signals.js';
import type {ExitCode, Terminal} from '../app/terminal.js';
import {removeLeftover} from '../base/leftover.js';
import {makeFolder} from '../base/make-folder.js';
import type {Problem} from '../base/problem.js';
import {ok, type Result} from '../base/result.js';
import {writeUserFile} from '../base/write-user-file.js';
import {
  type Baseline,
  baselinePath,
  type Comparison,
  compareNumbers,
  driftProblem,
  readBaseline,
  writeBaseline,
} from '../ci/baseline.js';
import {numbersOf} from '../ci/numbers.js';
import {shrink} from '../ci/shrink.js';
import {loadPipeline} from '../config/load.js';
import type {Pipeline} from '../config/pipeline.js';
import type {RunEvent} from '../event/event.js';
import type {StageResult} from '../event/stage-result.js';
import type {NumericIdentity} from '../plan/world.js';
import {junitXml, stageCase, type TestCase} from '../render/junit.js';
import {newScratch} from '../run/scratch.js';

interface CiOptions extends AnswerOptions {
  readonly set: readonly string[];
  readonly update?: boolean;
  readonly baseline?: string;
  readonly junit?: string;
  readonly keep?: string;
  readonly plain?: boolean;
}

/** `sidestep ci`: the pipeline in miniature, with what it computes compared with what was committed. */
export function ciCommand(terminal: Terminal): Command {
  return new Command('ci')
    .description(
      'Try a pipeline in miniature, as continuous integration does: every stage with its settings, over a tiny model of the same layout and a few seconds of synthesised music, on the CPU, with two steps of training. Needs no model, songs or card, and touches none of yours. What it computes is compared with NAME.ci.json beside the pipeline.',
    )
    .argument('<pipeline>', 'YAML file')
    .option('--set <path=value>', SET_HELP, collect, [])
    .option('--update', 'write the numbers into the baseline, to be committed')
    .option('--baseline <file>', 'where they are; NAME.ci.json beside the pipeline by default')
    .option('--junit <file>', 'also write a JUnit report, a test for each stage and each comparison')
    .option('--keep <folder>', 'do it in this folder and leave everything there')
    .option('--plain', 'lines in place of a live list, as in CI')
    .option('--json', 'print one JSON document')
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, options: CiOptions) => terminal.leave(await ci(terminal, file, options)));
}

async function ci(terminal: Terminal, file: string, options: CiOptions): Promise<ExitCode> {
  const pipeline = await loadPipeline(resolve(terminal.cwd, file), {
    overrides: options.set,
    env: terminal.env,
  });
  if (!pipeline.ok) return refuse(terminal, options, pipeline.problems);
  const place = resolve(terminal.cwd, options.baseline ?? baselinePath(file));
  const before = options.update === true ? undefined : await readBaseline(place);
  const folder = await openFolder(terminal, options);
  try {
    const tried = await tryIn(folder, {terminal, pipeline: pipeline.value, options});
    if (!tried.ok) return refuse(terminal, options, tried.problems);
    if (tried.value.code === 1) folder.keepLogs();
    return await endWith(terminal, {
      file,
      options,
      place,
      before,
      tried: tried.value,
      pipeline: pipeline.value,
    });
  } finally {
    await folder.close();
  }
}

/** Where a try is done. */
interface TrialFolder {
  readonly path: string;
  /** Of the run's records, logs among them. */
  readonly state_dir: string;
  /** A stage failed, and people are sent to its log: that stays. */
  readonly keepLogs: () => void;
  readonly close: () => Promise<void>;
}

/** A folder of its own, gone afterwards: nothing is taken from an earlier try. */
async function openFolder(terminal: Terminal, {keep}: CiOptions): Promise<TrialFolder> {
  if (keep === undefined) {
    const path = await newScratch('ci');
    const records = await mkdtemp(join(tmpdir(), 'sidestep-ci-records-'));
    const leftovers = [path, records];
    return {
      path,
      state_dir: records,
      keepLogs: () => void leftovers.pop(),
      close: async () => {
        for (const folder of leftovers) await removeLeftover(folder);
      },
    };
  }
  const path = resolve(terminal.cwd, keep);
  await makeFolder(path);
  return {path, state_dir: join(path, '.sidestep'), keepLogs: () => {}, close: async () => {}};
}

interface Tried {
  /** Milliseconds since the epoch. */
  readonly started_at: number;
  readonly code: ExitCode;
  readonly results: readonly StageResult[];
  readonly numbers: Baseline;
  readonly left_out: readonly string[];
}

interface Trying {
  readonly terminal: Terminal;
  readonly pipeline: Pipeline;
  readonly options: CiOptions;
}

async function tryIn(
  {path: folder, state_dir}: TrialFolder,
  {terminal, pipeline, options}: Trying,
): Promise<Result<Tried>> {
  const {pipeline: small, left_out} = shrink(pipeline, folder);
  const project = {state_dir, cache_dir: join(folder, 'cache')};
  const planned = await planResolved(terminal, small, project);
  if (!planned.ok) return planned;
  const blocked = planned.value.plan.problems;
  if (blocked.length > 0) return {ok: false, problems: [...blocked] as [Problem, ...Problem[]]};
  const events: RunEvent[] = [];
  const signals = stopOnSignals();
  const started_at = Date.now();
  const {outcome, results} = await carryOut(quietly(terminal, options), planned.value, {
    ...(options.plain === undefined ? {} : {plain: options.plain}),
    stop: signals.stop,
    keepGoing: true,
    listener: (event) => events.push(event),
    ...(options.keep === undefined ? {shown: withoutPlaces} : {}),
  }).finally(signals.release);
  const code = runExitCode(outcome, results, looksOf(planned.value.plan));
  const after = await planResolved(terminal, small, project);
  if (!after.ok) return after;
  const numbers: Baseline = {
    sidestep_ci: 1,
    pipeline: pipeline.name,
    numerics: numericsOf(after.value),
    stages: await numbersOf(after.value.plan, after.value.observation.cache, events),
  };
  return ok({started_at, code, results, numbers, left_out});
}

/** The folder will be gone: no one is sent to it. */
function withoutPlaces(event: RunEvent): RunEvent | undefined {
  if (event.kind === 'board_opened') return undefined;
  return event.kind === 'run_finished' ? {...event, outputs: []} : event;
}

/** One JSON document is wanted, not a line for each event. */
function quietly(terminal: Terminal, {json}: CiOptions): Terminal {
  return json === true ? {...terminal, stdout: {...terminal.stdout, write: () => {}}} : terminal;
}

function numericsOf({plan, observation}: PlannedPipeline): NumericIdentity | null {
  const stage = plan.stages.find(({type}) => type.numerics === 'engine');
  if (stage === undefined) return null;
  const known = observation.world.numerics(stage.configured.resources);
  return known.kind === 'known' ? known.identity : null;
}

interface Conclusion {
  readonly file: string;
  readonly options: CiOptions;
  readonly place: string;
  readonly before: Baseline | undefined;
  readonly tried: Tried;
  readonly pipeline: Pipeline;
}

async function endWith(terminal: Terminal, conclusion: Conclusion): Promise<ExitCode> {
  const {file, options, place, before, tried, pipeline} = conclusion;
  const ran = tried.code === 0;
  const compared: Comparison =
    ran && before !== undefined ? compareNumbers(before, tried.numbers) : {drifts: [], note: undefined};
  const positions = new Map(pipeline.stages.map(({id, position}) => [id as string, position]));
  const update = `sidestep ci ${file} --update`;
  const problems = compared.drifts.map((drift) =>
    driftProblem(drift, {position: positions.get(drift.stage), update}),
  );
  if (ran && options.update === true) await writeBaseline(place, tried.numbers);
  if (options.junit !== undefined)
    await writeUserFile(
      resolve(terminal.cwd, options.junit),
      junitXml(
        {name: pipeline.name, started_at: tried.started_at},
        casesOf(tried, ran && before !== undefined ? compared : undefined, problems),
      ),
    );
  const code = ran && problems.length > 0 ? 3 : tried.code;
  if (options.json !== true && problems.length > 0) refuse(terminal, options, problems, 'something');
  const shown = relative(terminal.cwd, place) || place;
  const baseline = baselineState(conclusion, ran);
  answer(terminal, options, {
    kind: 'ci',
    document: () => ({
      pipeline: pipeline.name,
      exit_code: code,
      baseline: {path: place, state: baseline},
      compared: compared.note ?? (before === undefined ? 'not_compared' : 'exactly'),
      results: tried.results,
      drifts: compared.drifts,
      left_out: tried.left_out,
      numbers: tried.numbers,
    }),
    text: (colours) =>
      [
        ...tried.left_out.map((each) => `Not tried: ${each}.\n`),
        ...(compared.note === undefined ? [] : [`${compared.note}.\n`]),
        ...(ran && problems.length === 0
          ? [`${colours.green('✔')} ${lastWords(baseline, shown, file)}\n`]
          : []),
      ].join(''),
  });
  return code;
}

type BaselineState = 'written' | 'same' | 'differs' | 'absent' | 'not_looked_at';

function baselineState({options, before, tried}: Conclusion, ran: boolean): BaselineState {
  if (!ran) return 'not_looked_at';
  if (options.update === true) return 'written';
  if (before === undefined) return 'absent';
  return compareNumbers(before, tried.numbers).drifts.length === 0 ? 'same' : 'differs';
}

function lastWords(state: BaselineState, shown: string, file: string): string {
  if (state === 'written') return `Every stage ran. ${shown} has its numbers: commit it.`;
  if (state === 'absent')
    return `Every stage ran. There is no ${shown} to compare with; \`sidestep ci ${file} --update\` writes it.`;
  return `Every stage ran, with the numbers of ${shown}.`;
}

function casesOf(
  {results, numbers}: Tried,
  compared: Comparison | undefined,
  problems: readonly Problem[],
): TestCase[] {
  const ran = results.map(stageCase);
  if (compared === undefined) return ran;
  const drifting = new Map(compared.drifts.map(({stage}, i) => [stage, problems[i]!]));
  const stages = new Set([...Object.keys(numbers.stages), ...drifting.keys()]);
  return [
    ...ran,
    ...[...stages].map((stage): TestCase => {
      const problem = drifting.get(stage);
      return {
        name: `${stage}: the numbers of the baseline`,
        seconds: 0,
        outcome: problem === undefined ? {kind: 'passed'} : {kind: 'failed', problem},
      };
    }),
  ];
}

const EXAMPLES = `
Examples:
  $ sidestep ci pipelines/lora.yaml                          does every stage work, and are the numbers those of before?
  $ sidestep ci pipelines/lora.yaml --update                 write pipelines/lora.ci.json, to be committed
  $ sidestep ci pipelines/lora.yaml --plain --junit ci.xml   in continuous integration

Exit codes: 0 all stages ran, with the numbers of the baseline where there is one; 1 a stage failed; 2 bad usage or
configuration; 3 other numbers than the baseline's.`;
