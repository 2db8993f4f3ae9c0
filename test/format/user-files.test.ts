import {execFileSync} from 'node:child_process';
import {readdirSync, readFileSync} from 'node:fs';
import {cp, mkdir, rm, symlink, writeFile} from 'node:fs/promises';
import {basename, dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {describe, expect, test} from 'vitest';
import {readProvenance} from '../../src/adapter/provenance.js';
import {readAdapter} from '../../src/adapter/read.js';
import {SidestepError} from '../../src/base/problem.js';
import {loadPipeline} from '../../src/config/load.js';
import {findPresets, parsePreset} from '../../src/config/user/preset.js';
import {loadSettings} from '../../src/config/user/settings.js';
import {findSongs} from '../../src/dataset/find-songs.js';
import {readSidecars} from '../../src/dataset/sidecar.js';
import {loadTokenizer} from '../../src/dataset/tokenizer.js';
import {openSafetensors} from '../../src/format/safetensors-read.js';
import {readTorchFile} from '../../src/format/torch-file.js';
import {readUpstreamPreset} from '../../src/migrate/upstream-preset.js';
import {listModels} from '../../src/model/scan-model.js';
import {readLock} from '../../src/record/read-lock.js';
import {sampleFiles} from '../../src/worker/train/manifest.js';
import {publishedSamples} from '../../src/worker/train/samples.js';
import {defaults, tone} from '../dataset/dataset-rig.js';
import {temporaryFolder} from '../temporary-folder.js';

const golden = fileURLToPath(new URL('../golden/', import.meta.url));

/** A program part that reads a user's file: where the file lies in its folder, a right one, and the reading. */
interface Reader {
  readonly name: string;
  readonly file: string;
  readonly prepare?: (folder: string) => Promise<unknown>;
  readonly read: (path: string) => Promise<unknown>;
  /** `text`: any text is a right one; `yaml`: what is JSON may be as well. */
  readonly kind: 'json' | 'binary' | 'yaml' | 'text';
  /** The module that reads the file, of those below src/. */
  readonly source: string;
  /** A JSON text that is right here; a byte order mark and NaN are put into it. */
  readonly right: string;
}

async function failing(result: Promise<{ok: boolean; problems?: readonly unknown[]}>): Promise<unknown> {
  const settled = await result;
  if (settled.ok) return settled;
  throw new SidestepError((settled.problems as ConstructorParameters<typeof SidestepError>[0][])[0]!);
}

async function sidecar(path: string): Promise<unknown> {
  const song = join(dirname(path), `${basename(path).replace(/(\.caption)?\.\w+$/, '')}.wav`);
  const list = async () => [basename(path)];
  const {remarks, files} = await readSidecars(song, {list, elsewhere: {}});
  expect(files).toEqual([path]);
  const problems = remarks.filter(({severity}) => severity === 'error');
  return failing(Promise.resolve({ok: problems.length === 0, problems}));
}

/** What `models` says of the decoder's weights. */
async function decoderProblems(path: string): Promise<unknown> {
  const [model] = await listModels(dirname(dirname(path)));
  const [missing] = model!.found.missing.filter(({component}) => component === 'dit');
  if (missing === undefined) return model;
  throw new SidestepError({code: 'model/incomplete', message: `${missing.path}: ${missing.reason}`});
}

const readers: readonly Reader[] = [
  {
    name: 'dataset JSON',
    source: 'dataset/find-songs.ts',
    file: 'set.json',
    kind: 'json',
    prepare: (folder) => writeFile(join(folder, 'a.wav'), tone(220)),
    read: (path) => failing(findSongs({...defaults, audio_dir: dirname(path), dataset_json: path})),
    right: '[{"filename": "a.wav", "bpm": 1}]',
  },
  {
    name: 'upstream preset',
    source: 'migrate/upstream-preset.ts',
    file: 'preset.json',
    kind: 'json',
    read: (path) => failing(readUpstreamPreset(path)),
    right: '{"rank": 1}',
  },
  {
    name: 'adapter_config.json',
    source: 'adapter/read.ts',
    file: 'adapter_config.json',
    kind: 'json',
    prepare: (folder) => cp(join(golden, 'peft_files/lora'), folder, {recursive: true}),
    read: (path) => readAdapter(dirname(path)),
    right: '{"peft_type": "LORA", "r": 4, "lora_alpha": 8, "lora_dropout": 1}',
  },
  {
    name: 'manifest.json',
    source: 'worker/train/manifest.ts',
    file: 'manifest.json',
    kind: 'json',
    prepare: (folder) => writeFile(join(folder, 's.pt'), ''),
    read: (path) => sampleFiles(dirname(path)),
    right: '{"samples": ["s.pt"], "n": 1}',
  },
  {
    name: 'samples.json',
    source: 'worker/train/sample-lists.ts',
    file: 'samples.json',
    kind: 'json',
    read: (path) => publishedSamples(dirname(path)),
    right: '{"kind": "sample_collection", "samples": [], "n": 1}',
  },
  {
    name: 'config.json of a model',
    source: 'model/model-config.ts',
    file: 'mine/config.json',
    kind: 'json',
    read: (path) => listModels(dirname(dirname(path))),
    right: '{"architectures": ["AceStepConditionGenerationModel"], "n": 1}',
  },
  {
    source: 'format/safetensors-read.ts',
    name: 'safetensors',
    file: 'x.safetensors',
    kind: 'binary',
    read: openSafetensors,
    right: '',
  },
  {
    source: 'format/torch-archive.ts',
    name: 'torch file',
    file: 'x.pt',
    kind: 'binary',
    read: readTorchFile,
    right: '',
  },
  {
    name: 'tokenizer.json',
    source: 'dataset/tokenizer.ts',
    file: 'tokenizer.json',
    kind: 'binary', // no small text is a right one
    read: (path) => loadTokenizer(dirname(path)),
    right: '',
  },
  {
    name: 'pipeline',
    source: 'config/load.ts',
    file: 'pipeline.yaml',
    kind: 'yaml',
    read: (path) => failing(loadPipeline(path, {env: {}})),
    right: '{"sidestep": 1, "stages": {"f": {"uses": "fixture"}}}',
  },
  {
    name: 'preset',
    source: 'config/user/preset.ts',
    file: 'presets/preset.yaml',
    kind: 'yaml',
    read: async (path) => {
      const found = await findPresets({project_dir: dirname(dirname(path)), user_dir: dirname(path)});
      const {problems} = parsePreset(found.find((preset) => preset.path === path)!);
      return failing(Promise.resolve({ok: problems.length === 0, problems}));
    },
    right: '{"sidestep": 1, "uses": "train", "with": {"epochs": 1}}',
  },
  {
    name: 'settings.yaml',
    source: 'config/user/settings.ts',
    file: 'settings.yaml',
    kind: 'yaml',
    read: (path) => failing(loadSettings(dirname(path))),
    right: '{"jobs": 1}',
  },
  {
    name: 'lock file',
    source: 'record/read-lock.ts',
    file: 'pipeline.lock.yaml',
    kind: 'binary', // one form alone, which the program writes
    read: async (path) => {
      const found = readLock(path);
      const problems = found.ok ? [found.value.warning].filter((each) => each !== undefined) : found.problems;
      return failing(Promise.resolve({ok: problems.length === 0, problems}));
    },
    right: '',
  },
  {
    name: 'sidecar JSON',
    source: 'dataset/sidecar.ts',
    file: 'song.json',
    kind: 'json',
    read: (path) => sidecar(path),
    right: '{"caption": "x", "bpm": 1}',
  },
  {
    name: 'sidecar text',
    source: 'dataset/sidecar.ts',
    file: 'song.caption.txt',
    kind: 'text',
    read: (path) => sidecar(path),
    right: 'slow blues',
  },
  {
    name: 'index of a sharded model',
    source: 'model/component-files.ts',
    file: 'acestep-v15-turbo/model.safetensors.index.json',
    kind: 'binary', // a right one names weights, which are not there
    prepare: (folder) =>
      cp(join(golden, 'tiny_checkpoint/acestep-v15-turbo/config.json'), join(folder, 'config.json')),
    read: decoderProblems,
    right: '',
  },
  {
    name: 'sidestep.json of an adapter',
    source: 'adapter/provenance.ts',
    file: 'sidestep.json',
    kind: 'json',
    read: (path) => readProvenance(dirname(path)),
    right:
      '{"note": 1, "base_model": "turbo", "base": "turbo", "inference": {"shift": 3, "steps": 8}, "global_step": 1, "epoch": 2, "loss": null, "samples": 3, "trigger": "", "params": {}, "fingerprint": ""}',
  },
];

type Make = (path: string, right: string) => unknown;
const content = (bytes: string | Uint8Array) => (path: string) => writeFile(path, bytes);

const zoo: readonly {name: string; make: Make}[] = [
  {name: 'a folder', make: (path) => mkdir(path)},
  {name: 'a named pipe', make: (path) => execFileSync('mkfifo', [path])},
  {name: 'an endless device', make: (path) => symlink('/dev/zero', path)},
  {name: 'a link to itself', make: (path) => symlink(basename(path), path)},
  {name: 'an empty file', make: content('')},
  {name: 'white space', make: content(' \n')},
  {
    name: 'a Git LFS pointer',
    make: content('version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n'),
  },
  {name: 'a web page', make: content('<!DOCTYPE html><html><body>404</body></html>')},
  {name: 'binary', make: content(Uint8Array.from({length: 4096}, (_, i) => (i * 7919) % 251))},
  {name: 'zeros', make: content(new Uint8Array(4096))},
  {name: 'Windows-1252', make: content(Buffer.from('{"a": "it\x92s"}', 'latin1'))},
  {name: 'UTF-16 without a mark', make: content(Buffer.from('{"a": 1}', 'utf16le'))},
  {name: 'a cut text', make: (path, right) => writeFile(path, right.slice(0, -1))},
  {name: 'a trailing comma', make: (path, right) => writeFile(path, right.replace(/(?=[\]}]$)/, ','))},
  {name: 'single quotes', make: (path, right) => writeFile(path, right.replaceAll('"', "'"))},
  {name: 'lone backslashes', make: content('{"samples":\n["C:\\Users\\x\\s1.pt"]}')},
  {name: 'a number', make: content('7')},
  {name: 'deep brackets', make: content('['.repeat(100_000))},
  {name: 'deep objects', make: content('{"a":'.repeat(100_000))},
];

