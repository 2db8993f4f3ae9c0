// What runs have finished, kept as a person would keep it who has only their events; and whether a later run does any of it again.
import {fail} from './failure.mjs';

/** How a run may say that a stage ended, when nothing was wrong with it. */
const GOOD_ENDINGS = ['succeeded', 'cached', 'skipped', 'interrupted', 'not_started'];
/** And how, when the process of one was taken away. */
const CRASHED = ['crashed', 'blocked'];

/**
 * Everything is known by the fingerprint of the work: under the same one, what was finished is not begun again, a training
 * goes on behind its last step, and no part of a sample is made twice.
 */
export function newLedger() {
  const finished = new Set();
  const steps = new Map();
  const parts = new Set();
  let begun = 0;

  function begin(running, {stage, fingerprint, start}) {
    if (finished.has(fingerprint)) fail(`${stage} was finished before, and is begun again`);
    const from = start.progress ?? 0;
    const had = steps.get(fingerprint) ?? 0;
    if (from < had)
      fail(`${stage} had ${had} steps, and starts at ${from} (${JSON.stringify(start)}): steps are lost`);
    running.set(stage, {fingerprint, last: from});
    begun += 1;
  }

  function end(running, {stage, result}, crashes) {
    const good = crashes === 'expected' ? [...GOOD_ENDINGS, ...CRASHED] : GOOD_ENDINGS;
    if (!good.includes(result.kind)) fail(`${stage} ended ${JSON.stringify(result).slice(0, 2000)}`);
    const work = running.get(stage);
    if (work === undefined) return;
    if (result.kind === 'succeeded') finished.add(work.fingerprint);
    if (result.kind === 'interrupted' && result.ended === 'itself') save(work);
    running.delete(stage);
  }

  function save({fingerprint, last}) {
    steps.set(fingerprint, Math.max(last, steps.get(fingerprint) ?? 0));
  }

  function makeParts({fingerprint}, {stage, sample, computed}) {
    for (const part of computed) {
      const key = [fingerprint, sample, part].join(' ');
      if (parts.has(key)) fail(`${stage} makes ${part} of ${sample} a second time`);
      parts.add(key);
    }
  }

  /** Events of commands that ran at the same time, `[which command, event]`, in the order of their instants. */
  function observe(events, {crashes = 'none'} = {}) {
    const commands = new Map();
    for (const [command, event] of events) {
      const running = commands.get(command) ?? commands.set(command, new Map()).get(command);
      const work = running.get(event.stage);
      if (event.kind === 'stage_started') begin(running, event);
      if (event.kind === 'step_finished') work.last = event.global_step;
      if (event.kind === 'state_saved') save({...work, last: event.global_step});
      if (event.kind === 'sample_finished') makeParts(work, event);
      if (event.kind === 'stage_finished') end(running, event, crashes);
      if (event.kind === 'run_finished' && event.outcome === 'failed' && crashes === 'none')
        fail(`a run failed: ${JSON.stringify(event.results.map(({stage, kind}) => [stage, kind]))}`);
    }
  }

  return {observe, stagesBegun: () => begun};
}

/** The events that `--json` printed, each with the command's number. A killed command may leave half a line. */
export function eventsOf(ends) {
  const events = ends.flatMap(({stdout}, command) =>
    stdout.split('\n').flatMap((line) => {
      try {
        return [[command, JSON.parse(line)]];
      } catch {
        return [];
      }
    }),
  );
  return events.sort(([, one], [, other]) => one.at - other.at); // stable: one command's events keep their order
}
