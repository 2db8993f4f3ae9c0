import {VERSION_WORDS} from '../base/saved-by.js';
import {unreachable} from '../base/unreachable.js';
import type {Start} from '../plan/plan.js';

/** Where a stage that runs will take up its work, in the same words everywhere; undefined when there is nothing to say. */
export function startText(start: Start): string | undefined {
  switch (start.kind) {
    case 'beginning':
    case 'unknown':
      return undefined;
    case 'own_state':
      return start.at === ''
        ? 'continues where it was interrupted'
        : `continues where it was interrupted, at ${start.at}`;
    case 'other_state':
      return `continues what another length of this run saved, at ${start.at}: the result is the same`;
    case 'fork':
      return `goes on from the weights of the newest run of this stage, at ${start.at} (\`resume: fork\`)`;
    case 'other_length':
      return `trains from the beginning: ${start.because}; \`resume: fork\` would go on from the weights of ${start.at}`;
    case 'other_interrupted':
      return `trains from the beginning: ${start.because}${start.back === null ? '' : `; ${start.back} would continue that`}`;
    case 'other_version':
      return `begins again: what it had saved was saved by ${VERSION_WORDS[start.version]}`;
    default:
      return unreachable(start);
  }
}
