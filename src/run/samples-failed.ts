import type {Problem} from '../base/problem.js';

/** Samples that are named in one message. */
const MOST_NAMED = 5;

/** What a stage says whose samples failed: which, why, and what to do about what was at fault. */
export function samplesFailed(failed: ReadonlyMap<string, Problem>, total: number): Problem {
  const first = [...failed].slice(0, MOST_NAMED).map(([sample, {message}]) => `  ${sample}: ${message}`);
  const more = failed.size > first.length ? `\n  and ${failed.size - first.length} more` : '';
  return {
    code: 'run/samples-failed',
    message: `${failed.size} of ${total} samples failed\n${first.join('\n')}${more}`,
    hint: `The others are done and kept. ${adviceOn([...failed.values()])}`,
  };
}

function adviceOn(problems: readonly Problem[]): string {
  const ofFiles = problems.filter(isOfFile).length;
  if (ofFiles === problems.length)
    return 'Fix or remove these files, or go on without them: `on_error: skip`.';
  if (ofFiles > 0)
    return 'Some files are at fault: fix or remove them, or go on without them (`on_error: skip`). For the others, what is said beside each helps.';
  const [hint, ...others] = new Set(problems.map((problem) => problem.hint));
  const remedy = hint === undefined || others.length > 0 ? 'What is said of each has what helps.' : hint;
  return `The files are not at fault. ${remedy}`;
}

const ENGINE_OF_FILES = new Set(['native/audio-invalid', 'native/audio-too-short']);

/** What can be fixed in the songs themselves, or in what is written of them. */
function isOfFile({code}: Problem): boolean {
  return /^(?:audio|dataset|file|json|text)\//.test(code) || ENGINE_OF_FILES.has(code);
}
