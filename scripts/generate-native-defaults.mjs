// The engine's defaults of training, estimate and sampler options, written from the schemas that users' files are checked by: a default is
// decided once. With --check nothing is written; a stale file is exit code 1.
import {readFileSync, writeFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';

const root = new URL('../', import.meta.url);
const header = fileURLToPath(new URL('native/core/option_defaults.generated.h', root));
// The engine leaves these to TypeScript; of `generate` it has what decides a clip.
const ELSEWHERE = {
  train: ['checkpoint', 'early_stop', 'inference', 'logging', 'resume', 'samples'],
  estimate: [],
  generate: 'checkpoint strengths prompts seeds format bits precision on_error'.split(' '),
};

const read = (name) => JSON.parse(readFileSync(new URL(`schema/${name}.schema.json`, root), 'utf8'));

function resolved(schema, document) {
  if (schema.$ref === undefined) return schema;
  const [file, path] = schema.$ref.split('#/definitions/');
  const from = file === '' ? document : read(file.replace('.schema.json', ''));
  return from.definitions[path];
}

/** A constant's type and value in C++, by the default and by what the schema says of numbers. */
function constant(schema, value) {
  const literal = (item) => (typeof item === 'string' ? JSON.stringify(item) : String(item));
  if (Array.isArray(value)) {
    if (value.length === 0) return undefined;
    const type = typeof value[0] === 'string' ? 'const char* const' : 'double';
    return (name) => `${type} ${name}[] = {${value.map(literal).join(', ')}};`;
  }
  if (typeof value === 'boolean') return (name) => `bool ${name} = ${value};`;
  if (typeof value === 'string') return (name) => `std::string_view ${name} = ${literal(value)};`;
  if (typeof value !== 'number') return undefined; // objects: their members have defaults of their own
  return (name) => `${schema.type === 'integer' ? 'int64_t' : 'double'} ${name} = ${value};`;
}

/** Lines of one object of options: its constants, then a namespace for each object or alternative in it. */
function members(schema, document) {
  const lines = [];
  const inner = [];
  for (const [name, given] of Object.entries(schema.properties ?? {})) {
    const property = {...resolved(given, document), ...given};
    const alternatives = (property.oneOf ?? []).map((one) => resolved(one, document));
    const made = constant(property, property.default);
    if (made !== undefined) lines.push(`inline constexpr ${made(name)}`);
    const nested = [
      ...members(property, document),
      ...alternatives.flatMap((one) => namespace(one.properties?.type?.const, members(one, document))),
    ];
    inner.push(...namespace(name, nested));
  }
  return [...lines, ...inner];
}

function namespace(name, lines) {
  if (lines.length === 0 || name === undefined) return [];
  return [`namespace ${name} {`, ...lines, `}  // namespace ${name}`];
}

function stage(name) {
  const document = read(`stage.${name}`);
  const kept = Object.entries(document.properties).filter(([key]) => !ELSEWHERE[name].includes(key));
  return namespace(name, members({properties: Object.fromEntries(kept)}, document));
}

const text = `${[
  '#pragma once',
  '// Written from schema/stage.{train,estimate,generate}.schema.json by `npm run generate`.',
  '#include <cstdint>',
  '#include <string_view>',
  '',
  'namespace sidestep::defaults {',
  ...Object.keys(ELSEWHERE).flatMap(stage),
  '}  // namespace sidestep::defaults',
].join('\n')}\n`;

const before = (() => {
  try {
    return readFileSync(header, 'utf8');
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return undefined;
  }
})();
if (process.argv.includes('--check')) process.exitCode = before === text ? 0 : 1;
else if (before !== text) {
  writeFileSync(header, text);
  console.log('Wrote native/core/option_defaults.generated.h');
}
