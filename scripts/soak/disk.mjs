// A disk that is full, breaks, or may not be written: the nth call of a kind fails, once or from then on. Then a run without.
import {constants} from 'node:os';
import {expectNothingLeft, expectResults, expectSuccess, expectWords} from './project.mjs';
import {chanceOf} from './random.mjs';

/** What each call can fail with on real disks. */
const ERRORS = {
  write: ['ENOSPC', 'EIO', 'EDQUOT', 'EFBIG'],
  create: ['ENOSPC', 'EACCES', 'EROFS', 'EDQUOT', 'EMFILE', 'EIO'],
  open: ['EIO', 'EACCES', 'EMFILE'],
  read: ['EIO', 'ESTALE'],
  sync: ['EIO', 'ENOSPC', 'EDQUOT'],
  rename: ['ENOSPC', 'EIO', 'EACCES', 'EROFS'],
  mkdir: ['ENOSPC', 'EACCES', 'EROFS', 'EDQUOT', 'EIO'],
  link: ['ENOSPC', 'EIO', 'EPERM', 'EROFS', 'EMLINK'],
  unlink: ['EIO', 'EACCES', 'EROFS', 'EBUSY'],
};

/** Faults a round: each in what the ones before left. */
const FAULTS = 3;

export async function diskRound({seed, project, world}) {
  const chance = chanceOf(seed);
  const {results} = world.references.first;
  project.write();
  const did = [];
  for (let fault = 0; fault < FAULTS; fault += 1) {
    const {env, words} = drawFault(chance);
    did.push(words);
    const ended = await project.run([], {
      env: {...env, LD_PRELOAD: world.shim.path, SOAK_BELOW: `${project.path}/`, UV_USE_IO_URING: '0'},
    });
    try {
      expectWords(ended);
      if (ended.code === 0) expectResults(project.results(), results);
    } catch (error) {
      error.message = `${words}: ${error.message}`;
      throw error;
    }
  }
  expectSuccess(await project.run());
  expectResults(project.results(), results);
  await expectNothingLeft(project);
  expectSuccess(await project.command(['cache', 'verify']));
  return {did: did.join(', '), cases: FAULTS};
}

function drawFault(chance) {
  const call = chance.pick(Object.keys(ERRORS));
  const name = chance.pick(ERRORS[call]);
  // Small numbers more often: a run makes a few dozen calls of one kind and several hundred of another.
  const nth = 1 + Math.floor(2 ** (chance.next() * 8));
  const from = chance.happens(0.5) ? 'on' : 'once';
  const env = {
    SOAK_CALL: call,
    SOAK_ERRNO: String(constants.errno[name]),
    SOAK_NTH: String(nth),
    SOAK_FROM: from,
  };
  return {env, words: `${call} ${nth} ${from === 'on' ? 'and all later' : 'once'}: ${name}`};
}
