// A person who only ever edits numbers, presses Ctrl-C and runs again, in one terminal or two, on branches of a repository.
import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {readFileSync, writeFileSync} from 'node:fs';
import {join, relative} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {fail} from './failure.mjs';
import {eventsOf, newLedger} from './ledger.mjs';
import {firstNumbers, NUMBERS, pipelineWith, TRIED} from './numbers.mjs';
import {descendantsOf} from './processes.mjs';
import {
  expectNothingLeft,
  expectResults,
  expectSuccess,
  expectWords,
  filesBelow,
  newProject,
} from './project.mjs';
import {chanceOf} from './random.mjs';

const STAGES = ['tiny', 'model', 'songs', 'latents', 'conditions', 'train', 'train', 'train', 'export'];
const BRANCHES = ['main', 'idea'];
const SHORT_WALK = 6;
/** What a training takes after its start, about; Ctrl-C comes somewhere in it. */
const STAGE_MS = 600;

export async function personRound({seed, project, world: {acts}}) {
  const person = newPerson({project, chance: chanceOf(seed)});
  person.begin();
  const did = [];
  try {
    for (let act = 0; act < acts; act += 1) did.push(await person.act());
    await person.check(acts);
    await expectNothingLeft(project);
  } catch (error) {
    error.message = `${error.message}\n       before it: ${did.join('; ')}`;
    throw error;
  }
  return {did: did.join('; '), cases: acts};
}

