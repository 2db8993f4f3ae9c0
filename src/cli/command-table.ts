import type {Command} from 'commander';
import type {Terminal} from '../app/terminal.js';

/** A command before it is needed: `--help` lists them all without loading any. */
export interface TableRow {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<(terminal: Terminal) => Command>;
}

/** Every command, in the order of `sidestep --help`: making, asking, looking after, setting up. */
export const commandTable: readonly TableRow[] = [
  row(
    'init',
    'the wizard: answer a few questions, get a pipeline file',
    async () => (await import('./init.js')).initCommand,
  ),
  row(
    'example',
    'write a small pipeline that trains at once, without songs or a model',
    async () => (await import('./example.js')).exampleCommand,
  ),
  row(
    'run',
    'run a pipeline; what is done already is not done again',
    async () => (await import('./run.js')).runCommand,
  ),
  row('plan', 'what `run` would do, and why', async () => (await import('./plan.js')).planCommand),
  row('status', 'what is not up to date, and why', async () => (await import('./status.js')).statusCommand),
  row('why', 'why one stage must run or need not', async () => (await import('./why.js')).whyCommand),
  row(
    'graph',
    'the stages and what feeds what, as a drawing or as text',
    async () => (await import('./graph.js')).graphCommand,
  ),
  row(
    'validate',
    'check a pipeline file without running anything',
    async () => (await import('./validate.js')).validateCommand,
  ),
  row(
    'ci',
    'try a pipeline in miniature, anywhere, and compare its numbers',
    async () => (await import('./ci.js')).ciCommand,
  ),
  row(
    'watch',
    'run again whatever an edit makes stale',
    async () => (await import('./watch.js')).watchCommand,
  ),
  row('show', 'one song exactly as it will be trained', async () => (await import('./show.js')).showCommand),
  row(
    'migrate',
    'an upstream command line or preset becomes a pipeline file',
    async () => (await import('./migrate.js')).migrateCommand,
  ),
  row(
    'attach',
    'follow a running run from another terminal, and stop it',
    async () => (await import('./attach.js')).attachCommand,
  ),
  row(
    'logs',
    'what the stages of a run said, also while it goes on',
    async () => (await import('./logs.js')).logsCommand,
  ),
  row(
    'report',
    'one HTML page of a run: curves, songs, stages, hashes',
    async () => (await import('./report.js')).reportCommand,
  ),
  row(
    'ui',
    'a page of this project: runs as they go, curves, clips, songs; start and stop',
    async () => (await import('./ui.js')).uiCommand,
  ),
  row(
    'generate',
    'make one clip of music with an adapter, to listen to',
    async () => (await import('./generate.js')).generateCommand,
  ),
  row(
    'inspect',
    'what is in an adapter, and how strong it is',
    async () => (await import('./inspect.js')).inspectCommand,
  ),
  row(
    'compare',
    'two adapters, two runs or two estimates side by side',
    async () => (await import('./compare.js')).compareCommand,
  ),
  row(
    'diff',
    'two runs or git revisions: settings, what would run again, losses',
    async () => (await import('./diff.js')).diffCommand,
  ),
  row(
    'lineage',
    'what made a file, an adapter or a song, and what was made of it',
    async () => (await import('./lineage.js')).lineageCommand,
  ),
  row(
    'runs',
    'the runs and experiments of this project, sorted; delete them',
    async () => (await import('./runs.js')).runsCommand,
  ),
  row(
    'reproduce',
    'make an adapter again, from what its file says, to the same bytes',
    async () => (await import('./reproduce.js')).reproduceCommand,
  ),
  row(
    'adopt',
    'files that are there already become the result of a command stage',
    async () => (await import('./adopt.js')).adoptCommand,
  ),
  row('history', 'another name of `runs`', async () => (await import('./runs.js')).historyCommand),
  row('cache', 'finished work: ls, gc, verify', async () => (await import('./cache.js')).cacheCommand),
  row(
    'models',
    'the models in your checkpoint folder',
    async () => (await import('./models.js')).modelsCommand,
  ),
  row(
    'presets',
    'named parameters: list, show, save, import, export, delete',
    async () => (await import('./presets.js')).presetsCommand,
  ),
  row(
    'settings',
    'your own settings: get, set, path, reset',
    async () => (await import('./settings.js')).settingsCommand,
  ),
  row(
    'doctor',
    'look at this machine: what works, what is missing, how to get it',
    async () => (await import('./doctor.js')).doctorCommand,
  ),
  row(
    'build-engine',
    'compile the native engine here, where no ready one was installed',
    async () => (await import('./build-engine.js')).buildEngineCommand,
  ),
  row(
    'completion',
    'print a completion script for bash, zsh or fish',
    async () => (await import('./completion.js')).completionCommand,
  ),
];

function row(name: string, summary: string, load: TableRow['load']): TableRow {
  return {name, summary, load};
}
