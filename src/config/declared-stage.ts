import type {Problem} from '../base/problem.js';
import {textPieces} from '../base/reference.js';
import {schemas} from '../schema/schemas.generated.js';
import {check} from './check/check.js';
import {interpolate, type Scope} from './interpolate.js';
import {type Combination, joined, MAX_COMBINATIONS, ownCombinations, tooMany} from './matrix.js';
import {
  type Findings,
  type Located,
  type LocatedMap,
  member,
  type Origin,
  problemAt,
} from './text/located.js';

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
  findings: Findings,
): ReadonlyMap<string, readonly Combination[]> {
  const byName = new Map(stages.map((stage) => [stage.name, stage]));
  const combinations = new Map<string, readonly Combination[]>();
  const open = new Set<string>();
  // An explicit stack, those used on top of their users: long chains must not overflow the call stack.
  const work: DeclaredStage[] = [];
  for (const stage of stages) {
    work.push(stage);
    while (work.length > 0) {
      const top = work.at(-1)!;
      const used = usedStages(top.body).flatMap((name) => byName.get(name) ?? []);
      const waiting = open.has(top.name)
        ? []
        : used.filter(({name}) => !combinations.has(name) && !open.has(name));
      open.add(top.name);
      if (waiting.length > 0) {
        work.push(...waiting);
        continue;
      }
      work.pop();
      open.delete(top.name);
      if (combinations.has(top.name)) continue;
      // A stage without combinations yet is part of a circle, which is reported when the stages are connected.
      const inherited = used.map(({name}) => ({name, combinations: combinations.get(name) ?? [new Map()]}));
      combinations.set(
        top.name,
        joinedCombinations(top, matrixOf(top, scope, findings), inherited, findings.problems),
      );
    }
  }
  return combinations;
}

/** A stage that nothing is left of is an error; not again where a stage it uses, or its own matrix, is the reason. */
function joinedCombinations(
  {name, key}: DeclaredStage,
  own: readonly Combination[],
  inherited: readonly {readonly name: string; readonly combinations: readonly Combination[]}[],
  problems: Problem[],
): readonly Combination[] {
  let combinations = own;
  for (const used of inherited) {
    const before = combinations.length;
    combinations = joined(combinations, used.combinations);
    if (combinations.length > MAX_COMBINATIONS) {
      problems.push(tooMany(before * used.combinations.length, key));
      return [];
    }
    if (combinations.length > 0 || before === 0 || used.combinations.length === 0) continue;
    const message = `${name} uses ${used.name}, but no combination of its matrix agrees with one there`;
    const hint = 'Values agree when they are equal; 1 and "1" are not.';
    problems.push(problemAt(key, {code: 'config/no-combinations', message, hint}));
  }
  return combinations;
}

function matrixOf(
  {name, key, body}: DeclaredStage,
  scope: Scope,
  findings: Findings,
): readonly Combination[] {
  const entry = body.entries.get('matrix');
  if (entry === undefined) return [new Map()];
  const {problems} = findings;
  const before = problems.length;
  const matrix = interpolate(entry.value, {...scope, stages: undefined}, problems);
  const combinations = matrix.kind === 'map' ? ownCombinations(matrix, findings) : [];
  if (combinations.length > 0 || problems.length > before) return combinations;
  const resolved = {...body, entries: new Map([...body.entries, ['matrix', {...entry, value: matrix}]])};
  problems.push(...check('stage', resolved, {prefix: `stages.${name}`, missing_at: key, ignore: isOpen}));
  if (problems.length === before) {
    const message = `No combination is left of the matrix of ${name}`;
    const hint = 'Remove an exclude, or the stage.';
    problems.push(problemAt(entry.key, {code: 'config/no-combinations', message, hint}));
  }
  return [];
}

/** References stand for values that are checked once they are known. */
export function isOpen(_error: unknown, at: Located | undefined): boolean {
  return at?.kind === 'scalar' && typeof at.value === 'string' && at.value.includes('${');
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
