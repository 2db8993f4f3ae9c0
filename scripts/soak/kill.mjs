// SIGKILL of the runner, a worker or the whole process group at random instants, then a run to the end.
import {setTimeout as sleep} from 'node:timers/promises';
import {descendantsOf} from './processes.mjs';
import {expectNothingLeft, expectResults, expectSuccess, expectWords, killGroup} from './project.mjs';
import {chanceOf} from './random.mjs';

export async function killRound({seed, project, world}) {
  const chance = chanceOf(seed);
  const {results, duration_ms} = world.references.first;
  project.write();
  const did = [];
  for (let kills = chance.between(1, 4); kills > 0; kills -= 1) {
    const victim = chance.pick(['runner', 'worker', 'group']);
    const delay = Math.round(chance.next() * duration_ms);
    const {child, ended} = project.start(['run', '--json']);
    await Promise.race([sleep(delay), ended]);
    const struck = strike(victim, child.pid);
    const end = await ended;
    expectWords(end);
    did.push(`${struck} after ${delay} ms`);
  }
  expectSuccess(await project.run());
  expectResults(project.results(), results);
  await expectNothingLeft(project);
  expectSuccess(await project.command(['cache', 'verify']));
  return {did: `killed ${did.join(', ')}`, cases: did.length};
}

/** Whom it hit: without a worker at that instant it is the runner. */
function strike(victim, pid) {
  if (victim === 'group') {
    killGroup(pid);
    return 'group';
  }
  const worker = victim === 'worker' ? descendantsOf(pid)[0] : undefined;
  try {
    process.kill(worker ?? pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
    return 'what had ended';
  }
  return worker === undefined ? 'runner' : 'worker';
}
