import {join} from 'node:path';
import {type AnswerOptions, answer, refuse} from '../app/answer.js';
import {DEFAULT_PIPELINE} from '../app/pipeline-options.js';
import {projectOf, stateDirOf} from '../app/run-context.js';
import type {ExitCode, Terminal} from '../app/terminal.js';
import {didYouMean} from '../base/near-miss.js';
import type {Problem} from '../base/problem.js';
import {removeTree} from '../base/remove.js';
import {readFileHashes} from '../cache/file-hashes.js';
import {userFolder} from '../config/folders.js';
import {loadSettings} from '../config/user/settings.js';
import {type ExperimentRecord, listExperiments} from '../record/experiments.js';
import {listRuns} from '../record/run-record.js';
import type {RunningRun} from '../render/runs-text.js';
import {fileHashesPath, publishedPath} from '../run/project.js';
import {readPublished, savePublished, unpublish} from '../run/published-record.js';
import {readRecordedPipeline, runsDirOf} from './recorded-run.js';
import {runningRuns} from './running-runs.js';

type Found = ExperimentRecord & {readonly folder: string};

interface Removal {
  readonly experiments: readonly Found[];
  /** Ids. */
  readonly runs: readonly string[];
}

/** Deletes experiments with all that is theirs, and single runs. What the cache holds of them goes with the next `cache gc`. */
export async function removeRuns(
  terminal: Terminal,
  names: readonly string[],
  options: AnswerOptions & {readonly dryRun?: boolean},
): Promise<ExitCode> {
  const dir = runsDirOf(terminal, DEFAULT_PIPELINE);
  const ids = await listRuns(dir);
  const experiments = await listExperiments(stateDirOf(terminal, DEFAULT_PIPELINE));
  const unknown = names.filter(
    (name) => !ids.includes(name) && !experiments.some((each) => each.name === name),
  );
  if (unknown.length > 0)
    return refuse(
      terminal,
      options,
      unknown.map((name) => unknownName(name, [...experiments.map((each) => each.name), ...ids])),
    );
  const named = experiments.filter(({name}) => names.includes(name));
  const theirs = ids.filter((id) => named.some((each) => isOf(join(dir, id), each)));
  const running = (await runningRuns(terminal, dir)).filter(({run, experiment}) =>
    names.some((name) => name === run || name === experiment),
  );
  if (running.length > 0) return refuse(terminal, options, running.map(stillRunning));
  const removal = {
    experiments: named,
    runs: [...new Set([...theirs, ...ids.filter((id) => names.includes(id))])],
  };
  const files = options.dryRun === true ? [] : await carryOutRemoval(terminal, removal, dir);
  answer(terminal, options, {
    kind: 'runs-removed',
    document: () => ({experiments: named.map(({name}) => name), runs: removal.runs, files}),
    text: () => removalText(removal, files, options.dryRun === true ? 'would delete' : 'deleted'),
  });
  return 0;
}

function isOf(runDir: string, experiment: Found): boolean {
  const pipeline = readRecordedPipeline(runDir);
  return pipeline?.file === experiment.file && pipeline.experiment?.name === experiment.name;
}

async function carryOutRemoval(
  terminal: Terminal,
  {experiments, runs}: Removal,
  dir: string,
): Promise<string[]> {
  const settings = await loadSettings(userFolder(terminal.env));
  const gone: string[] = [];
  if (settings.ok && experiments.length > 0) {
    const project = projectOf(terminal, DEFAULT_PIPELINE, settings.value);
    const hashes = readFileHashes(fileHashesPath(project));
    let record = readPublished(publishedPath(project));
    for (const {file, name} of experiments) {
      const left = await unpublish(record, `${file}@${name}`, hashes);
      record = left.record;
      gone.push(...left.removed);
    }
    await savePublished(publishedPath(project), record);
  }
  for (const {folder} of experiments) await removeTree(folder);
  for (const id of runs) await removeTree(join(dir, id));
  return gone;
}

function removalText({experiments, runs}: Removal, files: readonly string[], verb: string): string {
  const lines = [
    ...experiments.map(({name}) => `${verb} the experiment ${name}`),
    `${verb} ${runs.length} run record${runs.length === 1 ? '' : 's'}`,
    ...(files.length > 0 ? [`deleted ${files.length} published files`] : []),
    'What the cache holds of them goes with `sidestep cache gc`.',
  ];
  return `${lines.join('\n')}\n`;
}

function stillRunning({run, pid, host}: RunningRun): Problem {
  return {
    code: 'usage/still-running',
    message: `Run ${run} is going on: process ${pid} on ${host}`,
    hint: `\`sidestep attach ${run} --stop\` stops it.`,
  };
}

function unknownName(name: string, known: readonly string[]): Problem {
  return {
    code: 'usage/unknown-run',
    message: `No experiment and no run is called ${name}`,
    hint: didYouMean(name, known) ?? '`sidestep runs` lists them.',
  };
}