function newPerson({project, chance}) {
  const ledger = newLedger();
  const numbers = Object.fromEntries(BRANCHES.map((branch) => [branch, firstNumbers()]));
  /** Settings of each experiment, as last given. */
  const experiments = new Map();
  /** The newest settings without a name. */
  let unnamed;
  let branch = BRANCHES[0];
  const visited = new Set();

  const file = join(project.path, 'pipeline.yaml');
  const git = (...args) =>
    execFileSync(
      'git',
      ['-C', project.path, '-c', 'user.name=p', '-c', 'user.email=p@example.org', ...args],
      {stdio: 'pipe'},
    );
  const save = () => writeFileSync(file, pipelineWith(numbers[branch]));

  function begin() {
    git('init', '-q', '-b', 'main');
    writeFileSync(join(project.path, '.gitignore'), 'adapters/\nexported*/\n');
    save();
    commit();
    git('branch', 'idea');
  }

  function commit() {
    git('add', '-A');
    git('commit', '-q', '--allow-empty', '-m', 'numbers');
  }

  function edit() {
    const paths = Array.from({length: chance.between(1, 2)}, () =>
      chance.pick([...Object.keys(NUMBERS), ...TRIED]),
    );
    for (const path of paths) numbers[branch][path] = chance.pick(NUMBERS[path]);
    save();
    return paths.map((path) => `${path}=${numbers[branch][path]}`).join(' ');
  }

  /** A run that goes on meanwhile may write its lock file between the two; then git refuses, and the person tries again. */
  function changeBranch() {
    const next = BRANCHES.find((each) => each !== branch);
    for (let tries = 1; ; tries += 1) {
      commit();
      try {
        git('checkout', '-q', next);
        break;
      } catch (error) {
        if (tries === 20) throw error;
      }
    }
    branch = next;
    return `branch ${branch}`;
  }

  /** Arguments of a run of the file itself or of an experiment: new or known, with a name or named by its values. */
  function draw() {
    if (chance.happens(0.6)) return [];
    const known = [...experiments.keys()];
    if (known.length > 0 && chance.happens(0.4)) return ['--name', chance.pick(known)];
    const paths = new Set(Array.from({length: chance.between(1, 3)}, () => chance.pick(TRIED)));
    const sets = [...paths].flatMap((path) => ['--set', `${path}=${chance.pick(NUMBERS[path])}`]);
    if (chance.happens(0.3)) {
      unnamed = sets;
      return sets;
    }
    const name = `try${chance.between(1, 3)}`;
    experiments.set(name, sets);
    return ['--name', name, ...sets];
  }

  async function act() {
    const acts = [runOnce, runOnce, runOnce, twoTerminals, watch, losesWorker];
    const before = chance.happens(0.25) ? changeBranch() : chance.happens(0.8) ? edit() : 'nothing';
    const did = await chance.pick(acts)();
    visited.add(branch);
    return `${before}, ${did}`;
  }

  async function runOnce() {
    const args = draw();
    const untouched = args[0] === '--name' ? ownResults() : undefined; // without a name it may be the file's own values
    const promised = chance.happens(0.3) ? await planned(args) : undefined;
    const {ends, did} = await play([args]);
    if (promised !== undefined) keepsPromise(promised, ends[0]);
    if (untouched !== undefined) expectResults(ownResults(), untouched);
    return did;
  }

  async function twoTerminals() {
    const {did} = await play([draw(), draw()]);
    return `at once ${did}`;
  }

  /** The system takes the process of a stage away, as when memory runs out: that run may fail, and what was saved stays. */
  async function losesWorker() {
    const args = draw();
    const [place, after] = [chance.pick(STAGES), chance.next() * STAGE_MS];
    const {child, ended} = project.start(['run', '--json', ...args]);
    await Promise.race([begins(child, place), ended]);
    await Promise.race([sleep(after), ended]);
    const [worker] = descendantsOf(child.pid);
    if (worker !== undefined) kill(worker, 'SIGKILL');
    const end = await ended;
    expectWords(end, [0, 1]);
    ledger.observe(eventsOf([end]), {crashes: 'expected'});
    return `${args.join(' ')} with a worker killed ${Math.round(after)} ms into ${place}`;
  }

  async function play(commands) {
    const played = await Promise.all(
      commands.map((args, index) => untilCtrlC(['run', '--json', ...args], index * 150)),
    );
    const ends = played.map(({end}) => end);
    ends.forEach(expectEnding);
    ledger.observe(eventsOf(ends));
    return {ends, did: played.map(({did}) => did).join(' and ')};
  }

  /** Ctrl-C reaches the whole process group, as in a terminal; sometimes twice, sometimes never. */
  async function untilCtrlC(args, delay) {
    const presses = chance.pick([0, 1, 1, 2]);
    const [place, after, between] = [chance.pick(STAGES), chance.next() * STAGE_MS, chance.next() * STAGE_MS];
    await sleep(delay);
    const {child, ended} = project.start(args);
    const words = `${args.filter((arg) => arg !== '--json').join(' ')}`;
    if (presses === 0) return {end: await ended, did: words};
    await Promise.race([begins(child, place), ended]);
    await Promise.race([sleep(after), ended]);
    press(child.pid);
    if (presses === 2) {
      await Promise.race([sleep(between), ended]);
      press(child.pid);
    }
    return {end: await ended, did: `${words} with ${presses} Ctrl-C ${Math.round(after)} ms into ${place}`};
  }

  async function watch() {
    const args = draw();
    const {child, ended} = project.start(['watch', '--json', ...args]);
    const did = [...args];
    for (let edits = chance.between(1, 3); edits > 0; edits -= 1) {
      await Promise.race([
        chance.happens(0.5) ? idle(child) : begins(child, chance.pick(STAGES), 1500),
        ended,
      ]);
      await Promise.race([sleep(chance.next() * STAGE_MS), ended]);
      did.push(chance.happens(0.2) ? changeBranch() : edit());
    }
    if (chance.happens(0.5)) await Promise.race([idle(child), ended]);
    await Promise.race([sleep(chance.next() * STAGE_MS), ended]);
    press(child.pid);
    const end = await ended;
    expectEnding(end);
    ledger.observe(eventsOf([end]));
    return `watch (${did.join(', ')})`;
  }

  async function planned(args) {
    const end = await project.command(['plan', '--json', ...args]);
    if (end.code !== 0)
      fail(`plan ${args.join(' ')} ended with ${end.code}:\n${end.stdout.slice(-2000)}\n${end.stderr}`);
    return JSON.parse(end.stdout);
  }

  /** What is asked of the file itself: the lock file and the results that bear no experiment's name. */
  function ownResults() {
    return resultsOf(project.path, undefined);
  }

  /** The file and one of the experiments, on every branch that anything was done on; after a short walk on the last one. */
  async function check(acts) {
    for (const each of acts < SHORT_WALK ? [branch] : visited) {
      if (each !== branch) changeBranch();
      await reachesCleanBytes([], undefined);
      if (experiments.size === 0) continue;
      const [name, sets] = chance.pick([...experiments]);
      await reachesCleanBytes(['--name', name, ...sets], name);
    }
    if (unnamed !== undefined) await reachesCleanBytes(unnamed, 'unnamed');
  }

  /** To the end, and to the bytes of a clone in which nothing else was ever done. */
  async function reachesCleanBytes(args, name) {
    const clean = newProject('clean');
    try {
      writeFileSync(join(clean.path, 'pipeline.yaml'), readFileSync(file));
      const ends = await Promise.all([project.run(args), clean.run(args)]);
      ends.forEach(expectSuccess);
      ledger.observe(eventsOf([ends[0]]));
      if (name !== 'unnamed')
        return expectResults(resultsOf(project.path, name), resultsOf(clean.path, name));
      const expected = clean.results(); // which names its folders
      const found = Object.entries(project.results()).filter(([path]) => path in expected);
      expectResults(Object.fromEntries(found), expected);
    } finally {
      clean.remove();
    }
  }

  return {begin, act, check};
}

