import {didYouMean, listed} from '../base/near-miss.js';
import type {Problem} from '../base/problem.js';
import {stageTypes} from '../stage/registry.js';
import type {InstanceWithReferences, LocatedNeed} from './configure-stage.js';
import type {LocatedReference} from './finish-params.js';
import {problemAt} from './text/located.js';

/** What only all instances together show: outputs that do not exist, and stages that wait for themselves. */
export function checkConnections(instances: readonly InstanceWithReferences[]): Problem[] {
  return [...unknownOutputs(instances), ...circles(instances)];
}

function unknownOutputs(instances: readonly InstanceWithReferences[]): Problem[] {
  const byId = new Map(instances.map(({stage}) => [stage.id, stage]));
  return instances.flatMap(({references}) =>
    references.flatMap(({reference, origin}) => {
      const target = byId.get(reference.$stage);
      if (target === undefined) return [];
      const outputs = stageTypes
        .get(target.uses)!
        .outputs(target.params)
        .map(({name}) => name);
      const {output} = reference;
      if (output === undefined ? outputs.length > 0 : outputs.includes(output)) return [];
      const has = outputs.length > 0 ? `; it has ${listed(outputs)}` : '; it has none';
      const message = `${target.declared_as} has no output${output === undefined ? '' : ` ${output}`}${has}`;
      const hint = output === undefined ? 'Declare it under `outputs`.' : didYouMean(output, outputs);
      return [problemAt(origin, {code: 'config/unknown-output', message, hint})];
    }),
  );
}

function edgesOf(references: readonly LocatedReference[], needs: readonly LocatedNeed[]) {
  return [...references.map(({reference, origin}) => ({to: reference.$stage as string, origin})), ...needs];
}

/** Every circle once, at the reference or need that closes it. */
function circles(instances: readonly InstanceWithReferences[]): Problem[] {
  const edges = new Map(
    instances.map(({stage, references, needs}) => [stage.id as string, edgesOf(references, needs)]),
  );
  const problems: Problem[] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const open = new Set<string>(); // the same ids as in path
  // An explicit stack: a chain of thousands of stages must not overflow the call stack.
  const work: {readonly id: string; next: number}[] = [];
  for (const {stage} of instances) {
    if (!done.has(stage.id)) enter(stage.id);
    while (work.length > 0) {
      const top = work.at(-1)!;
      const edge = edges.get(top.id)?.[top.next++];
      if (edge === undefined) {
        done.add(top.id);
        open.delete(path.pop()!);
        work.pop();
      } else if (open.has(edge.to)) {
        const circle = [...path.slice(path.indexOf(edge.to)), edge.to].join(' → ');
        const message = `Stages wait for each other: ${circle}`;
        problems.push(problemAt(edge.origin, {code: 'config/circular-stages', message}));
      } else if (!done.has(edge.to)) enter(edge.to);
    }
  }
  return problems;

  function enter(id: string): void {
    path.push(id);
    open.add(id);
    work.push({id, next: 0});
  }
}
