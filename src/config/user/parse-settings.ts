import {dirname} from 'node:path';
import {failure, ok, type Result} from '../../base/result.js';
import type {SettingsDocument} from '../../schema/types.generated.js';
import {check, isAbsence} from '../check/check.js';
import {emptyMap, inReadingOrder, plain} from '../text/located.js';
import {sourceText} from '../text/source-text.js';
import {parseYaml} from '../text/yaml.js';
import {absolutePath, type Settings} from './settings.js';

/** Pure: the text of a settings file to settings. Paths in it start from the file's folder. */
export function parseSettings(path: string, text: string): Result<Settings> {
  const source = sourceText(path, text);
  const {value, problems} = parseYaml(source);
  const located = value ?? emptyMap({source, start: 0, end: 0, via: []});
  const stages = located.kind === 'map' ? located.entries.get('stages')?.value : undefined;
  const found = [...problems, ...check('settings', located)];
  if (stages?.kind === 'map' && found.length === 0) {
    for (const [type, {value: parameters}] of stages.entries) {
      found.push(...check(`stage.${type}`, parameters, {prefix: `stages.${type}`, ignore: isAbsence}));
    }
  }
  if (found.length > 0) return failure(...inReadingOrder(found));
  return ok({path, values: withPaths(plain(located) as SettingsDocument, dirname(path)), located});
}

function withPaths(values: SettingsDocument, dir: string): SettingsDocument {
  const {checkpoint_dir, cache} = values;
  return {
    ...values,
    ...(checkpoint_dir === undefined ? {} : {checkpoint_dir: absolutePath(checkpoint_dir, dir)}),
    ...(cache === undefined ? {} : {cache: cacheWithPaths(cache, dir)}),
  };
}

function cacheWithPaths(cache: CacheSettings, base: string): CacheSettings {
  const {dir, from} = cache;
  return {
    ...cache,
    ...(dir === undefined ? {} : {dir: absolutePath(dir, base)}),
    ...(from === undefined ? {} : {from: from.map((path) => absolutePath(path, base))}),
  };
}

type CacheSettings = NonNullable<SettingsDocument['cache']>;
