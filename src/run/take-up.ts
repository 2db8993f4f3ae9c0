import type {Fingerprint} from '../base/hash.js';
import type {Problem} from '../base/problem.js';
import {type OtherVersion, VERSION_WORDS} from '../base/saved-state.js';
import {DAMAGE_WORDS, type Damage} from '../base/seal.js';
import {checkPartial, dropPartial, savedPartials, takeOverPartial} from '../cache/partial.js';
import {startOf} from '../plan/start.js';
import type {Start} from '../stage/start.js';
import type {Effects} from './effects.js';
import {partialKey, type SettledStage} from './stage-attempt.js';

/**
 * Puts in place what the next attempt continues from, every byte of it checked: what the stage itself saved, else what the plan's
 * rule finds of other work. What is damaged is not used. Returns where the attempt takes up its work.
 */
export async function takeUp(stage: SettledStage, effects: Effects): Promise<Start> {
  const {cache} = effects;
  const key = partialKey(stage);
  if (stage.verdict.kind !== 'stale') return {kind: 'beginning'};
  const planned = stage.verdict.start;
  const own = await checkPartial(cache, key);
  if (own.kind === 'damaged') {
    const saved = savedPartials(cache, key.group).find(({fingerprint}) => fingerprint === key.fingerprint);
    const at = saved === undefined ? undefined : stage.type.extends?.standing(saved);
    effects.emit({
      kind: 'warning',
      stage: stage.id,
      problem: savedWorkDamaged(stage, {at, damage: own.damage}),
    });
  }
  if (own.kind === 'other_version')
    effects.emit({kind: 'warning', stage: stage.id, problem: savedByOther(stage, own.version)});
  if (own.kind !== 'sound' && own.kind !== 'none') await dropPartial(cache, key);
  if (own.kind === 'sound') return nextStart(stage, effects, new Set());
  return takeOver(
    stage,
    planned.kind === 'own_state' ? nextStart(stage, effects, new Set()) : planned,
    effects,
  );
}

/** What the plan chose of other work; where that is not as it was saved, the next that is. */
async function takeOver(stage: SettledStage, first: Start, {cache, log}: Effects): Promise<Start> {
  const key = partialKey(stage);
  const passed = new Set<Fingerprint>();
  for (let start = first; ; start = nextStart(stage, {cache}, passed)) {
    if (start.kind !== 'other_state' && start.kind !== 'fork') return start;
    const {from} = start;
    const growing = stage.type.extends?.growing ?? [];
    const taken = await takeOverPartial(cache, key, {from, growing});
    if (taken === 'taken' && (await checkPartial(cache, key)).kind === 'sound') return start;
    if (taken !== 'lost') await dropPartial(cache, key);
    log(stage.id, `what another run had saved at ${start.at} is damaged, or gone meanwhile: it is not used`);
    passed.add(from);
  }
}

/** The plan's own rule, asked of what is there now. */
function nextStart(
  {fingerprint, resume_group, parts, type, verdict}: SettledStage,
  {cache}: Pick<Effects, 'cache'>,
  passed: ReadonlySet<Fingerprint>,
): Start {
  const onlyOwn =
    verdict.kind === 'stale' &&
    verdict.reasons.some(({kind}) => kind === 'cache_ignored' || kind === 'forced');
  const saved = savedPartials(cache, resume_group).filter(
    (work) => work.fingerprint === fingerprint || !(onlyOwn || passed.has(work.fingerprint)),
  );
  return startOf({params: parts.params, fingerprint}, type, saved);
}

function savedWorkDamaged(
  {id}: SettledStage,
  {at, damage}: {readonly at: string | undefined; readonly damage: Damage},
): Problem {
  const what = at === undefined ? `What ${id} had saved` : `What ${id} had saved at ${at}`;
  return {
    code: 'run/saved-state-damaged',
    message: `${what} is damaged and is not used: ${damage.path} ${DAMAGE_WORDS[damage.what]}`,
    hint: 'The work is done again from what is sound, to the same result. If it happens again, check the disk.',
  };
}

function savedByOther({id}: SettledStage, version: OtherVersion): Problem {
  return {
    code: 'run/saved-by-another-version',
    message: `What ${id} had saved was saved by ${VERSION_WORDS[version]} and is not used`,
    hint: 'The work begins again, to the same result.',
  };
}
