// Validators compiled ahead of time: at run time nothing is compiled and ajv itself is not loaded.
import {Ajv} from 'ajv';
import standaloneCode from 'ajv/dist/standalone/index.js';
import {rewrite} from './sources.mjs';

const header = `// @ts-nocheck
/** Generated from schema/ by \`npm run generate\`; not to be edited. */
import {createRequire} from 'node:module';
const require = createRequire(import.meta.url); // for ajv's few run-time functions, which are CommonJS
`;

export function validatorCode(validated) {
  const ajv = new Ajv({
    allErrors: true,
    strict: true,
    strictRequired: false, // \`anyOf: [{required: [...]}]\` names properties declared one level up
    allowUnionTypes: true,
    discriminator: true,
    code: {source: true, esm: true, lines: false},
  });
  ajv.addVocabulary(['x-path', 'x-stage', 'x-implied', 'x-text', 'x-form', 'x-word']);
  for (const [name, {schema}] of Object.entries(validated))
    ajv.addSchema({...wordless(schema), $id: name}, name);
  const names = Object.keys(validated);
  const exported = Object.fromEntries(names.map((name) => [exportName(name), name]));
  const code = (standaloneCode.default ?? standaloneCode)(ajv, exported);
  return header + code.replace(/^"use strict";/, '') + table(names);
}

/** Words are for people; a validator does not need them, but ajv would carry them along. */
function wordless(schema) {
  return rewrite(schema, (copy) => {
    const {title: _title, description: _description, examples: _examples, default: _default, ...rest} = copy;
    return rest;
  });
}

function table(names) {
  const rows = names.map((name) => `  '${name}': ${exportName(name)},\n`).join('');
  return `\n/** Every validator by schema name. A validator returns false and leaves what it found in \`errors\`. */
export const validators: Record<string, {(data: unknown): boolean; errors?: null | readonly unknown[]}> = {\n${rows}};\n`;
}

function exportName(name) {
  return `validate_${name.replace(/[^A-Za-z0-9]/g, '_')}`;
}
