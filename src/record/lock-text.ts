import {asJson, type Json, type JsonObject} from '../base/json.js';
import type {LockFile} from './lock-file.js';

/**
 * The lock file's text: YAML of the plainest kind (two-space indentation, one `key: value` a line, values in JSON), so
 * that it diffs well and a thousand stages are read in milliseconds, where a general YAML parser needs seconds.
 */
const HEADER = `# Written by sidestep. Commit it: with the pipeline and the audio it reproduces every result.
sidestep_lock: 1
`;

export function printLock(lock: LockFile): string {
  const stages = Object.entries(lock.stages);
  if (stages.length === 0) return `${HEADER}stages: {}\n`;
  return `${HEADER}stages:\n${stages.map(([id, record]) => printMember(id, asJson(record), 1)).join('')}`;
}

function printMember(key: string, value: Json, depth: number): string {
  const indent = '  '.repeat(depth);
  // Nesting stops at the members of a record, so that no value can look like structure.
  if (depth < 3 && isNonEmptyMap(value)) {
    const members = Object.entries(value).map(([name, member]) => printMember(name, member, depth + 1));
    return `${indent}${printKey(key)}:\n${members.join('')}`;
  }
  return `${indent}${printKey(key)}: ${JSON.stringify(value)}\n`;
}

/** Plain where YAML and people see plain text; in quotes where YAML might see more in it. */
function printKey(key: string): string {
  return /^[A-Za-z_][\w.-]*$/.test(key) && !/^(y|n|yes|no|on|off|true|false|null)$/i.test(key)
    ? key
    : JSON.stringify(key);
}

function isNonEmptyMap(value: Json): value is JsonObject {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0
  );
}
