import {canonicalJson, type Json} from '../base/json.js';
import {didYouMean, listed} from '../base/near-miss.js';
import type {Problem} from '../base/problem.js';
import {wildcard} from '../base/wildcard.js';
import {paramLeaves, pathMatches} from '../stage/param.js';
import {stageTypes} from '../stage/registry.js';
import {mergedDocuments} from './merged-documents.js';
import type {ConfiguredStage} from './pipeline.js';
import {emptyMap, type Located, type LocatedMap, member, problemAt} from './text/located.js';
import {sourceText} from './text/source-text.js';

/** What may choose a profile, strongest first: a person, their settings, the name of the machine. */
export interface ProfileChoice {
  readonly asked?: string | undefined;
  readonly settings?: string | undefined;
  readonly host: string;
}

export interface Profiled {
  readonly document: Located;
  /** The chosen one. */
  readonly profile: {readonly name: string; readonly body: LocatedMap} | undefined;
}

/** Pure: a document with the profile of this machine over it. Settings may name one that this pipeline has not. */
export function withProfile(document: Located, choice: ProfileChoice, problems: Problem[]): Profiled {
  const profiles = member(document, 'profiles');
  const bodies = profiles?.kind === 'map' ? profiles.entries : new Map();
  const name = nameOf(bodies, choice, problems);
  const body = name === undefined ? undefined : bodies.get(name)?.value;
  if (name === undefined || body?.kind !== 'map') return {document, profile: undefined};
  const entries = new Map([...(body as LocatedMap).entries].filter(([key]) => LAID_OVER.has(key)));
  const laid = mergedDocuments(document, {...body, entries});
  return {document: {...laid, origin: document.origin}, profile: {name, body}};
}

const LAID_OVER = new Set(['vars', 'defaults', 'stages']);

function nameOf(
  bodies: LocatedMap['entries'],
  {asked, settings, host}: ProfileChoice,
  problems: Problem[],
): string | undefined {
  if (asked !== undefined && asked !== '') {
    if (bodies.has(asked)) return asked;
    problems.push(unknownProfile(asked, [...bodies.keys()]));
    return undefined;
  }
  if (settings !== undefined && bodies.has(settings)) return settings;
  return [...bodies].find(([, {value}]) => namesHost(member(value, 'hosts'), host))?.[0];
}

function namesHost(hosts: Located | undefined, host: string): boolean {
  const patterns = hosts?.kind === 'list' ? hosts.items : [];
  return patterns.some(
    (item) => item.kind === 'scalar' && wildcard(String(item.value), 'i').test(host), // names of machines know no case
  );
}

function unknownProfile(asked: string, names: readonly string[]): Problem {
  const origin = emptyMap({
    source: sourceText('--profile', asked),
    start: 0,
    end: asked.length,
    via: [],
  }).origin;
  const there = names.length > 0 ? `; there are ${listed(names)}` : '';
  return problemAt(origin, {
    code: 'config/unknown-profile',
    message: `The pipeline has no profile ${asked}${there}`,
    hint: didYouMean(asked, names) ?? 'Profiles are named by their keys under `profiles:`.',
  });
}

/**
 * Pure: what a profile changes of results, as one warning: places, threads and the like do not, and the same work is found in a
 * cache whichever machine did it.
 */
export function decidedBy(
  {name, body}: NonNullable<Profiled['profile']>,
  plain: readonly ConfiguredStage[],
  profiled: readonly ConfiguredStage[],
): Problem[] {
  const before = new Map(plain.map((stage) => [stage.id, stage]));
  const decided = profiled.flatMap((stage) => {
    const old = before.get(stage.id);
    return old === undefined ? [] : decisionsBetween(old, stage);
  });
  if (decided.length === 0) return [];
  const origin = {...body.origin, end: body.origin.start + 1};
  return [
    problemAt(origin, {
      code: 'config/profile-decides',
      message: `The profile ${name} changes results, which are then not those of another machine: ${listed([...new Set(decided)], 8)}`,
      hint: 'Places, threads and executors change none. What decides a result belongs to the pipeline itself, unless this is meant.',
    }),
  ];
}

function decisionsBetween(old: ConfiguredStage, stage: ConfiguredStage): string[] {
  const type = stageTypes.get(stage.uses)!;
  const leaves = (of: ConfiguredStage) =>
    new Map(paramLeaves(of.params).map(({path, value}) => [path, value as Json]));
  const [mine, theirs] = [leaves(old), leaves(stage)];
  const silent = [...type.neutral, ...type.files.map(({param}) => param)];
  const params = [...new Set([...mine.keys(), ...theirs.keys()])].filter(
    (path) =>
      !silent.some((pattern) => pathMatches(path, pattern)) &&
      canonicalJson(mine.get(path) ?? null) !== canonicalJson(theirs.get(path) ?? null),
  );
  const arithmetic = type.numerics === 'engine' ? (['device', 'precision'] as const) : [];
  const changed = arithmetic.filter((key) => kindOf(old.resources[key]) !== kindOf(stage.resources[key]));
  return [...changed, ...params].map((param) => `${stage.id}.${param}`);
}

/** Which of several cards it is decides nothing. */
function kindOf(device: string): string {
  return device.replace(/:\d+$/, '');
}