/** Texts that are right in a file of this kind. */
const textsThatMayBe: Readonly<Record<Reader['kind'], readonly string[]>> = {
  json: [],
  binary: [],
  yaml: ['a trailing comma', 'single quotes', 'an empty file', 'white space'],
  text: [
    'an empty file',
    'white space',
    'a web page',
    'a cut text',
    'a trailing comma',
    'single quotes',
    'lone backslashes',
    'a number',
    'deep brackets',
    'deep objects',
  ],
};

describe.skipIf(process.platform === 'win32').each(readers)('$name', ({file, prepare, read, right, kind}) => {
  async function problemWith(make: Make): Promise<unknown> {
    const path = join(await temporaryFolder(), file);
    await mkdir(dirname(path), {recursive: true});
    await prepare?.(dirname(path));
    await rm(path, {force: true});
    await make(path, right);
    return read(path).then(
      () => 'read',
      (error: unknown) => error,
    );
  }

  // samples.json or config.json as a folder, or as what leads nowhere, is none: the reader looks elsewhere
  test.each(zoo)(
    '$name is a problem with a code and the file’s name',
    {timeout: 5000},
    async ({name, make}) => {
      const found = await problemWith(make);
      if (found === 'read' && name === 'a trailing comma' && right === '') return; // nothing to put it into
      if (found === 'read' && textsThatMayBe[kind].includes(name)) return;
      if (!(found instanceof SidestepError)) throw new Error(`expected a problem, found ${String(found)}`);
      const {code, message, position} = found.problem;
      expect(code).toMatch(
        /^(file|text|json|adapter|config|dataset|record|train|tokenizer|model|safetensors|torch-file)\//,
      );
      expect(`${message} ${position?.file ?? ''}`).toContain(file);
      if (code === 'json/invalid') expect(position?.line).toBeGreaterThan(0);
    },
  );

  test
    .runIf(kind === 'json' || kind === 'yaml')
    .each([
      {name: 'a byte order mark', text: `\uFEFF${right}`},
      {name: 'Windows line ends', text: right.replaceAll(', ', ',\r\n ')},
      {name: 'UTF-16 with a mark', text: Buffer.from(`\uFEFF${right}`, 'utf16le')},
      ...(kind === 'yaml' ? [] : pythonsOwn(right)),
    ])('$name is read', async ({text}) => {
    expect(await problemWith((path) => writeFile(path, text))).toBe('read');
  });
});

