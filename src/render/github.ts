import {isAbsolute, relative} from 'node:path';
import type {Problem, SourcePosition} from '../base/problem.js';
import {failureProblem, isFailure} from './outcome-text.js';
import {placeText} from './problem-text.js';
import type {Renderer} from './renderer.js';
import type {TextOutput} from './text-output.js';
import {visible} from './visible.js';

/**
 * Annotations of GitHub Actions: failed stages and warnings appear beside the line of the pull request that caused
 * them: at the place that the problem names, else at the stage's own in `places`. `root` is the checkout's folder; annotations
 * name files relative to it.
 */
export function githubAnnotations(
  output: TextOutput,
  root: string,
  places: ReadonlyMap<string, SourcePosition>,
): Renderer {
  const placed = (problem: Problem, stage: string | undefined): Problem => {
    const position = problem.position ?? places.get(stage ?? '');
    return position === undefined ? problem : {...problem, position};
  };
  return {
    show: (event) => {
      if (event.kind === 'warning' || event.kind === 'stage_warning') {
        const stage = event.kind === 'stage_warning' ? event.stage : undefined;
        output.write(annotation('warning', placed(event.problem, stage), root));
      }
      if (event.kind === 'stage_finished' && isFailure(event.result)) {
        const {result} = event;
        const problem = failureProblem(result);
        const message = `${result.stage}: ${problem.message}`;
        output.write(annotation('error', placed({...problem, message}, result.stage), root));
      }
    },
    close: async () => {},
  };
}

/** One workflow command, e.g. `::error file=a.yaml,line=3,col=5,title=config/unknown-key::Unknown key "rnk"`. */
export function annotation(level: 'error' | 'warning', problem: Problem, root: string): string {
  const {position} = problem;
  const properties: string[] = [];
  // An argument is in no file; which one it is is in the text.
  if (position !== undefined && position.given === undefined) {
    const inside = isAbsolute(position.file) ? relative(root, position.file) : position.file;
    properties.push(`file=${property(inside)}`, `line=${position.line}`, `col=${position.column}`);
  }
  properties.push(`title=${property(problem.code)}`);
  const text = [
    problem.message,
    ...(position?.given === undefined ? [] : [placeText(position)]),
    ...(problem.last_words ?? []),
    ...(problem.hint === undefined ? [] : [problem.hint]),
  ].join('\n');
  return `::${level} ${properties.join(',')}::${data(text)}\n`;
}

/** Escapes as the runner undoes them: https://github.com/actions/toolkit, `command.ts`. */
function data(text: string): string {
  const lines = text.replaceAll(/[^\r\n]+/g, visible);
  return lines.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
