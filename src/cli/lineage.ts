import {statSync} from 'node:fs';
import {join} from 'node:path';
import {Command} from 'commander';
import {readProvenance} from '../adapter/provenance.js';
import {type AnswerOptions, answer, refuse} from '../app/answer.js';
import {DEFAULT_PIPELINE} from '../app/pipeline-options.js';
import {projectOf} from '../app/run-context.js';
import type {ExitCode, Terminal} from '../app/terminal.js';
import {hashFile} from '../base/hash.js';
import {failure, ok, type Result} from '../base/result.js';
import {readEntries} from '../cache/inventory.js';
import {lineageOf, type Relative} from '../cache/lineage.js';
import {openCache} from '../cache/open.js';
import {userFolder} from '../config/folders.js';
import {absolutePath, loadSettings} from '../config/user/settings.js';
import {loadRun, runsDirOf} from '../history/recorded-run.js';
import {listRuns} from '../record/run-record.js';
import {type LineageMember, type LineageView, lineageText} from '../render/lineage-text.js';
import {listFolder} from '../run/observe-files.js';

interface LineageOptions extends AnswerOptions {
  readonly pipeline: string;
}

export function lineageCommand(terminal: Terminal): Command {
  return new Command('lineage')
    .description(
      'What made a file, an adapter or a song, from what, and what was made of it, as far as the cache knows; found by content, wherever the file is now.',
    )
    .argument('<file>', 'a file or folder: a song, an adapter, an export')
    .option('--pipeline <file>', 'a YAML file of the project whose cache is asked', DEFAULT_PIPELINE)
    .option('--json', 'print one JSON document')
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, options: LineageOptions) =>
      terminal.leave(await lineage(terminal, file, options)),
    );
}

async function lineage(terminal: Terminal, file: string, options: LineageOptions): Promise<ExitCode> {
  const path = absolutePath(file, terminal.cwd);
  const contents = await contentsOf(path);
  if (!contents.ok) return refuse(terminal, options, contents.problems);
  const settings = await loadSettings(userFolder(terminal.env));
  if (!settings.ok) return refuse(terminal, options, settings.problems);
  const project = projectOf(terminal, options.pipeline, settings.value);
  const entries = await readEntries(openCache(project.cache_dir));
  const byContent = lineageOf(contents.value.hashes, entries);
  const {fingerprint} = contents.value;
  const isUnknown = byContent.made_by.length === 0 && fingerprint !== undefined;
  const family = isUnknown ? lineageOf([fingerprint], entries) : byContent;
  const stages = await stagesByFingerprint(terminal, options.pipeline);
  const membersOf = (relatives: readonly Relative[]) => members(relatives, stages);
  const view: LineageView = {
    path: file,
    hash: contents.value.hashes[0]!,
    files: contents.value.hashes.length,
    made_by: membersOf(family.made_by),
    made_of_it: membersOf(family.made_of_it),
  };
  answer(terminal, options, {
    kind: 'lineage',
    document: () => view,
    text: (colours) => lineageText(view, colours),
  });
  return 0;
}

interface Contents {
  readonly hashes: readonly string[];
  /** Of the training that an adapter's own file names: known even where its tensors were written again. */
  readonly fingerprint: string | undefined;
}

/** Of a file, or of all files in a folder. */
async function contentsOf(path: string): Promise<Result<Contents>> {
  const stat = statSync(path, {throwIfNoEntry: false});
  if (stat === undefined)
    return failure({
      code: 'file/missing',
      message: `${path} does not exist`,
      hint: 'Name a file or folder, such as a song or an exported adapter.',
    });
  if (!stat.isDirectory()) return ok({hashes: [(await hashFile(path)).hash], fingerprint: undefined});
  const files = listFolder(path).map((name) => join(path, name));
  if (files.length === 0) return failure({code: 'run/nothing-to-read', message: `${path} holds no file`});
  const hashes = [];
  for (const file of files) hashes.push((await hashFile(file)).hash);
  return ok({hashes, fingerprint: (await readProvenance(path))?.fingerprint});
}

interface NamedStage {
  readonly stage: string;
  readonly run: string;
  readonly pipeline: string;
}

/** What the stages of recorded runs had for fingerprints; of several runs the newest names it. */
async function stagesByFingerprint(terminal: Terminal, pipeline: string): Promise<Map<string, NamedStage>> {
  const dir = runsDirOf(terminal, pipeline);
  const stages = new Map<string, NamedStage>();
  for (const id of await listRuns(dir)) {
    const run = await loadRun(terminal, dir, id);
    if (!run.ok) continue;
    for (const {configured, fingerprint} of run.value.recorded)
      if (fingerprint !== undefined)
        stages.set(fingerprint, {stage: configured.id, run: run.value.run, pipeline: run.value.file});
  }
  return stages;
}

/** Parts of samples of one kind at one distance are one member. */
function members(relatives: readonly Relative[], stages: ReadonlyMap<string, NamedStage>): LineageMember[] {
  const grouped = new Map<string, LineageMember>();
  for (const {entry, distance} of relatives) {
    const named = stages.get(entry.fingerprint);
    const key = named === undefined ? `${distance} ${entry.made_by}` : entry.fingerprint;
    const before = grouped.get(key);
    grouped.set(key, {
      made_by: entry.about.adopted === true ? `${entry.made_by}, adopted` : entry.made_by,
      distance,
      stage: named?.stage ?? null,
      run: named?.run ?? null,
      pipeline: named?.pipeline ?? null,
      created_at: Math.max(before?.created_at ?? 0, entry.created_at),
      fingerprints: [...(before?.fingerprints ?? []), entry.fingerprint],
    });
  }
  return [...grouped.values()];
}

const EXAMPLES = `
Examples:
  $ sidestep lineage output/blues/peft
  $ sidestep lineage songs/march.flac
  $ sidestep lineage output/blues.safetensors --json | jq '.made_by[].stage'`;
