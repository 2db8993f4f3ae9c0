// The hand-written schemas, read from schema/ with every $ref replaced by what it names. No schema refers to itself,
// so each becomes a finite tree; what several places refer to stays one shared object, which keeps its type one type.
import {readdirSync, readFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import {fileURLToPath} from 'node:url';

/** Where the schemas of this major version are published with the npm package; every `$id` and `$schema` line begins so. */
export const SCHEMA_URL = 'https://unpkg.com/sidestep-ace@0/schema/';

const folder = fileURLToPath(new URL('../../schema/', import.meta.url));

const STAGE_SCHEMA = /^stage\.(.+)\.schema\.json$/;

/** Every stage type: the files in schema/ are the list, `x-stage-type` holds what it says of each. In the order in which a pipeline usually has them. */
const declared = readdirSync(folder)
  .flatMap((file) => STAGE_SCHEMA.exec(file)?.[1] ?? [])
  .map((name) => ({name, ...readSchema(`stage.${name}.schema.json`)['x-stage-type']}))
  .sort((a, b) => a.order - b.order || a.name.localeCompare(b.name));

export const stageTypes = declared.map(({name}) => name);

/** What is in place of `x-stage-types`. */
const followsFromTypes = {
  enum: ({description, ...schema}) => ({
    ...schema,
    description: description.replace(
      '{stage types}',
      declared.map(({name, does}) => `\`${name}\` ${does}`).join(', '),
    ),
    enum: stageTypes,
  }),
  properties: (schema) => ({
    ...schema,
    properties: Object.fromEntries(
      declared
        .filter(({in_settings = true}) => in_settings)
        .map(({name}) => [
          name,
          {description: `Parameters of every \`${name}\` stage.`, type: 'object', default: {}},
        ]),
    ),
  }),
};

export function loadSources() {
  const read = memo(readSchema);
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
    const {'x-stage-types': types, ...rest} = schema;
    return Object.fromEntries(
      Object.entries(types === undefined ? rest : followsFromTypes[types](rest))
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

function readSchema(file) {
  return JSON.parse(readFileSync(join(folder, file), 'utf8'));
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
