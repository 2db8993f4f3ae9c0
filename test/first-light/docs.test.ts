import {spawn} from 'node:child_process';
import {cpSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {delimiter} from 'node:path';
import {expect, test} from 'vitest';
import {writeFixtureCheckpoint} from '../../src/worker/fixture/checkpoint.js';
import {Folder, installed} from '../cli/sidestep.js';
import {tone} from '../dataset/dataset-rig.js';
import {root} from './project.js';

/** What a reader has who follows a page: models, songs, the example pipelines, a preset of upstream's. */
async function readersFolder(): Promise<Folder> {
  const folder = new Folder({'my_preset.json': JSON.stringify({rank: 16, learning_rate: 1e-4, epochs: 3})});
  for (const model of ['turbo', 'base'] as const)
    await writeFixtureCheckpoint(folder.file('checkpoints'), {model, hidden_size: 32, layers: 1, seed: 1});
  for (const [index, name] of ['first song', 'second song'].entries()) {
    folder.write(`my_audio/${name}.txt`, `caption: tune ${index}\n`);
    writeFileSync(folder.file(`my_audio/${name}.wav`), tone(200 + index));
  }
  cpSync(`${root}pipelines`, folder.file('pipelines'), {
    recursive: true,
    filter: (path) => !path.includes('.sidestep'),
  });
  return folder;
}

interface Said {
  readonly code: number | null;
  readonly output: string;
}

async function paste(line: string, {path}: Folder): Promise<Said> {
  const child = spawn('sh', ['-c', line], {
    cwd: path,
    env: {
      PATH: `${installed}${delimiter}${process.env.PATH}`,
      HOME: `${path}/.home`, // a home folder itself is no project
      SIDESTEP_CONFIG_DIR: `${path}/.config`,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  return new Promise((resolve) => child.on('close', (code) => resolve({code, output})));
}

/** Fenced blocks in their order: a pipeline is the file that the next commands name. */
function blocksOf(page: string): {language: string; text: string}[] {
  const text = readFileSync(`${root}${page}`, 'utf8');
  return [...text.matchAll(/^( *)```(sh|bash|yaml)\n([\s\S]*?)^ *```$/gm)].map(
    ([, indent, language, body]) => ({
      language: language!,
      text: body!.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    }),
  );
}

/** Our part of each line; what `jq` makes of it is not ours. */
function commandsIn(text: string): string[] {
  return text.split('\n').flatMap((line) => /^(?:npx )?(sidestep [^|#]*)/.exec(line)?.[1]?.trim() ?? []);
}

/** Commands that cannot run alone, one after the other, on a machine with a CPU: why, and which test has them. All are parsed in test/docs. */
const elsewhere: ReadonlyMap<string, string> = new Map([
  ['sidestep init', 'somebody must answer: test/cli/init.test.ts'],
  ['sidestep watch', 'never ends by itself: test/watch'],
  ['sidestep attach', 'needs a run beside it: test/cli/attach.test.ts'],
  ['sidestep attach --stop', 'needs a run beside it: test/cli/attach.test.ts'],
  ['sidestep ui', 'never ends by itself: test/cli/ui.test.ts'],
  [
    'sidestep ui pipelines/lora.yaml --open',
    'never ends by itself, and opens a browser: test/cli/ui.test.ts',
  ],
  ['sidestep ui --port 8123', 'never ends by itself: test/cli/ui.test.ts'],
  ['sidestep doctor pipelines/cluster.yaml', 'needs Slurm: test/cluster/doctor.test.ts'],
  ['sidestep plan pipelines/cluster.yaml', 'needs Slurm: test/cluster/slurm.test.ts'],
  ['sidestep run pipelines/cluster.yaml', 'needs Slurm: test/cluster/slurm.test.ts'],
]);

/** What a reader would do between two commands of a page. */
const between: Readonly<Record<string, string>> = {
  'sidestep settings set defaults.device cuda:1': 'sidestep settings reset defaults.device', // no second card here
};

const trained = 'sidestep run pipelines/lora.yaml';

/** What a page takes for granted. */
const before: Readonly<Record<string, readonly string[]>> = {
  'docs/following.md': ['cp pipelines/smoke.yaml pipeline.yaml', 'sidestep run'],
  'docs/results.md': [trained],
  'docs/reproducing.md': [
    trained,
    'cp output/lora/comfyui/*.safetensors blues.safetensors',
    'cp -r my_audio songs',
  ],
  'docs/ci.md': ['sidestep init --songs my_audio'],
  'docs/troubleshooting.md': ['sidestep init --songs my_audio'],
};

/** Pages with commands of ours in blocks; a page that gets its first one is run from then on. */
const pages = [
  'README.md',
  ...readdirSync(`${root}docs`)
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
].filter((page) =>
  blocksOf(page).some(({language, text}) => language !== 'yaml' && commandsIn(text).length > 0),
);

test('what is left out here is in some page', () => {
  const all = pages.flatMap(blocksOf).flatMap(({text}) => commandsIn(text));
  expect([...elsewhere.keys()].filter((line) => !all.includes(line))).toEqual([]);
});

test.each(pages)(
  '%s: every command does what the page says, one after the other',
  async (page) => {
    const folder = await readersFolder();
    const blocks = blocksOf(page);
    for (const line of before[page] ?? []) {
      const {code, output} = await paste(line, folder);
      expect(code, `${line}\n${output}`).toBe(0);
    }
    let ran = 0;
    for (const [index, {language, text}] of blocks.entries()) {
      if (language === 'yaml') {
        const [, name] = /sidestep run (\S+\.yaml)/.exec(blocks[index + 1]?.text ?? '') ?? [];
        if (name !== undefined) folder.write(name, text);
        continue;
      }
      for (const line of commandsIn(text).filter((each) => !elsewhere.has(each))) {
        const {code, output} = await paste(line, folder);
        expect(code, `${line}\n${output}`).toBe(0);
        if (between[line] !== undefined) await paste(between[line], folder);
        ran += 1;
      }
    }
    const left = blocks.flatMap(({text}) => commandsIn(text)).filter((line) => elsewhere.has(line));
    expect(ran + left.length).toBeGreaterThan(0);
  },
  180_000,
);
