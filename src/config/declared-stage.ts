import type {Problem} from '../base/problem.js';
import {schemas} from '../schema/schemas.generated.js';
import {interpolateMap, type Scope} from './interpolate.js';
import {type Located, type LocatedMap, member, type Origin} from './located.js';
import {type Cell, joined, ownCells} from './matrix.js';
import {textPieces} from './reference.js';

/** One entry under `stages:`, before its matrix is expanded. */
export interface DeclaredStage {
  readonly name: string;
  /** The key in the file. */
  readonly key: Origin;
  readonly body: LocatedMap;
  /** A stage type that exists. */
  readonly uses: string;
}

/** The stages whose type is known; the others were reported by the document's schema. */
export function declaredStages(document: Located): DeclaredStage[] {
  const stages = member(document, 'stages');
  if (stages?.kind !== 'map') return [];
  return [...stages.entries].flatMap(([name, {key, value}]) => {
    const uses = member(value, 'uses');
    const type = uses?.kind === 'scalar' && typeof uses.value === 'string' ? uses.value : '';
    return value.kind === 'map' && Object.hasOwn(schemas, `stage.${type}`)
      ? [{name, key, body: value, uses: type}]
      : [];
  });
}

/** The combinations each stage runs with: its own matrix, and those of the stages whose results it uses. */
export function expandMatrices(
  stages: readonly DeclaredStage[],
  scope: Scope,
  problems: Problem[],
): ReadonlyMap<string, readonly Cell[]> {
  const byName = new Map(stages.map((stage) => [stage.name, stage]));
  const cells = new Map<string, readonly Cell[]>();
  const open = new Set<string>();
  // An explicit stack, those used on top of their users: long chains must not overflow the call stack.
  const work: DeclaredStage[] = [];
  for (const stage of stages) {
    work.push(stage);
    while (work.length > 0) {
      const top = work.at(-1)!;
      const used = usedStages(top.body).flatMap((name) => byName.get(name) ?? []);
      const waiting = open.has(top.name) ? [] : used.filter(({name}) => !cells.has(name) && !open.has(name));
      open.add(top.name);
      if (waiting.length > 0) {
        work.push(...waiting);
        continue;
      }
      work.pop();
      open.delete(top.name);
      if (cells.has(top.name)) continue;
      // A stage without combinations yet is part of a circle, which is reported when the stages are connected.
      const inherited = used.map(({name}) => cells.get(name) ?? [new Map()]);
      cells.set(top.name, [matrixOf(top, scope, problems), ...inherited].reduce(joined));
    }
  }
  return cells;
}

function matrixOf({body}: DeclaredStage, scope: Scope, problems: Problem[]): readonly Cell[] {
  const matrix = member(body, 'matrix');
  if (matrix?.kind !== 'map') return [new Map()];
  return ownCells(interpolateMap(matrix, {...scope, stages: undefined}, problems), problems);
}

/** Names in `${stages.NAME…}` of a stage's own parameters, each once, in the order they occur. */
function usedStages(body: LocatedMap): string[] {
  const parameters = member(body, 'with');
  return parameters ? [...new Set(stageNames(parameters))] : [];
}

function stageNames(value: Located): string[] {
  switch (value.kind) {
    case 'scalar':
      return typeof value.value === 'string'
        ? textPieces(value.value).flatMap((piece) =>
            piece.kind === 'reference' && piece.words[0] === 'stages' ? [piece.words[1]!] : [],
          )
        : [];
    case 'list':
      return value.items.flatMap(stageNames);
    case 'map':
      return [...value.entries.values()].flatMap((entry) => stageNames(entry.value));
  }
}