/** As a terminal sends it. */
function press(pid) {
  kill(-pid, 'SIGINT');
}

function kill(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/** 0, or 130 when it was stopped. Before the command has begun to listen, Ctrl-C ends it as it ends any program. */
function expectEnding(end) {
  expectWords(end, [0, 130]);
  if (end.signal !== null && end.signal !== 'SIGINT')
    fail(`sidestep ${end.args.join(' ')} died by ${end.signal}`);
}

function keepsPromise(plan, end) {
  const results = new Map(
    eventsOf([end]).flatMap(([, event]) =>
      event.kind === 'stage_finished' ? [[event.stage, event.result.kind]] : [],
    ),
  );
  for (const {stage, verdict} of plan.stages) {
    const found = results.get(stage);
    if (verdict.kind === 'cached' && found !== undefined && found !== 'cached')
      fail(`plan said ${stage} is cached, and the run: ${found}`);
  }
}

/** Of one experiment, or of the file itself, with its lock file; path to content hash. */
function resultsOf(path, experiment) {
  const belongs = (name) => (name.match(/@([^/]+)/)?.[1] ?? undefined) === experiment;
  const files = filesBelow(path).filter(
    (each) => /^(adapters|exported)/.test(relative(path, each)) && belongs(relative(path, each)),
  );
  if (experiment === undefined) files.push(join(path, 'pipeline.lock.yaml'));
  return Object.fromEntries(files.flatMap((each) => hashOf(path, each)));
}

function hashOf(path, each) {
  try {
    return [[relative(path, each), createHash('sha256').update(readFileSync(each)).digest('hex')]];
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return [];
  }
}

function begins(child, stage, patience = 180_000) {
  return shows(child, `"kind":"stage_started","stage":"${stage}"`, patience);
}

/** Nothing to do, or files that are wrong: a watch that waits for the next edit. */
function idle(child) {
  return shows(child, /"kind":"watch_(waiting|problems)"/, 10_000);
}

/** Until the command prints this, from now on. */
function shows(child, sign, patience) {
  return new Promise((resolve) => {
    let seen = '';
    const done = () => {
      clearTimeout(timer);
      child.stdout.off('data', listener);
      resolve();
    };
    const listener = (text) => {
      seen += text;
      if (typeof sign === 'string' ? seen.includes(sign) : sign.test(seen)) done();
    };
    const timer = setTimeout(done, patience);
    child.stdout.on('data', listener);
    child.once('close', done);
  });
}
