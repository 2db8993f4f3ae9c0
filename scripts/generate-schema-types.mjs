// Makes everything that follows from schema/: the editors' schemas, TypeScript types, validators, the schemas as
// data, and the tables of stage types. `--check` writes nothing and fails when a file is not what it should be.
import {existsSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join, relative} from 'node:path';
import {fileURLToPath} from 'node:url';
import {editorSchemas} from './schema/editor.mjs';
import {loadSources, mapValues, SCHEMA_URL, schemaFile, stageTypes} from './schema/sources.mjs';
import {stageTables} from './schema/stages.mjs';
import {typeScriptTypes} from './schema/types.mjs';
import {validatorCode} from './schema/validators.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const generated = join(root, 'src/schema');

/** What gets a validator: documents as users write them, and stage parameters with their defaults filled in. */
function validatedSchemas(sources) {
  const stages = stageTypes.map((type) => [`stage.${type}`, {schema: sources.stage(type), form: 'resolved'}]);
  return {
    pipeline: {schema: sources.document('pipeline'), form: 'written'},
    stage: {schema: sources.stageBody(), form: 'written'},
    preset: {schema: sources.document('preset'), form: 'written'},
    settings: {schema: sources.document('settings'), form: 'written'},
    dataset_json: {schema: sources.plain('dataset-json'), form: 'written'},
    lock: {schema: sources.plain('lock'), form: 'written'},
    ...Object.fromEntries(stages),
  };
}

function schemaData(validated) {
  const data = mapValues(validated, ({schema}) => schema);
  return `/** Generated from schema/ by \`npm run generate\`; not to be edited. */
import type {Schema} from './schema.js';

/** Every schema by name, references resolved: defaults, allowed values and descriptions for what explains them. */
export const schemas: Readonly<Record<string, Schema>> = ${JSON.stringify(data, null, 1)};
`;
}

/** Every schema by hand with its `$id`, which follows from its place. */
function identified(made, sources) {
  const files = ['schema', 'schema/output'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.schema.json'))
      .map((name) => `${folder}/${name}`),
  );
  return files
    .map((file) => [join(root, file), `${SCHEMA_URL}${file.slice('schema/'.length)}`])
    .filter(([path]) => !made.has(path))
    .map(([path, id]) => [path, withAdapterKinds(withId(readFileSync(path, 'utf8'), id), sources)]);
}

/** A document's `adapter_type` is one of the kinds that a train stage knows. */
function withAdapterKinds(text, sources) {
  const kinds = sources.stage('train').properties.adapter.oneOf.map(({properties}) => properties.type.const);
  const list = kinds.map((kind) => `\n        ${JSON.stringify(kind)}`).join(',');
  return text.replace(
    /("adapter_type": \{\n {6}"enum": \[)[^\]]*\]/,
    (_, before) => `${before}${list}\n      ]`,
  );
}

/** Behind `$schema`, which is the first member; the rest of the text stays as it was written. */
function withId(text, id) {
  const line = `\n  "$id": ${JSON.stringify(id)},`;
  const bare = text.replace(/\n {2}"\$id": "[^"]*",/, '');
  return bare.replace(/\n {2}"\$schema": "[^"]*",/, (first) => first + line);
}

function schemaUrl() {
  return `/** Generated from schema/ by \`npm run generate\`; not to be edited. */

/** Where the schemas of this major version are published: what \`$schema\` lines of written files begin with. */
export const SCHEMA_URL = '${SCHEMA_URL}';
`;
}

async function outputs() {
  const sources = loadSources();
  const validated = validatedSchemas(sources);
  const editors = Object.entries(editorSchemas(sources)).map(([name, schema]) => [
    schemaFile(name),
    `${JSON.stringify(schema, null, 2)}\n`,
  ]);
  return new Map([
    ...editors,
    ...identified(new Map(editors), sources),
    [join(generated, 'schema-url.generated.ts'), schemaUrl()],
    [join(generated, 'types.generated.ts'), await typeScriptTypes(validated)],
    [join(generated, 'validators.generated.ts'), validatorCode(validated)],
    [join(generated, 'schemas.generated.ts'), schemaData(validated)],
    ...stageTables(root),
  ]);
}

const files = await outputs();
const stale = [...files].filter(([path, text]) => !existsSync(path) || readFileSync(path, 'utf8') !== text);
const names = stale.map(([path]) => relative(root, path)).join(', ');
if (process.argv.includes('--check')) {
  if (stale.length > 0) {
    console.error(`Stale, run \`npm run generate\`: ${names}`);
    process.exitCode = 1;
  }
} else {
  for (const [path, text] of stale) writeFileSync(path, text);
  console.log(stale.length > 0 ? `Wrote ${names}` : 'Everything generated is up to date');
}
