// What it costs to start a command: CPU time (user and system, of the process itself) and wall time, each the median of some
// rounds, beside Node alone: `node scripts/bench-start.mjs [--rounds 10] [--command "plan smoke.yaml"]`. Needs `npm run build` and
// an engine, since a run that has nothing to do is one of the commands. CPU time says the same on a busy machine; wall time does not.
import {spawnSync} from 'node:child_process';
import {cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {cpus, loadavg, tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {parseArgs} from 'node:util';
import {compiledFile} from './compiled.mjs';

const {values} = parseArgs({
  options: {rounds: {type: 'string', default: '10'}, command: {type: 'string', multiple: true}},
});
const rounds = Number(values.rounds);
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const main = compiledFile('cli/main.js');
const folder = mkdtempSync(join(tmpdir(), 'sidestep-start-'));
const meter = join(folder, 'meter.cjs');
const reading = join(folder, 'reading.json');

const commands = values.command ?? [
  '--version',
  '--help',
  'validate smoke.yaml',
  'plan smoke.yaml',
  'status smoke.yaml',
  'run smoke.yaml',
  'runs',
  'doctor',
];

try {
  writeFileSync(
    meter,
    "const {writeFileSync} = require('node:fs');\n" +
      `process.on('exit', () => writeFileSync(${JSON.stringify(reading)}, JSON.stringify(process.resourceUsage())));\n`,
  );
  cpSync(join(root, 'pipelines/smoke.yaml'), join(folder, 'smoke.yaml'));
  start([main, 'run', 'smoke.yaml']);
  console.log(
    `${cpus().length} cores, load ${loadavg()[0].toFixed(1)}, ${rounds} rounds; medians in milliseconds`,
  );
  const alone = measure('node alone', ['-e', '0']);
  for (const command of commands) measure(`sidestep ${command}`, [main, ...command.split(' ')], alone);
} finally {
  rmSync(folder, {recursive: true, force: true});
}

function measure(name, words, alone = 0) {
  const taken = Array.from({length: rounds}, () => {
    const started = performance.now();
    start(['--require', meter, ...words]);
    const wall = performance.now() - started;
    const {userCPUTime, systemCPUTime} = JSON.parse(readFileSync(reading, 'utf8'));
    return {wall, cpu: (userCPUTime + systemCPUTime) / 1000};
  });
  const cpu = median(taken.map((each) => each.cpu));
  const wall = median(taken.map((each) => each.wall));
  const over = alone === 0 ? '' : `   ${figure(cpu - alone)} over node`;
  console.log(`${name.padEnd(28)} cpu ${figure(cpu)}   wall ${figure(wall)}${over}`);
  return cpu;
}

function start(words) {
  const {status, stderr, signal} = spawnSync(process.execPath, words, {
    cwd: folder,
    encoding: 'utf8',
    env: {...process.env, SIDESTEP_CONFIG_DIR: join(folder, 'config')},
  });
  // doctor ends with 1 where the machine lacks something.
  if (signal !== null || (status !== 0 && !words.includes('doctor')))
    throw new Error(`${words.join(' ')} ended with ${status ?? signal}\n${stderr}`);
}

function median(figures) {
  return figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)];
}

function figure(milliseconds) {
  return milliseconds.toFixed(0).padStart(4);
}
