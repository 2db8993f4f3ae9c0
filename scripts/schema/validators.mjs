// Validators compiled ahead of time: at run time nothing is compiled and ajv itself is not loaded.
import {Ajv} from 'ajv';
import standaloneCode from 'ajv/dist/standalone/index.js';
import {rewrite} from './sources.mjs';

/** Each is made when it is first asked for: a command needs one or two of them, and most of the text is constants. */
const LATE = `
export interface Validator {
  (data: unknown): boolean;
  errors?: null | readonly unknown[];
}

function late(make: () => Validator): () => Validator {
  let made: Validator | undefined;
  return () => (made ??= make());
}
`;

const header = `// @ts-nocheck
/** Generated from schema/ by \`npm run generate\`; not to be edited. */
import {createRequire} from 'node:module';
const require = createRequire(import.meta.url); // for ajv's few run-time functions, which are CommonJS
`;

export function validatorCode(validated) {
  const made = Object.entries(validated).map(
    ([name, {schema}]) => `  '${name}': late(() => {${codeOf(name, schema)}}),\n`,
  );
  return `${header}${LATE}
/** Every validator by schema name. A validator returns false and leaves what it found in \`errors\`. */
export const validators: Record<string, () => Validator> = {\n${made.join('')}};\n`;
}

/** The body of a function that returns the validator. */
function codeOf(name, schema) {
  const ajv = new Ajv({
    allErrors: true,
    strict: true,
    strictRequired: false, // `anyOf: [{required: [...]}]` names properties declared one level up
    allowUnionTypes: true,
    discriminator: true,
    code: {source: true, esm: true, lines: true},
  });
  ajv.addVocabulary(['x-path', 'x-stage', 'x-implied', 'x-text', 'x-form', 'x-word']);
  ajv.addSchema({...wordless(schema), $id: name}, name);
  const code = (standaloneCode.default ?? standaloneCode)(ajv, {validate: name});
  const [head, validate] = /^"use strict";\s*export const validate = (\w+);/.exec(code) ?? [];
  if (validate === undefined) throw new Error(`ajv begins its modules in another way: ${code.slice(0, 200)}`);
  return `${inLines(code.slice(head.length))} return ${validate};`;
}

/** The schemas that the code carries along, a member to a line: a merge can be read. */
function inLines(code) {
  return code.replace(
    /^const (schema\d+) = ([{[].*[}\]]);/gm,
    (_, name, json) => `const ${name} = ${JSON.stringify(JSON.parse(json), null, 1)};`,
  );
}

/** Words are for people; a validator does not need them, but ajv would carry them along. */
function wordless(schema) {
  return rewrite(schema, (copy) => {
    const {
      title: _title,
      description: _description,
      examples: _examples,
      default: _default,
      'x-stage-type': _type,
      ...rest
    } = copy;
    return rest;
  });
}
