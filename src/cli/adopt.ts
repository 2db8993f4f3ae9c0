import {cp} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {Command} from 'commander';
import {type AnswerOptions, answer, refuse} from '../app/answer.js';
import {DEFAULT_PIPELINE} from '../app/pipeline-options.js';
import {type PlannedPipeline, planPipeline} from '../app/plan-pipeline.js';
import {noWishes} from '../app/stage-choice.js';
import type {ExitCode, Terminal} from '../app/terminal.js';
import {asJson, type Json} from '../base/json.js';
import {removeLeftover} from '../base/leftover.js';
import {makeFolder} from '../base/make-folder.js';
import type {Problem} from '../base/problem.js';
import {failure, ok, type Result} from '../base/result.js';
import {commitEntry} from '../cache/entries.js';
import {ENTRY_FORMAT} from '../cache/entry-form.js';
import {temporaryDir} from '../cache/layout.js';
import {absolutePath} from '../config/user/settings.js';
import {commitOutputs} from '../run/commit-outputs.js';
import {holdingTheCache} from '../run/hold-cache.js';
import {stageInputs} from '../run/inputs.js';
import type {FingerprintedStage} from '../run/stage-attempt.js';
import type {OutputDeclaration} from '../stage/stage-type.js';

interface AdoptOptions extends AnswerOptions {
  readonly pipeline: string;
}

/** `sidestep adopt`: what a program made before, or elsewhere, counts as its stage's result. */
export function adoptCommand(terminal: Terminal): Command {
  return new Command('adopt')
    .description(
      'Take files that are there already as what a `command` stage makes, so that its program does not run. They are copied into the cache, held against the stage’s `checks`, and from then on every plan and run says that they were adopted.',
    )
    .argument('<stage>', 'a stage with `uses: command`')
    .argument('<outputs...>', 'its output: a file or folder; of several outputs NAME=PATH each')
    .option('--pipeline <file>', 'YAML file', DEFAULT_PIPELINE)
    .option('--json', 'print one JSON document')
    .addHelpText('after', EXAMPLES)
    .action(async (stage: string, outputs: string[], options: AdoptOptions) =>
      terminal.leave(await adopt(terminal, {stage, outputs}, options)),
    );
}

interface Wish {
  readonly stage: string;
  readonly outputs: readonly string[];
}

async function adopt(terminal: Terminal, wish: Wish, options: AdoptOptions): Promise<ExitCode> {
  const planned = await planPipeline(terminal, {
    file: options.pipeline,
    overrides: [],
    wishes: {...noWishes, only: [wish.stage]},
  });
  if (!planned.ok) return refuse(terminal, options, planned.problems);
  const chosen = adoptable(wish.stage, planned.value);
  if (!chosen.ok) return refuse(terminal, options, chosen.problems);
  const stage = chosen.value;
  const declared = stage.type.outputs(stage.configured.params);
  const paths = pathsOf(wish, declared);
  if (!paths.ok) return refuse(terminal, options, paths.problems);
  const places = declared.map(({file}, i) => ({file, path: absolutePath(paths.value[i]!, terminal.cwd)}));
  await takeIn(terminal, planned.value, {stage, declared, places});
  answer(terminal, options, {
    kind: 'adopt',
    document: () => ({
      stage: stage.id,
      fingerprint: stage.fingerprint,
      outputs: declared.map(({name}) => name),
    }),
    text: (colours) =>
      `${colours.green('✔')} ${stage.id} has these outputs now; plans and runs say that they were adopted. \`sidestep run --force ${stage.id}\` makes them after all.\n`,
  });
  return 0;
}

