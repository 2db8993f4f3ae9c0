// The hand-written schemas, read from schema/ with every $ref replaced by what it names. No schema refers to itself,
// so each becomes a finite tree; what several places refer to stays one shared object, which keeps its type one type.
import {readFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import {fileURLToPath} from 'node:url';

/** Where the schemas of this major version are published with the npm package; every `$id` and `$schema` line begins so. */
export const SCHEMA_URL = 'https://unpkg.com/sidestep-ace@0/schema/';

const folder = fileURLToPath(new URL('../../schema/', import.meta.url));

/** Stage types in the order in which a pipeline usually has them. */
export const stageTypes = [
  'scan',
  'dataset',
  'join',
  'caption',
  'analyze',
  'preprocess.pass1',
  'preprocess.pass2',
  'pack',
  'estimate',
  'train',
  'generate',
  'export',
  'fixture',
  'command',
];

export function loadSources() {
  const read = memo((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')));
  const resolved = memo((address) => {
    const [file, pointer] = address.split('#');
    return resolve(at(read(file), pointer), file);
  });
  function resolve(schema, file) {
    if (Array.isArray(schema)) return schema.map((element) => resolve(element, file));
    if (typeof schema !== 'object' || schema === null) return schema;
    if (schema.$ref) {
      const [target, pointer] = schema.$ref.split('#');
      return resolved(`${target || file}#${pointer}`);
    }
    return Object.fromEntries(
      Object.entries(schema)
        .filter(([key]) => !['$schema', '$id', 'definitions'].includes(key))
        .map(([key, value]) => [key, resolve(value, file)]),
    );
  }
  return {
    document: (name) => resolved(`document.${name}.schema.json#`),
    stage: (type) => resolved(`stage.${type}.schema.json#`),
    plain: (name) => resolved(`${name}.schema.json#`),
    stageBody: () => resolved('document.pipeline.schema.json#/definitions/stage'),
  };
}

/** Applies `change` to every subschema from the leaves up; shared subschemas stay shared. */
export function rewrite(schema, change) {
  const done = new Map();
  const visit = (node) => {
    if (done.has(node)) return done.get(node);
    const copy = {...node};
    for (const key of ['properties', 'patternProperties']) {
      if (node[key]) copy[key] = mapValues(node[key], visit);
    }
    for (const key of ['items', 'additionalProperties', 'not', 'if', 'then', 'else']) {
      if (typeof node[key] === 'object') copy[key] = visit(node[key]);
    }
    for (const key of ['anyOf', 'oneOf', 'allOf']) if (node[key]) copy[key] = node[key].map(visit);
    const result = change(copy, node);
    done.set(node, result);
    return result;
  };
  return visit(schema);
}

export function mapValues(object, change) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value, key)]));
}

export function schemaFile(name) {
  return join(folder, basename(name));
}

function at(schema, pointer) {
  return pointer
    .split('/')
    .slice(1)
    .reduce((node, word) => node[word], schema);
}

function memo(compute) {
  const known = new Map();
  return (key) => {
    if (!known.has(key)) known.set(key, compute(key));
    return known.get(key);
  };
}
