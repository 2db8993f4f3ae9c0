import {type ParsedYaml, parseAnyYaml} from './any-yaml.js';
import {readPlainYaml} from './plain-yaml.js';
import type {SourceText} from './source-text.js';

/** YAML 1.2 to located values. Never throws: whatever is wrong is a problem with a position. */
export function parseYaml(source: SourceText): ParsedYaml {
  const value = readPlainYaml(source);
  return value === undefined ? parseAnyYaml(source) : {value, problems: []};
}
