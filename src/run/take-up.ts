import type {Fingerprint} from '../base/hash.js';
import type {Problem} from '../base/problem.js';
import {type OtherVersion, VERSION_WORDS} from '../base/saved-by.js';
import {DAMAGE_WORDS, type Damage} from '../base/seal.js';
import {
  type AttemptKey,
  adoptPartial,
  dropPartial,
  type RefusedPartial,
  savedPartials,
  takeOverPartial,
} from '../cache/partial.js';
import {startOf} from '../plan/start.js';
import type {Start} from '../stage/start.js';
import type {Effects} from './effects.js';
import type {FingerprintedStage} from './stage-attempt.js';

/**
 * Puts in place what the next attempt continues from, every byte of it checked: what the stage itself saved, else what the plan's
 * rule finds of other work. What is damaged is not used. Returns where the attempt takes up its work.
 */
export async function takeUp(stage: FingerprintedStage, key: AttemptKey, effects: Effects): Promise<Start> {
  const {cache} = effects;
  if (stage.verdict.kind !== 'stale') return {kind: 'beginning'};
  const planned = stage.verdict.start;
  const saved = savedPartials(cache, key.group).find(({fingerprint}) => fingerprint === key.fingerprint);
  const refuse = (found: RefusedPartial): void => {
    const at = saved === undefined ? undefined : stage.type.extends?.standing(saved);
    const problem =
      found.kind === 'damaged'
        ? savedWorkDamaged(stage, {at, damage: found.damage})
        : savedByOther(stage, found.version);
    effects.emit({kind: 'warning', stage: stage.id, problem});
  };
  const has_own = await adoptPartial(cache, key, {growing: growingOf(stage), refuse});
  if (has_own) return nextStart(stage, effects, new Set());
  return takeOverJob(
    stage,
    {key, first: planned.kind === 'own_state' ? nextStart(stage, effects, new Set()) : planned},
    effects,
  );
}

function growingOf({type}: FingerprintedStage): readonly string[] {
  return type.extends?.growing ?? [];
}

/** What the plan chose of other work; where that is not as it was saved, the next that is. */
async function takeOverJob(
  stage: FingerprintedStage,
  {key, first}: {readonly key: AttemptKey; readonly first: Start},
  {cache, log}: Effects,
): Promise<Start> {
  const passed = new Set<Fingerprint>();
  for (let start = first; ; start = nextStart(stage, {cache}, passed)) {
    if (start.kind !== 'other_state' && start.kind !== 'fork') return start;
    const {from} = start;
    const taken = await takeOverPartial(cache, key, {from, growing: growingOf(stage)});
    if (taken === 'taken') return start;
    if (taken === 'had_own') await dropPartial(cache, key);
    log(stage.id, `what another run had saved at ${start.at} is damaged, or gone meanwhile: it is not used`);
    passed.add(from);
  }
}

/** The plan's own rule, asked of what is there now. */
function nextStart(
  {fingerprint, resume_group, parts, type, verdict}: FingerprintedStage,
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
  {id}: FingerprintedStage,
  {at, damage}: {readonly at: string | undefined; readonly damage: Damage},
): Problem {
  const what = at === undefined ? `What ${id} had saved` : `What ${id} had saved at ${at}`;
  return {
    code: 'run/saved-state-damaged',
    message: `${what} is damaged and is not used: ${damage.path} ${DAMAGE_WORDS[damage.what]}`,
    hint: 'The work is done again from what is sound, to the same result. If it happens again, check the disk.',
  };
}

function savedByOther({id}: FingerprintedStage, version: OtherVersion): Problem {
  return {
    code: 'run/saved-by-another-version',
    message: `What ${id} had saved was saved by ${VERSION_WORDS[version]} and is not used`,
    hint: 'The work begins again, to the same result.',
  };
}
