// Do the tests bite? Faults chosen by hand (scripts/mutants/*.yaml) are put into a copy of this checkout, one at a time, and the tests
// that ought to notice must fail: `node scripts/mutants.mjs [--only TEXT] [--list]`. Every fault stands for something that went wrong
// once, or would be bad: its line says what. The last line is `N passed, N failed`; a fault that no test noticed has failed, and so
// has one whose place is no longer there. Needs `npm run build` and an engine; faults in native/ need a compiler, too.
import {spawnSync} from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {parseArgs} from 'node:util';
import {parse} from 'yaml';

const {values} = parseArgs({
  options: {only: {type: 'string', default: ''}, list: {type: 'boolean', default: false}},
});
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const lists = join(root, 'scripts/mutants');
const mutants = readdirSync(lists)
  .sort()
  .flatMap((list) => parse(readFileSync(join(lists, list), 'utf8')).map((mutant) => ({...mutant, list})))
  .filter((mutant) => JSON.stringify(mutant).includes(values.only));

if (values.list) for (const {file, fault} of mutants) console.log(`${file}: ${fault}`);
else process.exitCode = tryAll();

/** Returns the exit code. */
function tryAll() {
  const copy = mkdtempSync(join(tmpdir(), 'sidestep-mutants-'));
  let failed = 0;
  try {
    copyTo(copy);
    const sound = new Map();
    for (const mutant of mutants) {
      const found = tried(copy, mutant, sound);
      if (found !== 'noticed') failed += 1;
      console.log(`${found === 'noticed' ? 'ok    ' : 'FAILED'} ${mutant.file}: ${mutant.fault}  ${found}`);
    }
  } finally {
    rmSync(copy, {recursive: true, force: true});
  }
  console.log(`${mutants.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

/** What git knows or would take, as it is here, with what was installed and built. */
function copyTo(copy) {
  const listed = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (listed.status !== 0) throw new Error(listed.stderr);
  for (const name of listed.stdout.split('\0').filter(Boolean)) {
    mkdirSync(dirname(join(copy, name)), {recursive: true});
    cpSync(join(root, name), join(copy, name), {preserveTimestamps: true, verbatimSymlinks: true});
  }
  for (const name of ['dist', 'build/addon/Release'])
    cpSync(join(root, name), join(copy, name), {recursive: true, preserveTimestamps: true});
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
}

/** `sound` remembers which tests pass without a fault: those that fail anyway would notice everything. */
function tried(copy, mutant, sound) {
  const tests = mutant.file.startsWith('native/') ? nativeTests : scriptTests;
  const key = JSON.stringify(mutant.tests);
  if (!sound.has(key)) sound.set(key, tests(copy, mutant.tests));
  if (sound.get(key) !== 'passed') return `its tests fail without it: ${mutant.tests}`;
  const path = join(copy, mutant.file);
  const text = readFileSync(path, 'utf8');
  const places = text.split(mutant.from).length - 1;
  if (places !== 1) return `its place is there ${places} times: ${mutant.from}`;
  writeFileSync(
    path,
    text.replace(mutant.from, () => mutant.to),
  );
  try {
    const ended = tests(copy, mutant.tests);
    return ended === 'failed' ? 'noticed' : ended === 'passed' ? 'NOT NOTICED' : ended;
  } finally {
    writeFileSync(path, text);
  }
}

function scriptTests(copy, tests) {
  const report = join(copy, 'mutants-report.json');
  rmSync(report, {force: true});
  const words = ['run', '--reporter=json', `--outputFile=${report}`, ...tests];
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const {status, signal} = spawnSync(process.execPath, [vitest, ...words], {
    cwd: copy,
    stdio: 'ignore',
    timeout: 900_000,
  });
  if (signal !== null) return 'failed'; // it hangs, and a person who waits for it notices
  const {numFailedTests, numTotalTests, numPendingTests} = JSON.parse(readFileSync(report, 'utf8'));
  if (numTotalTests === numPendingTests) return `no test is called ${tests}`;
  // A file that cannot even be loaded has failed no test: the fault would be one that a compiler sees.
  return status === 0 ? 'passed' : numFailedTests > 0 ? 'failed' : 'does not even load';
}

function nativeTests(copy, tests) {
  const build = join(copy, 'build-mutants');
  const steps = [
    ['cmake', ['-S', copy, '-B', build, '-G', 'Ninja', '-DCMAKE_BUILD_TYPE=Release', '-DSIDESTEP_CUDA=OFF']],
    ['ninja', ['-C', build, 'sidestep_tests', 'sidestep_golden']],
  ];
  for (const [program, words] of steps)
    if (spawnSync(program, words, {stdio: 'ignore'}).status !== 0) return 'does not compile';
  const runs = tests.map((words) => {
    const [program, ...rest] = words.split(' ');
    return spawnSync(join(build, program), rest, {cwd: copy, stdio: 'ignore', timeout: 600_000}).status;
  });
  return runs.every((status) => status === 0) ? 'passed' : 'failed';
}
