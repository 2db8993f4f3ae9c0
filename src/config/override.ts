import {equalsAfterPath, joinPath, pathWords} from '../base/dotted-path.js';
import {didYouMean, listed} from '../base/near-miss.js';
import type {Problem} from '../base/problem.js';
import {schemas} from '../schema/schemas.generated.js';
import {parameterPlaces} from './check/key-advice.js';
import {declaredStages} from './declared-stage.js';
import {
  emptyMap,
  type Findings,
  type Located,
  type LocatedMap,
  member,
  type Origin,
  problemAt,
} from './text/located.js';
import {type SourceText, sourceText} from './text/source-text.js';
import {parseYaml} from './text/yaml.js';

/**
 * Applies `--set path=value` arguments to a pipeline document, later ones over earlier ones. A path starts with a top
 * key (`vars.songs`, `defaults.seed`, `stages.train.retries`) or with a stage (`train.adapter.rank`, which means its
 * parameters; `train.retries`). A word with a dot in it is in double quotes. Values are YAML, so `[a, b]`, `true` and `1e-4` mean what they mean in the file.
 */
export function applyOverrides(document: Located, overrides: readonly string[], findings: Findings): Located {
  return overrides.reduce<Located>(
    (value, text) => applyOverride(value, sourceText('--set', text), findings),
    document,
  );
}

function applyOverride(document: Located, source: SourceText, findings: Findings): Located {
  const {problems} = findings;
  const equals = equalsAfterPath(source.text);
  const path = source.text.slice(0, Math.max(equals, 0)).trim();
  const origin: Origin = {source, start: 0, end: equals === -1 ? source.text.length : equals, via: []};
  const written = pathWords(path);
  if (equals === -1 || written === undefined || written.includes('__proto__')) {
    const message =
      written?.includes('__proto__') === true
        ? 'Nothing can be called __proto__'
        : 'Expected --set path=value';
    problems.push(
      problemAt(origin, {code: 'config/bad-override', message, hint: 'For instance --set train.epochs=200.'}),
    );
    return document;
  }
  const value = overrideValue(source, equals + 1, findings);
  if (value === undefined) return document;
  const words = fullPath(document, written, origin, problems);
  return words === undefined ? document : put(document, words, value, origin);
}

/** The value, which starts at `start`; undefined when it is no YAML (reported). */
function overrideValue(source: SourceText, start: number, findings: Findings): Located | undefined {
  const text = source.text.slice(start);
  const origin: Origin = {source, start, end: source.text.trimEnd().length, via: []};
  const plain: Located = {kind: 'scalar', value: text.trim(), origin};
  if (text.trim().startsWith('#')) return plain;
  const parsed = parseYaml({...source, text: ' '.repeat(start) + text});
  findings.problems.push(...parsed.problems.map((problem) => reframed(problem, source)));
  if (parsed.problems.length > 0) return undefined;
  const value = inSource(parsed.value ?? {kind: 'scalar', value: null, origin}, source);
  const dropped = droppedFrom(value, text, start);
  if (dropped === '') return value;
  if (isBare(value, text)) return plain; // what a file would take for a comment or an anchor was typed as text
  const message = `${JSON.stringify(dropped)} is not part of the value: YAML takes it for a comment or an anchor`;
  const hint = 'Put the whole value in quotes if it is a text.';
  findings.warnings.push(problemAt(origin, {code: 'config/dropped-text', message, hint}));
  return value;
}

/** What of the text is neither in the value nor white space around it; line feeds that a bare text would lose included. */
function droppedFrom(value: Located, text: string, start: number): string {
  const inside = text.slice(value.origin.start - start, value.origin.end - start);
  if (isBare(value, text) && inside.includes('\n')) return inside;
  const outside =
    text.slice(0, Math.max(0, value.origin.start - start)) + text.slice(value.origin.end - start);
  return value.kind === 'scalar' && value.value === null && value.written === undefined ? '' : outside.trim();
}

/** A scalar without quotes, without a block's | or >, without a tag. */
function isBare(value: Located, text: string): boolean {
  return value.kind === 'scalar' && !/^(&\S+\s+)?["'|>!]/.test(text.trim());
}

/** Columns were kept by blanking the path, so only the shown text has to change. */
function inSource(value: Located, source: SourceText): Located {
  const origin = {...value.origin, source};
  switch (value.kind) {
    case 'scalar':
      return {...value, origin};
    case 'list':
      return {...value, origin, items: value.items.map((item) => inSource(item, source))};
    case 'map': {
      const entries = [...value.entries].map(
        ([key, inner]) => [key, {key: {...inner.key, source}, value: inSource(inner.value, source)}] as const,
      );
      return {...value, origin, entries: new Map(entries)};
    }
  }
}

function reframed(problem: Problem, source: SourceText): Problem {
  const origin = {source, start: (problem.position?.column ?? 1) - 1, end: source.text.length, via: []};
  return {...problemAt(origin, problem), code: problem.code};
}

function fullPath(
  document: Located,
  words: readonly string[],
  origin: Origin,
  problems: Problem[],
): readonly string[] | undefined {
  const top = Object.keys(schemas.pipeline!.properties!);
  const [first, second] = words as [string, string | undefined];
  if (top.includes(first)) return words;
  const stages = member(document, 'stages');
  const names = stages?.kind === 'map' ? [...stages.entries.keys()] : [];
  if (!names.includes(first)) {
    const message = `Nothing in the pipeline is called ${first}`;
    const hint = stageHint(document, words, origin.source) ?? didYouMean(first, [...names, ...top]);
    problems.push(problemAt(origin, {code: 'config/bad-override', message, hint}));
    return undefined;
  }
  const ofStage = second !== undefined && Object.hasOwn(schemas.stage!.properties!, second);
  return ofStage ? ['stages', ...words] : ['stages', first, 'with', ...words.slice(1)];
}

/** `epochs=5`: the stages that have such a key, or the same under another name. */
function stageHint(document: Located, words: readonly string[], source: SourceText): string | undefined {
  const value = source.text.slice(equalsAfterPath(source.text) + 1).trim();
  const found = declaredStages(document).flatMap(({name, uses}) =>
    parameterPlaces(uses, words, value).map(
      (path) => `--set ${[name, ...path].reduce(joinPath, '')}=${value}`,
    ),
  );
  return found.length === 0 ? undefined : `Write ${listed(found, 3).replaceAll(', ', ' or ')}.`;
}

function put(target: Located | undefined, words: readonly string[], value: Located, origin: Origin): Located {
  const [word, ...rest] = words;
  if (word === undefined) return value;
  if (target?.kind === 'list' && /^[0-9]+$/.test(word) && Number(word) < target.items.length) {
    const items = target.items.map((item, index) =>
      index === Number(word) ? put(item, rest, value, origin) : item,
    );
    return {...target, items};
  }
  const map: LocatedMap = target?.kind === 'map' ? target : emptyMap(origin);
  const below = map.entries.get(word);
  const entry = {
    key: below && rest.length > 0 ? below.key : origin,
    value: put(below?.value, rest, value, origin),
  };
  return {...map, entries: new Map([...map.entries, [word, entry]])};
}
