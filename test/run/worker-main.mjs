// The worker of the test stage types; it runs the built product's own serve().
import {appendFileSync, existsSync, readdirSync, writeFileSync} from 'node:fs';
import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {SidestepError} from '../../dist/base/problem.js';
import {folderChannel} from '../../dist/worker/channel/folder-channel.js';
import {openChannel, serve} from '../../dist/worker/serve.js';

/** Does as `does` says. */
async function worker({job, signal, log, emit}) {
  const {does, flag} = job.params;
  const first = flag === undefined || !existsSync(flag);
  if (flag !== undefined) writeFileSync(flag, String(process.pid));
  if (does === 'crash' || (does === 'crash once' && first)) process.kill(process.pid, 'SIGSEGV');
  if (does === 'exit') {
    console.error('the last words');
    process.exit(7);
  }
  if (does === 'throw') throw new Error('unforeseen');
  if (does === 'fill a disk') await writeFile('/dev/full', 'x');
  if (does === 'hang') await new Promise(() => setInterval(() => {}, 1000));
  if (does === 'wait') {
    await sleep(60_000, undefined, {signal}).catch(() => {});
    if (signal.aborted) return 'stopped';
  }
  if (does === 'call') {
    log('calling');
    await sleep(60_000, undefined, {signal}).catch(() => {});
    throw new SidestepError({code: 'native/cancelled', message: 'The call was cancelled'});
  }
  if (does === 'meet') {
    // Shows which device it was given, and ends when as many as it expects are there at the same time.
    const {place, expected} = job.params;
    writeFileSync(join(place, job.device === 'cpu' ? job.stage : job.device), '', {flag: 'wx'});
    while (readdirSync(place).length < expected) await sleep(20);
  }
  if (does === 'eat memory') {
    const eaten = [];
    for (;;) {
      eaten.push(Buffer.alloc(20 * 2 ** 20, 1));
      await sleep(50);
    }
  }
  if (does === 'nothing') return 'done';
  if (does === 'warn') emit({kind: 'stage_warning', problem: {code: 'test/dull', message: 'This is dull'}});
  log('about to write');
  await writeFile(join(job.out_dir, 'out.txt'), `made by ${does}`);
  return 'done';
}

async function count({job, signal, partial, emit}) {
  const {epochs, pause_ms = 0, hold_at, log, flag} = job.params;
  if (flag !== undefined) writeFileSync(flag, String(process.pid));
  const newest = await partial.newest();
  const lines = newest === undefined ? [] : (await readFile(join(newest.dir, 'lines.txt'), 'utf8')).split('\n');
  while (lines.length < epochs) {
    if (signal.aborted) return 'stopped';
    await sleep(pause_ms);
    lines.push(`epoch ${lines.length + 1}`);
    if (log !== undefined) appendFileSync(log, `${lines.length}\n`);
    await partial.save((dir) => writeFile(join(dir, 'lines.txt'), lines.join('\n')), {about: {epoch: lines.length, fingerprint: job.fingerprint}});
    emit({kind: 'stage_progress', done: lines.length, total: epochs, unit: 'epochs'});
    if (lines.length === hold_at) while (!signal.aborted) await sleep(10);
  }
  await writeFile(join(job.out_dir, 'out.txt'), lines.slice(0, epochs).join('\n'));
  return 'done';
}

/** Says in a file of its own which samples it has in hand, and waits until `go` is there or it is told to stop. */
async function released(place, {job: {parts, device}, signal, emit}) {
  const samples = [...new Set(parts.map(({sample}) => sample))];
  const file = `${process.env.SLURM_ARRAY_TASK_ID ?? ''}.${process.pid}.${device}`;
  writeFileSync(join(place, file), samples.join(' '));
  emit({kind: 'log', level: 'info', line: `has ${samples.join(' ')}`});
  while (!existsSync(join(place, 'go')) && !signal.aborted) await sleep(20);
}

async function samples({job, signal, emit, beginPart, commitPart, failSample}) {
  const {pause_ms = 0, die_after, log, hold, hold_after = 0, wait_odd} = job.params;
  let made = 0;
  const failed = new Set();
  for (const part of job.parts) {
    if (hold !== undefined && made === hold_after) await released(hold, {job, signal, emit});
    if (signal.aborted) return 'stopped';
    if (failed.has(part.sample)) continue;
    if (part.work.text.includes('bad')) {
      failed.add(part.sample);
      failSample(part.sample, {code: 'test/bad-song', message: `${part.sample} is bad`});
      continue;
    }
    beginPart(part);
    await sleep(pause_ms);
    if (part.part === 'upper' && part.work.text.includes('odd')) {
      emit({kind: 'stage_warning', problem: {code: 'test/odd-song', message: `${part.sample} is odd`, hint: 'Even it out.'}});
      while (wait_odd !== undefined && !existsSync(wait_odd)) await sleep(20);
    }
    const text = part.part === 'upper' ? part.work.text.toUpperCase() : String(part.work.text.length);
    const file = `${made}.txt`;
    await writeFile(join(job.out_dir, file), text);
    if (log !== undefined) appendFileSync(log, `${part.sample} ${part.part}\n`);
    await commitPart(part, file, {letters: text.length});
    made += 1;
    if (made === die_after) process.kill(process.pid, 'SIGKILL');
  }
  return 'done';
}

serve(
  {'test.worker': async () => worker, 'test.count': async () => count, 'test.samples': async () => samples},
  {probe: noEngine, forecast: noEngine},
  process.argv[2] === 'job' ? folderChannel(process.cwd()) : openChannel(),
);

async function noEngine() {
  throw new Error('the test worker has no engine');
}
