// Every reader of a user's file with a valid file to begin with.
import {readdirSync, readFileSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {filesBelow, root} from './project.mjs';

/**
 * `{kind, name, form, bytes, read(path)}`: `name` is where the file is below a mutant's folder, `beside` are files copied
 * next to it, `says` is what problems have to name when it is not the file itself.
 */
export async function collectReaders(reference) {
  const files = filesBelow(reference);
  const find = (end) => {
    const found = files.find((path) => path.endsWith(end));
    if (found === undefined) throw new Error(`the undisturbed run left no ${end}`);
    return found;
  };
  return [
    ...(await configReaders(find)),
    ...(await datasetReaders()),
    ...(await weightReaders(find)),
    ...(await modelReaders(find)),
    ...(await audioReaders(find)),
  ];
}

const built = (path) => import(`../../dist/${path}.js`);

function example({name, path, bytes = readFileSync(path), ...rest}) {
  return {name: name ?? basename(path), bytes, ...rest};
}

async function configReaders(find) {
  const {resolvePipeline} = await built('config/resolve');
  const {noSettings} = await built('config/user/settings');
  const {parseSettings} = await built('config/user/parse-settings');
  const {findPresets, parsePreset} = await built('config/user/preset');
  const {readLock} = await built('record/read-lock');
  const text = (path) => readFileSync(path, 'utf8');
  const presets = await findPresets({project_dir: '/nowhere', user_dir: '/nowhere'});
  const pipeline = (file) =>
    resolvePipeline({file, text: text(file), settings: noSettings(), presets, overrides: [], env: {}});
  const preset = (path) => parsePreset({name: 'preset', path, from: 'project', text: text(path)});
  const settings =
    'sidestep: 1\ncheckpoint_dir: ./c\ncolor: auto\njobs: 2\ncache: {dir: ./x, max_size_gb: 4}\n' +
    'defaults: {seed: 1, device: cpu}\nstages:\n  train: {epochs: 20, adapter: {type: lora, rank: 8}}\n';
  const yaml = (folder) => readdirSync(join(root, folder)).filter((name) => /(?<!\.lock)\.yaml$/.test(name));
  return [
    ...yaml('pipelines').map((name) =>
      example({kind: 'pipeline', form: 'text', path: join(root, 'pipelines', name), read: pipeline}),
    ),
    ...presets.slice(0, 4).map(({path}) => example({kind: 'preset', form: 'text', path, read: preset})),
    example({
      kind: 'settings',
      name: 'settings.yaml',
      form: 'text',
      bytes: Buffer.from(settings),
      read: (path) => parseSettings(path, text(path)),
    }),
    example({kind: 'lock file', form: 'text', path: find('pipeline.lock.yaml'), read: readLock}),
  ];
}

const SONG = {
  caption: 'a calm song',
  lyrics: '[verse]\nla la',
  bpm: 90,
  keyscale: 'C major',
  timesignature: '4',
  language: 'en',
};

async function datasetReaders() {
  const {parseDatasetJson} = await built('dataset/dataset-json');
  const {readSidecars} = await built('dataset/sidecar');
  const {rememberedFolders} = await built('dataset/sidecar-names');
  const {resolveSamples} = await built('worker/train/samples');
  const dataset = {
    metadata: {name: 'songs', custom_tag: 'x'},
    samples: [
      {...SONG, filename: 'a.wav'},
      {...SONG, filename: 'b.wav'},
    ],
  };
  const sidecars = (path) =>
    readSidecars(join(dirname(path), 'song.wav'), {list: rememberedFolders(), elsewhere: {}});
  const lines = Object.entries(SONG).map(([key, value]) => `${key}: ${value}`);
  const samples = (path) => resolveSamples(samplesContext(dirname(path)), 'tensors');
  const json = (value) => Buffer.from(JSON.stringify(value, null, 1));
  const sidecar = (name, bytes) =>
    example({kind: 'sidecar', name, form: name.endsWith('.json') ? 'json' : 'text', bytes, read: sidecars});
  return [
    example({
      kind: 'dataset JSON',
      name: 'dataset.json',
      form: 'json',
      bytes: json(dataset),
      read: (path) => parseDatasetJson(readFileSync(path, 'utf8'), path),
    }),
    sidecar('song.json', json(SONG)),
    sidecar('song.txt', Buffer.from(lines.join('\n'))),
    sidecar('song.caption.txt', Buffer.from(SONG.caption)),
    sidecar('song.lyrics.txt', Buffer.from(SONG.lyrics)),
    example({
      kind: 'manifest',
      name: 'manifest.json',
      form: 'json',
      bytes: json({samples: ['a.pt', {path: 'b.pt'}], total: 2}),
      read: samples,
      says: '/mutant-',
    }),
    example({
      kind: 'sample list',
      name: 'samples.json',
      form: 'json',
      bytes: json(sampleCollection()),
      read: samples,
      says: '/mutant-',
    }),
  ];
}

/** What pass 2 publishes beside its files. */
function sampleCollection() {
  const part = {hash: 'a'.repeat(64), size: 12};
  const about = {audio_hash: 'b'.repeat(64), repeats: 1, custom_tag: ''};
  return {
    kind: 'sample_collection',
    samples: [{sample: 'a.wav', about, parts: {latents: part, conditions: part}}],
  };
}

function samplesContext(folder) {
  return {
    job: {inputs: {}, params: {tensors: folder}, partial_dir: join(folder, 'partial')},
    emit: () => {},
    objectPath: (hash) => join(folder, hash),
  };
}

async function weightReaders(find) {
  const {openSafetensors} = await built('format/safetensors-read');
  const {readTorchFile} = await built('format/torch-file');
  const {readAdapter} = await built('adapter/read');
  const {readSilenceLatent} = await built('model/silence-latent');
  const all = async (path) => {
    const file = await openSafetensors(path);
    try {
      for (const name of file.tensors.keys()) await file.read(name);
    } finally {
      await file[Symbol.asyncDispose](); // `await using` is too new for Node 20
    }
  };
  const adapter = (path) => readAdapter(dirname(path));
  const weights = find('exported/peft/adapter_model.safetensors');
  const config = find('exported/peft/adapter_config.json');
  return [
    example({
      kind: 'safetensors',
      form: 'binary',
      path: find('vae/diffusion_pytorch_model.safetensors'),
      read: all,
    }),
    example({
      kind: 'torch file',
      name: 'tensor.pt',
      form: 'binary',
      path: find('silence_latent.pt'),
      read: readTorchFile,
    }),
    example({kind: 'silence', form: 'binary', path: find('silence_latent.pt'), read: readSilenceLatent}),
    example({
      kind: 'adapter weights',
      form: 'binary',
      path: weights,
      beside: [config],
      read: adapter,
      says: '/mutant-',
    }),
    example({
      kind: 'adapter config',
      form: 'json',
      path: config,
      beside: [weights],
      read: adapter,
      says: '/mutant-',
    }),
    example({
      kind: 'adapter file',
      name: 'adapter.safetensors',
      form: 'binary',
      path: find('exported/comfyui/soak.safetensors'),
      read: readAdapter,
    }),
  ];
}

async function modelReaders(find) {
  const {loadTokenizer} = await built('dataset/tokenizer');
  const {scanCheckpoint} = await built('model/checkpoint');
  const tokenizer = find('tokenizer.json');
  const tokenize = async (path) => {
    const {encode} = await loadTokenizer(dirname(path));
    return encode('A calm song with ünïcödé', 32, 'max_length');
  };
  const scan = (path) => scanCheckpoint(dirname(dirname(path)));
  const dit = find('acestep-v15-turbo/config.json');
  const weights = join(dirname(dit), 'model.safetensors');
  return [
    example({
      kind: 'tokenizer',
      form: 'json',
      path: tokenizer,
      beside: [find('tokenizer_config.json')],
      read: tokenize,
      says: '/mutant-',
    }),
    example({
      kind: 'model config',
      name: 'model/config.json',
      form: 'json',
      path: dit,
      read: scan,
      says: '/mutant-',
    }),
    example({
      kind: 'model weights',
      name: 'model/model.safetensors',
      form: 'binary',
      path: weights,
      read: scan,
      says: '/mutant-',
    }),
  ];
}

const CLIPS = join(root, 'test/dataset/audio/clips');

async function audioReaders(find) {
  const {listen} = await built('dataset/audio/sound-report');
  const {readEmbeddedTags} = await built('dataset/embedded-tags');
  const read = async (path) => {
    await readEmbeddedTags(path);
    return listen(path);
  };
  const clips = readdirSync(CLIPS).filter((name) => /\.(mp3|flac|ogg|opus)$/.test(name));
  return [
    ...clips.map((name) => example({kind: 'audio', form: 'binary', path: join(CLIPS, name), read})),
    example({kind: 'audio', name: 'clip.wav', form: 'binary', path: find('clip-1.wav'), read}),
    example({kind: 'audio', name: 'clip.aiff', form: 'binary', bytes: aiff(), read}),
  ];
}

/** A tenth of a second of 16-bit stereo at 44.1 kHz; the rate is an 80-bit float. */
function aiff() {
  const frames = 4410;
  const sound = Buffer.alloc(frames * 4);
  for (let at = 0; at < sound.length; at += 2) sound.writeInt16BE(Math.round(9000 * Math.sin(at / 30)), at);
  const common = Buffer.concat([u16(2), u32(frames), u16(16), Buffer.from('400eac44000000000000', 'hex')]);
  const chunks = [chunk('COMM', common), chunk('SSND', Buffer.concat([u32(0), u32(0), sound]))];
  return chunk('FORM', Buffer.concat([Buffer.from('AIFF'), ...chunks]));
}

function chunk(name, body) {
  return Buffer.concat([Buffer.from(name), u32(body.length), body]);
}

function u16(value) {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function u32(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
