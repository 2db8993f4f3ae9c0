import {Command} from 'commander';
import {type AnswerOptions, answer, refuse} from '../app/answer.js';
import type {ExitCode, Terminal} from '../app/terminal.js';
import {failure, ok, type Result} from '../base/result.js';
import {userFolder} from '../config/folders.js';
import {absolutePath, loadSettings} from '../config/user/settings.js';
import type {FoundModel} from '../model/model.js';
import {nearModels, searchModels} from '../model/model-name.js';
import {listModels} from '../model/scan-model.js';
import {modelTable} from '../render/model-text.js';

interface ModelsOptions extends AnswerOptions {
  readonly dir?: string;
}

export function modelsCommand(terminal: Terminal): Command {
  return new Command('models')
    .description(
      'The ACE-Step models in your checkpoint folder, official and fine-tuned, and what incomplete ones lack.',
    )
    .argument('[query]', 'part of a name; letters may be left out', '')
    .option('--dir <folder>', 'checkpoint folder (setting checkpoint_dir)')
    .option('--json', 'print one JSON document')
    .addHelpText('after', EXAMPLES)
    .action(async (query: string, options: ModelsOptions) =>
      terminal.leave(await models(terminal, query, options)),
    );
}

async function models(terminal: Terminal, query: string, options: ModelsOptions): Promise<ExitCode> {
  const dir = await checkpointDir(terminal, options);
  if (!dir.ok) return refuse(terminal, options, dir.problems);
  const all = (await listModels(dir.value)).map(({found}) => found);
  const names = searchModels(
    query,
    all.map(({name}) => name),
  );
  const found = names.flatMap((name) => all.filter((model) => model.name === name));
  if (found.length === 0 && query !== '') return refuse(terminal, options, [noneLike(query, all, dir.value)]);
  answer(terminal, options, {
    kind: 'models',
    document: () => ({checkpoint_dir: dir.value, models: found.map(documentOf)}),
    text: (colours) => modelTable(found, dir.value, colours),
  });
  return 0;
}

async function checkpointDir(terminal: Terminal, options: ModelsOptions): Promise<Result<string>> {
  if (options.dir !== undefined) return ok(absolutePath(options.dir, terminal.cwd));
  const settings = await loadSettings(userFolder(terminal.env));
  if (!settings.ok) return settings;
  const dir = settings.value.values.checkpoint_dir;
  if (dir !== undefined) return ok(dir);
  return failure({
    code: 'usage/no-checkpoint-folder',
    message: 'It is not known where your models are',
    hint: 'Add --dir ./checkpoints, or once and for all: sidestep settings set checkpoint_dir ./checkpoints',
  });
}

function noneLike(query: string, all: readonly FoundModel[], dir: string) {
  const near = nearModels(
    query,
    all.map(({name}) => name),
  );
  return {
    code: 'model/unknown',
    message: `No model in ${dir} is called anything like ${query}`,
    hint: near.length > 0 ? `Did you mean ${near.join(' or ')}?` : 'Without a query, all are listed.',
  };
}

function documentOf(model: FoundModel): object {
  return {
    ...model,
    base: model.base ?? null,
    timestep_mu: model.timestep_mu ?? null,
    timestep_sigma: model.timestep_sigma ?? null,
  };
}

const EXAMPLES = `
Examples:
  $ sidestep models --dir ./checkpoints
  $ sidestep models turbo
  $ sidestep models --json | jq -r '.models[].name'`;
