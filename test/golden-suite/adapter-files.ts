import {readdir, readFile} from 'node:fs/promises';
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
import {broken, exact, type Verdict} from './verdict.js';

const options: LayoutOptions = {name: 'adapter', dtype: 'F32', metadata: {}};

/**
 * `peft_files/`: adapters as upstream saves them, whichever the folder holds, must come out of our writers as they went in,
 * and ComfyUI files alike.
 */
export async function judgeAdapterFiles(folder: string): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const entry of (await readdir(folder, {withFileTypes: true})).sort(byName)) {
    const name = `peft_files/${entry.name}`;
    const wrong = entry.isDirectory()
      ? savedAdapter(join(folder, entry.name))
      : entry.name.startsWith('comfyui_') && entry.name.endsWith('.safetensors')
        ? comfyuiFile(folder, entry.name)
        : undefined;
    if (wrong === undefined) continue;
    verdicts.push(
      await wrong.then(
        (names) => exact(name, names),
        (error: unknown) => broken(name, error),
      ),
    );
  }
  return verdicts;
}

function byName(a: {readonly name: string}, b: {readonly name: string}): number {
  return a.name < b.name ? -1 : 1;
}

async function savedAdapter(path: string): Promise<string[]> {
  const adapter = await readAdapter(path);
  if (adapter.kind === 'lokr' || adapter.kind === 'loha')
    return differences(lycorisLayout(adapter, options), join(path, `${adapter.kind}_weights.safetensors`));
  const files = peftLayout(adapter, options);
  const wrong = await differences(files, join(path, 'adapter_model.safetensors'));
  const config = files.find((file) => file.kind === 'json');
  const expected = JSON.parse(await readFile(join(path, 'adapter_config.json'), 'utf8')) as unknown;
  // As it is written: what was read may have objects of another make.
  const written: unknown = config?.kind === 'json' ? JSON.parse(JSON.stringify(config.value)) : undefined;
  const equal = isDeepStrictEqual(written, expected);
  return equal ? wrong : [...wrong, 'adapter_config.json'];
}

/** `comfyui_<adapter>_<native or generic>[_normalized].safetensors`, made from the adapter folder of that name. */
async function comfyuiFile(folder: string, name: string): Promise<string[]> {
  const [, kind, style, normalized] =
    /^comfyui_(.+)_(native|generic)(_normalized)?\.safetensors$/.exec(name) ?? [];
  if (kind === undefined) return ['its name does not say what it was made from'];
  const adapter = await readAdapter(join(folder, kind));
  const shown = normalized ? alphaSetToRank(adapter) : adapter;
  const prefix = comfyuiPrefix(style as 'native' | 'generic');
  return differences(
    comfyuiLayout(shown, {...options, prefix, dora_scales: asUpstream(shown)}),
    join(folder, name),
  );
}

/** Upstream's "normalized" export: alpha is overwritten by the rank and the factors stay, so the adapter grows weaker. */
function alphaSetToRank(adapter: Adapter): Adapter {
  return {...adapter, modules: adapter.modules.map((module) => ({...module, alpha: module.rank, scale: 1}))};
}

/** Upstream writes magnitudes as they are; ours are over the norms of a base, which these files come without. */
function asUpstream({modules}: Adapter): Map<string, Float32Array> {
  return new Map(
    modules.flatMap(({name, weights}) =>
      weights.kind === 'lora' && weights.magnitude ? [[name, weights.magnitude] as const] : [],
    ),
  );
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
      sameShape(name, found.shape, known.shape) &&
      Buffer.compare(found.data, known.data) === 0;
    if (!equal) wrong.push(name);
  }
  return wrong;
}

/** Upstream writes `dora_scale` as [out], which ComfyUI takes for scales of columns; ours is [out, 1]. */
function sameShape(name: string, found: readonly number[], known: readonly number[]): boolean {
  const meant = name.endsWith('.dora_scale') ? [...known, 1] : known;
  return isDeepStrictEqual(found, meant);
}
