// Every key of a pipeline file, from the schemas: docs/pipeline-reference.md.
// With --check nothing is written; a stale page is exit code 1.
import {readFileSync, writeFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {stageTypes} from './schema/sources.mjs';

const page = new URL('../docs/pipeline-reference.md', import.meta.url);
export function reference() {
  const stages = stageTypes.map((name) => stageSection(name));
  return [HEAD, pipelineSection(), ...stages, settingsSection()].join('\n');
}

function pipelineSection() {
  const schema = load('pipeline');
  const stage = schema.properties.stages.additionalProperties;
  const file = `## The file\n\n${sentence(schema.description)}\n\n${table(rowsOf(schema))}`;
  return `${file}\n## A stage\n\n${sentence(stage.description)}\n\n${table(rowsOf(stage))}`;
}

function settingsSection() {
  const schema = load('settings');
  const {stages: _stages, ...properties} = schema.properties;
  return `## Settings\n\n${sentence(schema.description)} \`sidestep settings path\` says where the file is.\n\n${table(rowsOf({...schema, properties}))}`;
}

function stageSection(name) {
  const schema = load(`stage.${name}`);
  return `## ${name}\n\n${sentence(schema.description)}\n\n${table(rowsOf(schema))}`;
}

/** One row for each key; keys of nested objects follow theirs, dotted; keys of variants say which variant. */
export function rowsOf(schema, prefix = '', variant = '') {
  const required = new Set(schema.required ?? []);
  return Object.entries(schema.properties ?? {}).flatMap(([name, key]) => {
    const path = `${prefix}${name}`;
    const own = {path, variant, key, required: required.has(name)};
    return [own, ...nestedRows(key, `${path}.`)];
  });
}

/** References replaced by what they lead to; one that leads to itself ends there. */
function expand(node, root, within = []) {
  if (Array.isArray(node)) return node.map((item) => expand(item, root, within));
  if (typeof node !== 'object' || node === null) return node;
  const {$ref, ...rest} = node;
  if ($ref === undefined)
    return Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, expand(value, root, within)]));
  if (within.includes($ref)) return rest;
  const [file, pointer] = $ref.split('#');
  const home = file === '' ? root : read(file);
  const target = pointer
    .split('/')
    .filter((word) => word !== '')
    .reduce((value, word) => value[word], home);
  return {...expand(target, home, [...within, $ref]), ...expand(rest, root, within)};
}

function nestedRows(key, prefix) {
  const variants = key.oneOf ?? [];
  const typed = variants.filter(({properties}) => properties?.type?.const !== undefined);
  if (typed.length > 0 && typed.length === variants.length) return variantRows(typed, prefix);
  return key.properties === undefined ? [] : rowsOf(key, prefix);
}

/** Keys that several variants share alike are listed once, with all their names. */
function variantRows(variants, prefix) {
  const merged = new Map();
  for (const variant of variants) {
    const name = variant.properties.type.const;
    const {type: _type, ...properties} = variant.properties;
    for (const row of rowsOf({...variant, properties}, prefix, name)) {
      const same = JSON.stringify([row.path, row.key.default, row.key.description, typeWords(row.key)]);
      const known = merged.get(same);
      if (known === undefined) merged.set(same, row);
      else known.variant += known.variant.split(', ').includes(name) ? '' : `, ${name}`;
    }
  }
  const names = variants.map(({properties}) => `\`${properties.type.const}\``).join(', ');
  const type = {path: `${prefix}type`, variant: '', key: {description: `One of ${names}.`}, required: false};
  const count = variants.length;
  return [
    type,
    ...[...merged.values()].map((row) =>
      row.variant.split(', ').length === count ? {...row, variant: ''} : row,
    ),
  ];
}

function table(rows) {
  const lines = rows.map(
    ({path, variant, key, required}) =>
      `| \`${path}\`${variant === '' ? '' : ` (${variant})`} | ${cell(typeWords(key))} | ${required ? 'required' : defaultWords(key)} | ${cell(sentence(key.description ?? ''))} |`,
  );
  return `| key | values | default | meaning |\n| --- | --- | --- | --- |\n${lines.join('\n')}\n`;
}

export function typeWords(key) {
  if (key.const !== undefined) return `\`${key.const}\``;
  if (key.enum !== undefined) return key.enum.map((value) => `\`${value}\``).join(', ');
  if (key.oneOf !== undefined || key.anyOf !== undefined) {
    const parts = key.oneOf ?? key.anyOf;
    if (parts.every(({properties}) => properties?.type?.const !== undefined)) return 'by `type`';
    return [...new Set(parts.flatMap((part) => typeWords(part).split(' or ')))].join(' or ');
  }
  const type = Array.isArray(key.type) ? key.type.join(' or ') : (key.type ?? 'any');
  return `${type}${rangeWords(key)}`;
}

function rangeWords({minimum, maximum, exclusiveMinimum}) {
  if (exclusiveMinimum !== undefined) return ` above ${exclusiveMinimum}`;
  if (minimum !== undefined && maximum !== undefined && maximum < 1e9) return ` ${minimum} to ${maximum}`;
  return minimum === undefined ? '' : ` from ${minimum}`;
}

export function defaultWords({default: value}) {
  if (value === undefined) return '';
  const isEmpty = typeof value === 'object' && value !== null && Object.keys(value).length === 0;
  return isEmpty ? '' : cell(`\`${JSON.stringify(value)}\``);
}

export function sentence(text) {
  return text.replaceAll('\n', ' ').trim();
}

export function cell(text) {
  return text.replaceAll('|', '\\|');
}

export function load(name) {
  const schema = read(`${name}.schema.json`);
  return expand(schema, schema);
}

function read(file) {
  return JSON.parse(readFileSync(new URL(`../schema/${file}`, import.meta.url), 'utf8'));
}

const HEAD = `# Pipeline reference

Generated from \`schema/\` by \`node scripts/generate-reference.mjs\`. The same schemas make editors complete and explain every
key (the first line of a pipeline names the schema), and \`sidestep validate\` checks files against them.

Weakest first, a value comes from: the default here, your settings, the stage's \`preset\`, its \`with\`, and
\`--set STAGE.KEY=VALUE\` on the command line. Relative paths start from the folder of the pipeline file.
`;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--check')) {
    if (readFileSync(page, 'utf8') !== reference()) {
      console.error('docs/pipeline-reference.md is stale: node scripts/generate-reference.mjs');
      process.exitCode = 1;
    }
  } else writeFileSync(page, reference());
}
