import type {Command} from 'commander';
import type {AnswerOptions} from '../app/answer.js';
import {collect, DEFAULT_PIPELINE} from '../app/pipeline-options.js';
import {equalsAfterPath} from '../base/dotted-path.js';
import {didYouMean, listed} from '../base/near-miss.js';
import type {Problem} from '../base/problem.js';
import {ok, type Result} from '../base/result.js';
import {schemas} from '../schema/schemas.generated.js';
import {adapterKinds} from '../stage/adapter-kinds.js';
import {type AnswerId, type BasicId, basicIds, type SomeAnswers} from './answers.js';
import {type DetailId, isDetailId, stageTypeOf} from './details.js';

export interface InitOptions extends AnswerOptions, Partial<Record<BasicId, string>> {
  readonly rank?: string;
  readonly learningRate?: string;
  readonly epochs?: string;
  readonly set: readonly string[];
  readonly output: string;
  readonly yes?: boolean;
  readonly force?: boolean;
  readonly projectFiles?: boolean;
  readonly run?: boolean;
}

export function addInitOptions(command: Command): Command {
  return command
    .option('--checkpoints <folder>', 'folder of the ACE-Step checkpoints (remembered)')
    .option('--model <name>', 'model: number, or part of its name')
    .option('--base <name>', 'turbo, base or sft: what an unknown fine-tune descends from')
    .option(
      '--source <what>',
      'songs, or tensors that are preprocessed already (seen from the folder itself)',
    )
    .option('--songs <path>', 'audio folder, dataset JSON, or folder of tensors')
    .option('--tag <word>', 'trigger word for every caption')
    .option('--adapter <type>', adapterKinds.join(', ').replace(/, (\w+)$/, ' or $1'))
    .option('--preset <name>', 'preset of the train stage')
    .option('--detail <level>', 'basic, or advanced to be asked for the details of adapter and training')
    .option('--measure <use>', 'measure the songs first: modules, ranks (lora and dora), or no')
    .option('--include <file>', 'take stages from a piece of the project, or no')
    .option(
      '--profiles <file>',
      'profiles of machines as that file has them; this: begin with this machine; or no',
    )
    .option(
      '--set <path=value>',
      'a detail in place of what the preset says, e.g. train.adapter.alpha=32 (repeatable)',
      collect,
      [],
    )
    .option('--rank <number>', 'short for --set train.adapter.rank=…')
    .option('--learning-rate <number>', 'short for --set train.optimizer.learning_rate=…')
    .option('--epochs <number>', 'short for --set train.epochs=…')
    .option('--name <name>', 'name of the pipeline')
    .option('-o, --output <file>', 'file to write', DEFAULT_PIPELINE)
    .option('-y, --yes', 'take the default of every answer that is not given')
    .option('--force', 'replace an existing file')
    .option(
      '--project-files',
      'also write .gitignore and .vscode/settings.json; what is there stays, missing lines are added',
    )
    .option('--run', 'run it at once')
    .option('--json', 'print one JSON document; asks nothing');
}

/** Keys that the wizard asks for in words of its own. */
const sameAs: Readonly<Record<string, BasicId>> = {
  'model.checkpoint_dir': 'checkpoints',
  'model.model': 'model',
  'model.base_model': 'base',
  'songs.audio_dir': 'songs',
  'songs.dataset_json': 'songs',
  'songs.custom_tag': 'tag',
  'train.tensors': 'songs',
  'train.adapter.type': 'adapter',
  'train.preset': 'preset',
};

/** Pure: the answers that were given as options, not yet checked. Problems: a `--set` that names no parameter. */
export function givenIn({rank, learningRate, epochs, set, ...options}: InitOptions): Result<SomeAnswers> {
  const answers: Partial<Record<AnswerId, string>> = {};
  for (const id of basicIds) if (options[id] !== undefined) answers[id] = options[id];
  const short: readonly (readonly [DetailId, string | undefined])[] = [
    ['train.adapter.rank', rank],
    ['train.optimizer.learning_rate', learningRate],
    ['train.epochs', epochs],
  ];
  for (const [id, text] of short) if (text !== undefined) answers[id] = text;
  const problems: Problem[] = [];
  for (const text of set) {
    const equals = equalsAfterPath(text);
    const path = text.slice(0, Math.max(equals, 0)).trim();
    const problem = pathProblem(path);
    if (problem !== undefined) problems.push(problem);
    else answers[sameAs[path] ?? (path as DetailId)] = text.slice(equals + 1).trim();
  }
  return problems.length > 0 ? {ok: false, problems} : ok(answers);
}

function pathProblem(path: string): Problem | undefined {
  const code = 'config/bad-override';
  if (path === '')
    return {code, message: 'Expected --set path=value', hint: 'For instance --set train.adapter.alpha=32.'};
  if (Object.hasOwn(sameAs, path)) return undefined;
  const [stage, key] = path.split('.') as [string, string | undefined];
  const stages = Object.keys(stageTypeOf);
  if (!isDetailId(path))
    return {
      code,
      message: `No parameter is called ${path}`,
      hint: didYouMean(stage, stages) ?? `It starts with a stage: ${listed(stages)}.`,
    };
  if (!Object.hasOwn(schemas.stage!.properties!, key!)) return undefined;
  return {
    code,
    message: `${path} is no parameter of the stage`,
    hint: 'Write it into the file, beside `uses`.',
  };
}
