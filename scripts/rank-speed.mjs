// How much faster several ranks train than one, on this machine's CPU, each rank with so many threads:
//   node scripts/rank-speed.mjs [--ranks 1,2] [--threads 1] [--hidden 256] [--layers 8] [--seconds 20] [--updates 6] [--rounds 3]
// Trains the same invented songs with each number of ranks in turn, several rounds of all of them, and prints the median time of an update;
// the first of each training, which warms up, does not count. Bytes are compared as well.
import {spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {availableParallelism, tmpdir} from 'node:os';
import {join} from 'node:path';
import {parseArgs} from 'node:util';
import {compiledFile} from './compiled.mjs';

const text = (value) => ({type: 'string', default: value});
const {values} = parseArgs({
  options: {
    ranks: text('1,2'),
    threads: text('1'),
    hidden: text('256'),
    layers: text('8'),
    seconds: text('20'),
    updates: text('6'),
    rounds: text('3'),
  },
});
const counts = values.ranks.split(',').map(Number);
const main = compiledFile('cli/main.js');
const folder = mkdtempSync(join(tmpdir(), 'sidestep-rank-speed-'));

function write(ranks) {
  const model = '${stages.model}';
  const stages = {
    tiny: {
      uses: 'fixture',
      with: {
        clips: 4,
        clip_duration: Number(values.seconds),
        hidden_size: Number(values.hidden),
        layers: Number(values.layers),
      },
    },
    model: {uses: 'scan', with: {checkpoint_dir: '${stages.tiny.checkpoint_dir}', model: 'turbo'}},
    songs: {
      uses: 'dataset',
      with: {audio_dir: '${stages.tiny.audio_dir}', dataset_json: '${stages.tiny.dataset_json}'},
    },
    latents: {uses: 'preprocess.pass1', with: {model, dataset: '${stages.songs}'}},
    conditions: {uses: 'preprocess.pass2', with: {model, latents: '${stages.latents}'}},
    train: {
      uses: 'train',
      resources: {ranks, threads: ranks * Number(values.threads)},
      with: {
        model,
        tensors: '${stages.conditions}',
        adapter: {type: 'lora', rank: 16, alpha: 16},
        gradient_accumulation_steps: 8,
        dataset_repeats: 2,
        epochs: Number(values.updates),
        logging: {tensorboard: false},
        output_dir: 'adapter',
      },
    },
  };
  writeFileSync(
    join(folder, 'p.yaml'),
    JSON.stringify({sidestep: 1, name: 'p', defaults: {device: 'cpu'}, stages}),
  );
}

/** Milliseconds of each update but the first, and the adapter's hash. */
function train(ranks) {
  write(ranks);
  const run = spawnSync(process.execPath, [main, 'run', 'p.yaml', '--json', '--force', 'train'], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    env: {...process.env, SIDESTEP_CONFIG_DIR: join(folder, '.config')},
  });
  if (run.status !== 0) throw new Error(run.stdout.slice(-2000) + run.stderr);
  const events = run.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const times = events.filter(({kind}) => kind === 'step_finished').map(({duration_ms}) => duration_ms);
  const hash = createHash('sha256')
    .update(readFileSync(join(folder, 'adapter/adapter_model.safetensors')))
    .digest('hex');
  return {times: times.slice(1), hash};
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

try {
  const times = new Map(counts.map((ranks) => [ranks, []]));
  const hashes = new Set();
  for (let round = 0; round < Number(values.rounds); round += 1)
    for (const ranks of counts) {
      const trained = train(ranks);
      times.get(ranks).push(...trained.times);
      hashes.add(trained.hash);
    }
  const first = median(times.get(counts[0]));
  console.log(
    `${availableParallelism()} processors, ${values.threads} threads a rank, 8 micro-batches an update`,
  );
  for (const ranks of counts) {
    const own = median(times.get(ranks));
    console.log(
      `${ranks} rank${ranks === 1 ? '' : 's'}: ${own} ms an update, ${(first / own).toFixed(2)} times as fast (${times.get(ranks).length} updates)`,
    );
  }
  console.log(hashes.size === 1 ? 'the same bytes each time' : `${hashes.size} different adapters`);
  if (hashes.size !== 1) process.exitCode = 1;
} finally {
  rmSync(folder, {recursive: true, force: true, maxRetries: 5});
}
