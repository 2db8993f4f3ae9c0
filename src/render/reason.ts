import type {Json} from '../base/json.js';
import {listed} from '../base/near-miss.js';
import {unreachable} from '../base/unreachable.js';
import {numericsText} from '../plan/numerics-text.js';
import type {StaleReason} from '../plan/plan.js';
import {placeText} from './problem-text.js';
import {visible} from './visible.js';

/** Why a stage must run, as one sentence without a full stop: what changed, from what to what, and where it is written. */
export function reasonText(reason: StaleReason): string {
  return visible(sentence(reason));
}

function sentence(reason: StaleReason): string {
  switch (reason.kind) {
    case 'never_run':
      return 'it never ran';
    case 'never_finished':
      return 'it has not run to its end yet';
    case 'other_interrupted':
      return `another version of it ran until ${reason.at} and was interrupted`;
    case 'param_changed':
      return `${reason.param}: ${reasonValueText(reason.old)} → ${reasonValueText(reason.new)}  (${placeText(reason.position)})`;
    case 'input_changed':
      return `${reason.param}: ${reason.from === undefined ? 'its input' : `the output of ${reason.from}`} changed, ${hashText(reason.old)} → ${hashText(reason.new)}`;
    case 'file_changed':
      return `${reason.param}: ${fileChangeText(reason)}  (${placeText(reason.position)})`;
    case 'version_changed':
      return `this version of sidestep computes it differently (stage version ${reason.old} → ${reason.new})`;
    case 'type_changed':
      return `uses: ${reason.old} → ${reason.new}  (${placeText(reason.position)})`;
    case 'numerics_changed':
      return `the arithmetic changed: ${numericsText(reason.old)} → ${numericsText(reason.new)}`;
    case 'outputs_missing':
      return reason.objects.length === 0
        ? 'the cache does not hold its outputs'
        : `the cache no longer holds ${reason.objects.length === 1 ? 'one of its outputs' : `${reason.objects.length} of its outputs`} (${reason.objects.slice(0, 3).map(hashText).join(', ')})`;
    case 'outputs_removed':
      return `${listed(reason.outputs)} ${reason.outputs.length === 1 ? 'was' : 'were'} temporary and removed, and ${reason.readers.length === 0 ? 'it is asked for itself' : `${listed(reason.readers, 3)} ${reason.readers.length === 1 ? 'reads' : 'read'} ${reason.outputs.length === 1 ? 'it' : 'them'}`}`;
    case 'upstream_stale':
      return `${reason.stage} must run first; if its output stays the same, this does not run`;
    case 'cache_ignored':
      return 'cache: false, so it always runs';
    case 'forced':
      return 'forced on the command line';
    default:
      return unreachable(reason);
  }
}

const SHOWN_CHANGES = 3;

function fileChangeText({
  path,
  old,
  new: now,
  changes,
}: Extract<StaleReason, {kind: 'file_changed'}>): string {
  if (changes.length === 0) return `${path} changed, ${hashText(old)} → ${hashText(now)}`;
  const [only] = changes;
  if (changes.length === 1 && only!.path === '') return `${path} ${only!.what}`; // a file, not a folder
  const named = changes.slice(0, SHOWN_CHANGES).map((change) => `${change.path} ${change.what}`);
  const more = changes.length > named.length ? ` and ${changes.length - named.length} more` : '';
  return `in ${path}: ${named.join(', ')}${more}`;
}

const LONGEST_VALUE = 60;

export function reasonValueText(value: Json | undefined): string {
  if (value === undefined) return '(not set)';
  const text = typeof value === 'string' && /^[\w./-]+$/.test(value) ? value : JSON.stringify(value);
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE - 1)}…`;
}

function hashText(hash: string | undefined): string {
  return hash === undefined ? '(none)' : hash.slice(0, 10);
}
