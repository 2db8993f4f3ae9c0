// Validators compiled ahead of time: at run time nothing is compiled and ajv itself is not loaded.
import {Ajv} from 'ajv';
import standaloneCode from 'ajv/dist/standalone/index.js';

const header = `// @ts-nocheck
/** Generated from schema/ by \`npm run generate\`; not to be edited. */
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
  ajv.addVocabulary(['x-path', 'x-stage']);
  for (const [name, {schema}] of Object.entries(validated)) ajv.addSchema({...schema, $id: name}, name);
  const names = Object.keys(validated);
  const exported = Object.fromEntries(names.map((name) => [exportName(name), name]));
  const code = (standaloneCode.default ?? standaloneCode)(ajv, exported);
  return header + imported(withoutSchemas(code)) + table(names);
}

/** ajv keeps each whole schema beside its validator, for errors in verbose mode only. */
function withoutSchemas(code) {
  return code.replace(
    /const schema\d+ = \{"(?:title|description)".*?\};(?=\n|const |function |export )/g,
    '',
  );
}

function imported(code) {
  const names = new Map();
  const body = code.replace(/require\("([^"]+)"\)\.default/g, (_, path) => {
    if (!names.has(path)) names.set(path, `imported${names.size}`);
    return `${names.get(path)}.default`;
  });
  const lines = [...names].map(([path, name]) => `import ${name} from '${path}.js';\n`);
  return lines.join('') + body.replace(/^"use strict";/, '');
}

function table(names) {
  const rows = names.map((name) => `  '${name}': ${exportName(name)},\n`).join('');
  return `\n/** Every validator by schema name. A validator returns false and leaves what it found in \`errors\`. */
export const validators: Record<string, {(data: unknown): boolean; errors?: null | readonly unknown[]}> = {\n${rows}};\n`;
}

function exportName(name) {
  return `validate_${name.replace(/[^A-Za-z0-9]/g, '_')}`;
}