/** The one stage of that name, all of whose inputs are there. */
function adoptable(name: string, {plan}: PlannedPipeline): Result<FingerprintedStage> {
  const found = plan.stages.filter(({id, configured}) => id === name || configured.declared_as === name);
  const [stage] = found;
  if (stage === undefined || found.length > 1)
    return failure({
      code: 'adopt/several',
      message: `${name} is ${found.length} stages`,
      hint: `Name one: ${found.map(({id}) => id).join(', ')}.`,
    });
  if (stage.type.name !== 'command')
    return failure({
      code: 'adopt/not-a-command',
      message: `${stage.id} is a ${stage.type.name} stage: what it makes follows from its inputs, and nothing else is taken for it`,
      hint: 'Tensors made elsewhere are named by `tensors` of a train stage, adapters by `adapter` of an export stage and by `resume_from`.',
    });
  if (stage.verdict.kind === 'cached')
    return failure({
      code: 'adopt/there-already',
      message: `${stage.id} has its outputs already`,
      hint: `sidestep why ${stage.id}`,
    });
  if (stage.verdict.kind === 'blocked') return failure(stage.verdict.problem);
  if (stage.fingerprint === undefined || stage.parts === undefined)
    return failure({
      code: 'adopt/inputs-missing',
      message: `What ${stage.id} reads is not there yet, so it is not known what the files would be the result of`,
      hint: `Run the stages before it first: sidestep run --only ${stage.reads.join(' --only ')}`,
    });
  return ok(stage as FingerprintedStage);
}

function pathsOf({outputs}: Wish, declared: readonly OutputDeclaration[]): Result<string[]> {
  if (declared.length === 1 && outputs.length === 1)
    return ok([outputs[0]!.replace(`${declared[0]!.name}=`, '')]);
  const given = new Map(
    outputs.map((text) => {
      const at = text.indexOf('=');
      return [text.slice(0, Math.max(0, at)), text.slice(at + 1)] as const;
    }),
  );
  const names = declared.map(({name}) => name);
  if (given.size === names.length && names.every((name) => given.has(name)))
    return ok(names.map((name) => given.get(name)!));
  return failure({
    code: 'adopt/other-outputs',
    message: `Expected ${names.map((name) => `${name}=PATH`).join(' ')} but found ${outputs.join(' ')}`,
    hint: 'Each output that the stage declares is named once.',
  });
}

interface TakingIn {
  readonly stage: FingerprintedStage;
  readonly declared: readonly OutputDeclaration[];
  /** Where each output is to be in a stage's folder, and where it is now. */
  readonly places: readonly {readonly file: string; readonly path: string}[];
}

/** Copied first and checked as the stage's own work is, so that what the cache holds cannot change afterwards. */
async function takeIn(
  terminal: Terminal,
  {plan, observation, runContext}: PlannedPipeline,
  {stage, declared, places}: TakingIn,
): Promise<void> {
  const {cache} = observation;
  const {state_dir} = runContext.project;
  const signal = new AbortController().signal; // Ctrl-C ends the process: an entry is written last, and whole
  await holdingTheCache({cache, state_dir, to: 'write', signal}, async () => {
    const folder = join(temporaryDir(cache.root, cache.owner.id), 'adopt');
    try {
      for (const {file, path} of places) {
        await makeFolder(dirname(join(folder, file)));
        await cp(path, join(folder, file), {recursive: true, dereference: true});
      }
      const {checks = []} = stage.configured;
      const {checkOutputs} = await import('../run/output-checks.js');
      await checkOutputs(folder, declared, checks);
      const upstream = new Map(plan.stages.map((each) => [each.id, each]));
      const read = await stageInputs(stage, {
        ...{upstream, cache},
        view: observation.world.cache,
        emit: () => {},
      });
      await commitEntry(cache, {
        format: ENTRY_FORMAT,
        fingerprint: stage.fingerprint,
        made_by: stage.type.name,
        created_at: terminal.now(),
        duration_ms: 0,
        outputs: await commitOutputs(cache, folder, declared),
        refers: [],
        made_from: read.made_from,
        warnings: [adopted(stage.id, new Date(terminal.now()))],
        about: {adopted: true} satisfies Record<string, Json>,
        parts: asJson(stage.parts),
      });
    } finally {
      await removeLeftover(folder);
    }
  });
}

function adopted(stage: string, at: Date): Problem {
  return {
    code: 'run/adopted',
    message: `The outputs of ${stage} were adopted on ${at.toISOString().slice(0, 10)}: its program did not make them here`,
    hint: `That it would leave the same is somebody's word. \`sidestep run --force ${stage}\` makes them.`,
  };
}

const EXAMPLES = `
Examples:
  $ sidestep adopt tempo measured.json
  $ sidestep adopt separate vocals=./stems/vocals drums=./stems/drums --pipeline my.yaml`;
