import {stat} from 'node:fs/promises';
import {dirname} from 'node:path';
import {Command} from 'commander';
import type {Adapter} from '../adapter/adapter.js';
import {baseNorms} from '../adapter/base-norms.js';
import {openBase} from '../adapter/base-weights.js';
import {fitToBase} from '../adapter/on-base.js';
import {type Provenance, readProvenance} from '../adapter/provenance.js';
import {readAdapter} from '../adapter/read.js';
import {weightChange} from '../adapter/weight-change.js';
import {type AnswerOptions, answer} from '../app/answer.js';
import type {ExitCode, Terminal} from '../app/terminal.js';
import {absolutePath} from '../config/user/settings.js';
import {adapterText, type InspectedModule} from '../render/adapter-text.js';
import {compareBase} from './trained-base.js';

interface InspectOptions extends AnswerOptions {
  readonly base?: string;
}

export function inspectCommand(terminal: Terminal): Command {
  return new Command('inspect')
    .description(
      'What is in an adapter: modules, ranks, the scale that really applies, the size of the weight change, where it came from.',
    )
    .argument(
      '<adapter>',
      'a train or export output folder, or a safetensors file (PEFT, LyCORIS, ComfyUI, diffusers)',
    )
    .option('--base <folder>', 'folder of the base model: shows each change in relation to its weight')
    .option('--json', 'print one JSON document')
    .addHelpText('after', EXAMPLES)
    .action(async (path: string, options: InspectOptions) =>
      terminal.leave(await inspect(terminal, absolutePath(path, terminal.cwd), options)),
    );
}

async function inspect(terminal: Terminal, path: string, options: InspectOptions): Promise<ExitCode> {
  const adapter = await readAdapter(path);
  const provenance = await readProvenance(await folderOf(path));
  const base_path = options.base === undefined ? undefined : absolutePath(options.base, terminal.cwd);
  const modules = await inspectModules(adapter, base_path);
  const base = base_path === undefined ? null : await compareBase(base_path, adapter, provenance);
  const inspected = {path, adapter_type: adapter.kind, modules, others: Object.keys(adapter.others), base};
  answer(terminal, options, {
    kind: 'adapter',
    document: () => ({
      ...inspected,
      config: adapter.config,
      metadata: adapter.metadata,
      provenance: provenance ?? null,
    }),
    text: (colours) =>
      adapterText(
        {...inspected, metadata: shown(adapter), about: provenance && aboutLines(provenance)},
        colours,
      ),
  });
  return 0;
}

/** Module by module; without a base the relative size is null. Throws when the adapter is of another model than the base. */
export async function inspectModules(
  adapter: Adapter,
  base_path: string | undefined,
): Promise<InspectedModule[]> {
  const names = adapter.modules.map(({name}) => name);
  await using base = base_path === undefined ? undefined : await openBase(base_path);
  if (base !== undefined) await fitToBase(adapter, base);
  const norms = base === undefined ? new Map<string, number>() : await baseNorms(base, names);
  return adapter.modules.map((module) => {
    const change = weightChange(module, adapter.kind);
    const base_norm = norms.get(module.name) ?? null;
    const norm = change.kind === 'no_closed_form' ? null : change.norm;
    return {
      module: module.name,
      rank: module.rank,
      alpha: module.alpha,
      scale: module.scale,
      change: change.kind,
      change_norm: norm,
      why: change.kind === 'no_closed_form' ? change.why : null,
      base_norm,
      relative: norm === null || base_norm === null ? null : norm / base_norm,
    };
  });
}

async function folderOf(path: string): Promise<string> {
  const info = await stat(path);
  return info.isDirectory() ? path : dirname(path);
}

/** Long values are for programs (`--json`). */
function shown({metadata}: Adapter): [string, string][] {
  return Object.entries(metadata)
    .filter(([, value]) => value.length <= 200)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function aboutLines(provenance: Provenance): [string, string][] {
  const {base_model, base, inference, global_step, epoch, loss, samples, trigger, fingerprint} = provenance;
  return [
    ['base model', `${base_model} (${base})`],
    ['inference', `shift ${inference.shift}, ${inference.steps} steps`],
    ['trained for', `${global_step} steps, ${epoch} epochs, on ${samples} samples`],
    ['loss', loss === null ? 'not finite' : String(Number(loss.toPrecision(4)))],
    ...(trigger === '' ? [] : ([['trigger', trigger]] as [string, string][])),
    ['fingerprint', fingerprint],
  ];
}

const EXAMPLES = `
Examples:
  $ sidestep inspect output/lora/peft
  $ sidestep inspect my_style.safetensors --base checkpoints/acestep-v15-turbo
  $ sidestep inspect output/lora/peft --json | jq '.modules | max_by(.change_norm).module'`;
