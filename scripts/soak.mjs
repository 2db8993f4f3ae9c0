// Soak test: breaks the real command in every way a machine can, for as long as one lets it.
//
//   npm run soak -- [--seconds 600] [--rounds N] [--seed 7] [--only kill,disk,runners,corruption,fuzz,person,cluster] [--acts 12] [--keep]
//
// Each round draws what it does from a seed of its own, which its line shows; `--seed S --only KIND --rounds 1` repeats it
// (as far as instants can be repeated). A round fails when a published byte or the lock file differs from an undisturbed run,
// when something is left behind, or when an accident is called a bug. See docs/testing.md.
import {existsSync} from 'node:fs';
import {parseArgs} from 'node:util';
import {clusterRound} from './soak/cluster.mjs';
import {corruptionRound} from './soak/corruption.mjs';
import {diskRound} from './soak/disk.mjs';
import {buildShim} from './soak/fault-shim.mjs';
import {fuzzRound} from './soak/fuzz.mjs';
import {killRound} from './soak/kill.mjs';
import {personRound} from './soak/person.mjs';
import {newProject, root} from './soak/project.mjs';
import {nextSeed} from './soak/random.mjs';
import {takeReferences} from './soak/reference.mjs';
import {runnersRound} from './soak/runners.mjs';
import {startSlurm} from './soak/slurm.mjs';

const ROUNDS = {
  kill: killRound,
  disk: diskRound,
  runners: runnersRound,
  corruption: corruptionRound,
  fuzz: fuzzRound,
  person: personRound,
  cluster: clusterRound,
};
const usage = `usage: npm run soak -- [--seconds 600] [--rounds N] [--seed 7] [--only ${Object.keys(ROUNDS).join(',')}] [--acts 12] [--keep]`;

process.exitCode = await main();

async function main() {
  const options = readOptions();
  if (typeof options === 'string') return refuse(options);
  for (const path of ['dist/cli/main.js', 'build/addon/Release/sidestep.node'])
    if (!existsSync(`${root}/${path}`))
      return refuse(`${path} is not built: run \`npm run build\` and \`npm run native\` first.`);
  const {kinds: shimmed, shim} = withShim(options.kinds);
  const {kinds, slurm} = withSlurm(shimmed);
  if (kinds.length === 0) return 0;
  const started = Date.now();
  const references = await takeReferences(kinds).catch(async (error) => {
    await slurm?.remove(); // its daemons would outlive this program
    throw error;
  });
  const world = {shim, slurm, references, acts: options.acts};
  console.log(`undisturbed runs took ${seconds(Date.now() - started)} s; seed ${options.seed}`);
  const counts = await soak({...options, kinds}, world);
  world.references.remove();
  shim?.remove();
  await slurm?.remove();
  const total = (key) => Object.values(counts).reduce((sum, count) => sum + count[key], 0);
  for (const [kind, {rounds, failed, cases}] of Object.entries(counts))
    console.log(`${kind}: ${rounds} rounds (${cases} cases), ${failed} failed`);
  console.log(`${total('rounds')} rounds, ${total('failed')} failed`);
  return total('failed') === 0 ? 0 : 1;
}

function readOptions() {
  try {
    const {values} = parseArgs({
      options: {
        seconds: {type: 'string', default: '600'},
        rounds: {type: 'string', default: 'Infinity'},
        seed: {type: 'string', default: String(Date.now() % 1_000_000)},
        only: {type: 'string', default: Object.keys(ROUNDS).join(',')},
        acts: {type: 'string', default: '12'},
        keep: {type: 'boolean', default: false},
      },
    });
    const kinds = values.only.split(',');
    const unknown = kinds.find((kind) => !(kind in ROUNDS));
    if (unknown !== undefined) return `There is no kind of round called ${unknown}.\n${usage}`;
    const numbers = {
      seconds: Number(values.seconds),
      rounds: Number(values.rounds),
      seed: Number(values.seed),
      acts: Number(values.acts),
    };
    const odd = Object.entries(numbers).find(([, value]) => !(value >= 0));
    if (odd !== undefined) return `--${odd[0]} has to be a number.\n${usage}`;
    return {...numbers, kinds, keep: values.keep};
  } catch (error) {
    return `${error.message}\n${usage}`;
  }
}

function refuse(words) {
  console.error(words);
  return 2;
}

/** Without a C compiler there are no disk rounds. */
function withShim(kinds) {
  if (!kinds.includes('disk')) return {kinds, shim: undefined};
  const shim = buildShim();
  if (shim.kind === 'built') return {kinds, shim};
  console.log(`disk rounds are left out: ${shim.reason}`);
  return {kinds: kinds.filter((kind) => kind !== 'disk'), shim: undefined};
}

/** Without a Slurm to start there are no rounds on a cluster. */
function withSlurm(kinds) {
  if (!kinds.includes('cluster')) return {kinds, slurm: undefined};
  const slurm = startSlurm();
  if (slurm.kind === 'started') return {kinds, slurm};
  console.log(`cluster rounds are left out: ${slurm.reason}`);
  return {kinds: kinds.filter((kind) => kind !== 'cluster'), slurm: undefined};
}

/** Kinds take turns, so that a short soak sees all of them. */
async function soak({kinds, seconds: limit, rounds, seed: first, keep}, world) {
  const counts = Object.fromEntries(kinds.map((kind) => [kind, {rounds: 0, failed: 0, cases: 0}]));
  const end = Date.now() + limit * 1000;
  let seed = first;
  for (let round = 1; round <= rounds && Date.now() < end; round += 1, seed = nextSeed(seed)) {
    const kind = kinds[(round - 1) % kinds.length];
    const outcome = await playRound(kind, {seed, world, end});
    counts[kind].rounds += 1;
    counts[kind].cases += outcome.cases;
    if (outcome.kind === 'failed') counts[kind].failed += 1;
    if (outcome.kind === 'passed' && !keep) outcome.project.remove();
  }
  return counts;
}

async function playRound(kind, {seed, world, end}) {
  const project = newProject(`${kind}-${seed}`);
  const started = Date.now();
  try {
    const {did, cases = 1} = await ROUNDS[kind]({seed, project, world, end});
    console.log(`ok     ${kind} --seed ${seed}: ${did} (${seconds(Date.now() - started)} s)`);
    return {kind: 'passed', project, cases};
  } catch (error) {
    console.log(`FAILED ${kind} --seed ${seed}: ${error.soak ? error.message : error.stack}`);
    console.log(
      `       kept in ${project.path}; again: npm run soak -- --seed ${seed} --only ${kind} --rounds 1`,
    );
    return {kind: 'failed', project, cases: 1};
  }
}

function seconds(milliseconds) {
  return (milliseconds / 1000).toFixed(1);
}
