import {existsSync} from 'node:fs';
import {mkdir, mkdtemp, stat} from 'node:fs/promises';
import {basename, dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {Command, Option} from 'commander';
import {type AnswerOptions, answer, refuse} from '../app/answer.js';
import {type BuildTools, buildTools, compileEngine} from '../app/engine/build.js';
import {ownBuildFolder} from '../app/engine/own-builds.js';
import {ENGINE_FILE, pluginFile} from '../app/engine/platforms.js';
import type {ExitCode, Terminal} from '../app/terminal.js';
import {packageRoot} from '../app/version.js';
import {namesIn} from '../base/folder.js';
import {removeTree} from '../base/remove.js';
import {rename} from '../base/rename.js';
import {ok, type Result} from '../base/result.js';

interface BuildOptions extends AnswerOptions {
  readonly cuda: 'auto' | 'on' | 'off';
  readonly force?: boolean;
}

/** `sidestep build-engine`: the native engine, from the sources in the package, into the user's cache folder. */
export function buildEngineCommand(terminal: Terminal): Command {
  return new Command('build-engine')
    .description(
      'Compile the native engine on this machine, from the sources that came with sidestep, into your cache folder. Needed only where no ready engine was installed. Takes a few minutes, needs CMake and a C++20 compiler; downloads nothing.',
    )
    .addOption(
      new Option(
        '--cuda <when>',
        'the plugin for NVIDIA cards: auto builds it where nvcc and a card are found',
      )
        .choices(['auto', 'on', 'off'])
        .default('auto'),
    )
    .option('--force', 'compile again what is there already')
    .option('--json', 'print one JSON document')
    .addHelpText('after', EXAMPLES)
    .action(async (options: BuildOptions) => terminal.leave(await buildEngine(terminal, options)));
}

async function buildEngine(terminal: Terminal, options: BuildOptions): Promise<ExitCode> {
  const tools = await buildTools(terminal.env);
  if (!tools.ok) return refuse(terminal, options, tools.problems);
  const root = fileURLToPath(packageRoot);
  const {compiler} = tools.value;
  const folder = ownBuildFolder(root, terminal.env, `${compiler}${options.cuda === 'on' ? ' cuda' : ''}`);
  const path = join(folder, ENGINE_FILE);
  const wanted = options.force === true || !existsSync(path);
  if (wanted) {
    terminal.stderr.write(`Compiling the engine with ${compiler}: a few minutes, once.\n`);
    const built = await buildInto(folder, {root, terminal, tools: tools.value, cuda: options.cuda});
    if (!built.ok) return refuse(terminal, options, built.problems);
  }
  answer(terminal, options, {
    kind: 'build-engine',
    document: () => ({path, compiler, built: wanted}),
    text: () => `${wanted ? 'The engine is built' : 'The engine was built before'}: ${path}\n`,
  });
  return 0;
}

interface Job {
  readonly root: string;
  readonly terminal: Terminal;
  readonly tools: BuildTools;
  readonly cuda: BuildOptions['cuda'];
}

/** Compiled aside and moved: what is found in `folder` is whole. Nothing but the engine and its plugin stays. */
async function buildInto(folder: string, {root, terminal, tools, cuda}: Job): Promise<Result<string>> {
  await removeAbandoned(dirname(folder));
  await mkdir(dirname(folder), {recursive: true});
  const aside = await mkdtemp(`${folder}.building-`);
  try {
    const settings = [`SIDESTEP_CUDA=${cuda.toUpperCase()}`];
    const compiled = await compileEngine({
      sources: root,
      folder: join(aside, 'build'),
      tools,
      env: terminal.env,
      settings,
    });
    if (!compiled.ok) return compiled;
    await mkdir(folder, {recursive: true});
    const plugin = join(dirname(compiled.value), pluginFile(process.platform));
    for (const file of [plugin, compiled.value].filter((each) => existsSync(each)))
      await rename(file, join(folder, basename(file)));
    return ok(join(folder, ENGINE_FILE));
  } finally {
    await removeTree(aside);
  }
}

/** No build takes this long: what made the folder was killed. */
const ABANDONED_MS = 24 * 3600 * 1000;

async function removeAbandoned(builds: string): Promise<void> {
  for (const name of namesIn(builds).filter((each) => each.includes('.building-'))) {
    const path = join(builds, name);
    if (Date.now() - (await stat(path)).mtimeMs > ABANDONED_MS) await removeTree(path);
  }
}

const EXAMPLES = `
Examples:
  $ sidestep build-engine
  $ CXX=clang++ sidestep build-engine
  $ sidestep build-engine --cuda on`;