/** What Python's json module writes and reads beside JSON. */
function pythonsOwn(right: string): {name: string; text: string}[] {
  return [
    {name: 'NaN, as Python writes it', text: right.replace(/: 1\b/, ': NaN')},
    {name: 'Infinity, as Python writes it', text: right.replace(/: 1\b/, ': -Infinity')},
    {name: 'a key that occurs twice', text: right.replace(/\{"/, '{"x": 1, "x": 2, "')},
  ];
}

/** Modules that read files which are not the user's, or read them otherwise, each with its reason. */
const ownFiles: Readonly<Record<string, string>> = {
  'adapter/read-lycoris.ts': 'a text within a safetensors file; a test of adapters has it',
  'adapter/reader/peft.ts': 'a text within a safetensors file that we wrote',
  'base/dotted-path.ts': 'a quoted word',
  'base/durable.ts': 'writes',
  'base/if-there.ts': 'for its callers, each of which is here by itself',
  'base/state-file.ts': 'our own sealed files',
  'cache/entry-form.ts': 'our own sealed files',
  'cache/folder-source.ts': 'checked objects of another cache',
  'cache/owner.ts': 'the system’s /proc',
  'ci/baseline.ts': 'a baseline, by the reader of JSON',
  'ci/numbers.ts': 'what stages of ours published',
  'app/colour-setting.ts': 'looks for a word; settings are read by config/user/settings.ts',
  'cli/compare.ts': 'an estimate, by the reader of JSON',
  'history/comparison.ts': 'a key that it made itself',
  'cli/completed-values.ts': 'a pipeline, of which only names are offered; any failure offers none',
  'cli/ui-pipelines.ts': 'looks into the first lines; a pipeline is read by config/load.ts',
  'cli/ui-source.ts': 'a pipeline, by the reader of text',
  'cli/ui-start.ts': 'what a command of ours says',
  'record/new-lines.ts': 'our own records',
  'run/output-checks.ts': 'JSON, by the reader of JSON',
  'run/mentioned-files.ts': 'names that a manifest mentions; what cannot be read mentions none',
  'ui/follow.ts': 'our own records',
  'ui/growing-file.ts': 'our own records',
  'ui/log-part.ts': 'our own records',
  'ui/page-files.ts': 'the page, a part of the program',
  'ui/routes.ts': 'what the page sends',
  'ui/server.ts': 'what the page sends',
  'wizard/project-files.ts': 'a list to which lines are added',
  'history/diff-side.ts': 'a pipeline or a lock file, from the disk or from git, by their own readers',
  'doctor/engine.ts': 'the driver’s /proc',
  'app/engine/libc.ts': 'the first bytes of programs',
  'doctor/machine.ts': 'our package.json',
  'app/engine/own-builds.ts': 'hashes our own sources',
  'app/engine/version-in.ts': 'our package.json',
  'cli/example.ts': 'our own example, and whether what lies in its place says the same',
  'cli/main.ts': 'our package.json',
  'cli/generate.ts': 'lyrics, by the reader of text; and what a worker of ours wrote',
  'cli/init.ts': 'settings, by the reader of text',
  'wizard/shared.ts': 'pipelines of the project, by the reader of text; what is none offers nothing',
  'wizard/tensors.ts': 'what was preprocessed elsewhere, by the reader of JSON; what is none says nothing',
  'cli/preset-file.ts': 'a preset, by the reader of text',
  'history/recorded-run.ts': 'our own records',
  'history/report-clips.ts': 'our own records',
  'cli/report.ts': 'parts of packages',
  'cli/settings.ts': 'settings, by the reader of text',
  'migrate/upstream-flags.ts': 'our own table',
  'app/version.ts': 'our package.json',
  'config/program-build.ts': 'the program itself',
  'config/remembered.ts': 'hashes bytes',
  'dataset/audio/ffmpeg.ts': 'what ffprobe says',
  'dataset/audio/file-bytes.ts': 'sound: test/dataset/audio/corpus.test.ts has its zoo',
  'dataset/dataset-json.ts': 'a text that dataset/find-songs.ts read',
  'dataset/tensors-age.ts': 'what was preprocessed elsewhere, by the readers of files and JSON',
  'dataset/embedded-tags.ts': 'sound: test/dataset/audio/corpus.test.ts has its zoo',
  'format/json.ts': 'the reader of JSON',
  'format/safetensors-metadata.ts': 'a file that we wrote',
  'format/safetensors-write.ts': 'writes',
  'format/tensorboard.ts': 'writes',
  'format/user-file.ts': 'the reader of files',
  'dataset/sidecar-json.ts': 'a text that run/write-sidecars.ts read; test/dataset/sidecar-json.test.ts',
  'format/user-json.ts': 'the reader of JSON',
  'format/user-text.ts': 'the reader of text',
  'model/hub-cache.ts': 'a revision; what is none counts as none',
  'native/call.ts': 'what the engine says',
  'protocol/frame.ts':
    'what a worker or runner of ours says; what is none is a line of its log: test/protocol/frame.test.ts',
  'record/experiments.ts': 'our own file',
  'record/parse-lock.ts': 'a text that record/read-lock.ts read',
  'record/run-record.ts': 'our own records',
  'run/boards.ts': 'numbers of a training in the cache',
  'run/cache-view.ts': 'checked objects of the cache',
  'run/commit-outputs.ts': 'what a stage just wrote; a test of commands has it',
  'run/foresee.ts': 'what a stage of ours just wrote',
  'run/light/process-group.ts': 'what the system says of its processes',
  'run/published-record.ts': 'a key that it made itself',
  'run/sample-attempt.ts': 'what a worker of ours wrote',
  'run/slurm/mailbox.ts': 'messages and the end of a log of workers of ours',
  'run/write-sidecars.ts': 'a sidecar that is to be completed or overwritten, by the reader of text',
  'worker/ask/answer.ts': 'what a server says: test/worker/ask.test.ts has its zoo',
  'worker/ask/refusal.ts': 'what a server says: test/worker/ask.test.ts has its zoo',
  'worker/channel/folder-channel.ts': 'messages of a runner of ours',
  'worker/pack.ts': 'samples that it just made or copied',
  'worker/train/metrics.ts': 'our own file',
  'worker/train/options.ts': 'an estimate, by the reader of JSON',
  'worker/train/restate.ts': 'our own file',
  'worker/train/resume.ts': 'a copy',
};

test('every module that reads a file has a place here', () => {
  const src = fileURLToPath(new URL('../../src/', import.meta.url));
  const reads =
    /\b(?:readFile|readFileSync|openSync|JSON\.parse|readUser\w+|readIfThere|openUserFile|decodeText|parseUser\w+|files\.read)\(|import \{[^}]*\bopen\b[^}]*\} from 'node:fs/;
  const modules = readdirSync(src, {recursive: true, encoding: 'utf8'})
    .filter(
      (name) => name.endsWith('.ts') && !name.startsWith('schema/') && !name.startsWith('render/report/'),
    )
    .filter((name) =>
      reads.test(readFileSync(join(src, name), 'utf8').replaceAll(/^\s*(?:\/\/|\*|\/\*).*$/gm, '')),
    );
  const fed = readers.map(({source}) => source);
  const unknown = modules.filter((name) => !fed.includes(name) && !(name in ownFiles));
  expect(unknown, 'feed them to the zoo, or say why not').toEqual([]);
  expect(
    [...fed, ...Object.keys(ownFiles)].filter((name) => !modules.includes(name)),
    'they read nothing',
  ).toEqual([]);
});
