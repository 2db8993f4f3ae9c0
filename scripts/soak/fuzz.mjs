// Mutants of valid files for every reader. A process of its own reads them, so that a crash or an endless loop is a finding.
import {fork} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {fail} from './failure.mjs';

const process_main = fileURLToPath(new URL('fuzz-process.mjs', import.meta.url));
const MUTANTS = 400;
/** For one mutant; the slowest take well under a second alone. */
const LIMIT_MS = 30_000;

export async function fuzzRound({seed, project, world, end}) {
  const orders = {
    seed,
    end,
    mutants: MUTANTS,
    folder: project.path,
    reference: world.references.first.project.path,
  };
  const child = fork(process_main, [JSON.stringify(orders)], {stdio: ['ignore', 'ignore', 'pipe', 'ipc']});
  let reading = 'nothing yet';
  let done = 0;
  let stderr = '';
  let summary;
  const wrong = [];
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr = (stderr + text).slice(-3000);
  });
  const hang = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  child.on('message', (message) => {
    hang.refresh();
    if (message.kind === 'reading') reading = message.what;
    else if (message.kind === 'wrong') wrong.push(message.words);
    else summary = message.words;
    if (message.kind === 'reading') done += 1;
  });
  const {code, signal} = await new Promise((resolve) => {
    child.on('close', (exit, by) => resolve({code: exit, signal: by}));
  });
  clearTimeout(hang);
  if (summary === undefined)
    fail(
      `${reading}: ${signal === 'SIGKILL' ? `no end within ${LIMIT_MS / 1000} s` : `crash (${signal ?? code})`}\n${stderr}`,
    );
  if (wrong.length > 0) fail(`${wrong.length} of ${done} mutants:\n${wrong.join('\n')}`);
  return {did: summary, cases: done};
}
