import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {isDeepStrictEqual} from 'node:util';
import type {Adapter} from '../../src/adapter/adapter.js';
import {
  comfyuiLayout,
  comfyuiPrefix,
  type LayoutFile,
  type LayoutOptions,
  lycorisLayout,
  peftLayout,
} from '../../src/adapter/layout.js';
import {readAdapter} from '../../src/adapter/read.js';
import {openSafetensors} from '../../src/format/safetensors-read.js';
import {exact, type Verdict} from './verdict.js';

const options: LayoutOptions = {name: 'adapter', dtype: 'F32', metadata: {}};

/** `peft_files/`: adapters as upstream saves them must come out of our writers as they went in, and ComfyUI files alike. */
export async function judgeAdapterFiles(folder: string): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const kind of ['lora', 'dora', 'oft']) {
    const files = peftLayout(await readAdapter(join(folder, kind)), options);
    const wrong = await differences(files, join(folder, kind, 'adapter_model.safetensors'));
    const config = files.find((file) => file.kind === 'json');
    const expected = JSON.parse(await readFile(join(folder, kind, 'adapter_config.json'), 'utf8')) as unknown;
    if (config?.kind !== 'json' || !isDeepStrictEqual(config.value, expected))
      wrong.push('adapter_config.json');
    verdicts.push(exact(`peft_files/${kind}`, wrong));
  }
  for (const kind of ['lokr', 'loha']) {
    const files = lycorisLayout(await readAdapter(join(folder, kind)), options);
    verdicts.push(
      exact(
        `peft_files/${kind}`,
        await differences(files, join(folder, kind, `${kind}_weights.safetensors`)),
      ),
    );
  }
  return [...verdicts, ...(await comfyuiFiles(folder))];
}

async function comfyuiFiles(folder: string): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const kind of ['lora', 'dora'])
    for (const style of ['native', 'generic'] as const)
      for (const normalized of ['', '_normalized']) {
        const adapter = await readAdapter(join(folder, kind));
        const shown = normalized ? alphaSetToRank(adapter) : adapter;
        const files = comfyuiLayout(shown, {...options, prefix: comfyuiPrefix(style)});
        const name = `comfyui_${kind}_${style}${normalized}.safetensors`;
        verdicts.push(exact(`peft_files/${name}`, await differences(files, join(folder, name))));
      }
  return verdicts;
}

/** Upstream's "normalized" export: alpha is overwritten by the rank and the factors stay, so the adapter grows weaker. */
function alphaSetToRank(adapter: Adapter): Adapter {
  return {...adapter, modules: adapter.modules.map((module) => ({...module, alpha: module.rank, scale: 1}))};
}

async function differences(files: readonly LayoutFile[], path: string): Promise<string[]> {
  const written = files.find((file) => file.kind === 'safetensors');
  if (written?.kind !== 'safetensors') return ['nothing was written'];
  await using expected = await openSafetensors(path);
  const names = new Set([...expected.tensors.keys(), ...Object.keys(written.tensors)]);
  const wrong: string[] = [];
  for (const name of names) {
    const found = written.tensors[name];
    const known = expected.tensors.has(name) ? await expected.read(name) : undefined;
    const equal =
      found !== undefined &&
      known !== undefined &&
      found.dtype === known.dtype &&
      isDeepStrictEqual(found.shape, known.shape) &&
      Buffer.compare(found.data, known.data) === 0;
    if (!equal) wrong.push(name);
  }
  return wrong;
}
