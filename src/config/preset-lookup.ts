import {didYouMean, listed} from '../base/near-miss.js';
import type {Problem} from '../base/problem.js';
import type {DeclaredStage} from './declared-stage.js';
import {type Located, type LocatedMap, type LocatedScalar, member, problemAt} from './text/located.js';
import {type Preset, type PresetFile, parsePreset} from './user/preset.js';

/** The presets a pipeline can use; each is parsed when it is first named. */
export interface PresetLookup {
  /** The parameters of the presets a stage names, weakest first. Unknown, unfit and broken presets are reported. */
  readonly layersFor: (stage: DeclaredStage, body: LocatedMap, problems: Problem[]) => readonly Located[];
  /** Paths of the presets that were used. */
  readonly used: () => readonly string[];
}

export function presetLookup(files: readonly PresetFile[]): PresetLookup {
  const parsed = new Map<string, Preset>();
  const names = [...new Set(files.map(({name}) => name))];
  const take = (name: string): Preset | undefined => {
    const file = files.find((candidate) => candidate.name === name); // the strongest comes first
    if (file && !parsed.has(name)) parsed.set(name, parsePreset(file));
    return parsed.get(name);
  };
  return {
    layersFor: (stage, body, problems) =>
      presetNames(body).flatMap((named) => layerOf(named, take(String(named.value)), names, stage, problems)),
    used: () => [...parsed.values()].map(({path}) => path),
  };
}

function presetNames(body: LocatedMap): LocatedScalar[] {
  const preset = member(body, 'preset');
  const items = preset?.kind === 'list' ? preset.items : preset ? [preset] : [];
  return items.filter(
    (item): item is LocatedScalar => item.kind === 'scalar' && typeof item.value === 'string' && !item.broken,
  );
}

function layerOf(
  named: LocatedScalar,
  preset: Preset | undefined,
  names: readonly string[],
  stage: DeclaredStage,
  problems: Problem[],
): readonly Located[] {
  if (preset === undefined) {
    const message = `No preset is named ${String(named.value)}; there are ${listed(names)}`;
    const hint =
      didYouMean(String(named.value), names) ??
      'Presets are looked for in ./presets, your settings folder and the program.';
    problems.push(problemAt(named.origin, {code: 'config/unknown-preset', message, hint}));
    return [];
  }
  problems.push(...preset.problems);
  if (preset.problems.length > 0 || preset.with === undefined) return [];
  if (preset.uses === stage.uses) return [preset.with];
  const message = `The preset ${preset.name} is for ${String(preset.uses)} stages but ${stage.name} is a ${stage.uses} stage`;
  problems.push(problemAt(named.origin, {code: 'config/unfit-preset', message}));
  return [];
}
