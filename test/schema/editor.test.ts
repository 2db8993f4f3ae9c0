import {readFileSync} from 'node:fs';
import {describe, expect, test} from 'vitest';
import {TextDocument} from 'vscode-languageserver-textdocument';
import {getLanguageService} from 'yaml-language-server/lib/umd/languageservice/yamlLanguageService.js';
import type {Schema} from '../../src/schema/schema.js';
import {schemas} from '../../src/schema/schemas.generated.js';

const folder = new URL('../../schema/', import.meta.url);

/** The YAML language server, as editors run it, with our schema for every document. */
function editor(schemaFile: string) {
  const service = getLanguageService({
    schemaRequestService: async (uri) => readFileSync(new URL(uri), 'utf8'),
    workspaceContext: {resolveRelativePath: (path, base) => new URL(path, base).href},
  });
  service.configure({
    validate: true,
    hover: true,
    completion: true,
    yamlVersion: '1.2',
    schemas: [{uri: new URL(schemaFile, folder).href, fileMatch: ['*.yaml']}],
  });
  return service;
}

let version = 0; // the service remembers documents by version
function open(text: string): TextDocument {
  return TextDocument.create('file:///project/pipeline.yaml', 'yaml', ++version, text);
}

/** A mapping that people write, with the lines that lead to it. */
interface Mapping {
  readonly path: string;
  readonly lines: readonly string[];
  readonly schema: Schema;
}

/** The mapping itself, its inner mappings, and each of its variants. */
function mappings(path: string, lines: readonly string[], schema: Schema): Mapping[] {
  const indent = '  '.repeat(lines.filter((line) => line.endsWith(':')).length);
  const inner = Object.entries(schema.properties ?? {}).flatMap(([key, property]) => {
    const opened = [...lines, `${indent}${key}:`];
    if (property.discriminator) {
      const tag = property.discriminator.propertyName;
      return property.oneOf!.flatMap((variant) => {
        const name = String(variant.properties![tag]!.const);
        return mappings(`${path}.${key}(${name})`, [...opened, `${indent}  ${tag}: ${name}`], variant);
      });
    }
    return property.properties ? mappings(`${path}.${key}`, opened, property) : [];
  });
  return [{path, lines, schema}, ...inner];
}

const parameters = Object.keys(schemas)
  .filter((name) => name.startsWith('stage.'))
  .flatMap((name) => {
    const type = name.slice('stage.'.length);
    return mappings(type, ['stages:', '  s:', `    uses: ${type}`, '    with:'], schemas[name]!);
  });
const types = Object.keys(schemas).flatMap((name) =>
  name.startsWith('stage.') ? [name.slice('stage.'.length)] : [],
);

/** Every mapping of each kind of file that people write. */
const files = [
  {
    file: 'pipeline.schema.json',
    every: [
      ...mappings('pipeline', [], schemas.pipeline!),
      ...mappings('stage', ['stages:', '  s:'], schemas.stage!),
      ...parameters,
    ],
  },
  {
    file: 'preset.schema.json',
    every: [
      ...mappings('preset', [], schemas.preset!),
      ...types.flatMap((type) =>
        mappings(`preset of ${type}`, [`uses: ${type}`, 'with:'], schemas[`stage.${type}`]!),
      ),
    ],
  },
  {
    file: 'settings.schema.json',
    every: [
      ...mappings('settings', [], schemas.settings!),
      // Of a command or a fixture nothing is a matter of taste.
      ...Object.keys(schemas.settings!.properties!.stages!.properties!).flatMap((type) =>
        mappings(`settings of ${type}`, ['stages:', `  ${type}:`], schemas[`stage.${type}`]!),
      ),
    ],
  },
];

describe.each(files)('in an editor of $file', ({file, every}) => {
  const service = editor(file);

  test.each(every)('every key of $path is offered, with its explanation', async ({lines, schema}) => {
    const indent = '  '.repeat(lines.filter((line) => line.endsWith(':')).length);
    const text = [...lines, indent].join('\n');
    const {items} = await service.doComplete(
      open(text),
      {line: lines.length, character: indent.length},
      false,
    );
    const offered = new Map(items.map((item) => [item.label, JSON.stringify(item.documentation ?? '')]));
    const written = lines.filter((line) => line.startsWith(indent)).map((line) => line.trim().split(':')[0]);
    for (const [key, property] of Object.entries(schema.properties!)) {
      if (written.includes(key)) continue;
      expect([...offered.keys()]).toContain(key);
      expect(offered.get(key), key).toContain(
        JSON.stringify(property.description).slice(1, -1).split('`')[0]!.slice(0, 40).replaceAll('\\', ''),
      );
    }
  });

  test.each(every)('every key of $path explains itself under the pointer', async ({lines, schema}) => {
    const indent = '  '.repeat(lines.filter((line) => line.endsWith(':')).length);
    const tag = lines.at(-1)?.trim().split(':')[0];
    const keys = Object.keys(schema.properties!).filter(
      (key) => key !== tag || !lines.at(-1)!.startsWith(indent),
    );
    const text = [
      ...lines,
      ...keys.map((key) => `${indent}${key}: ${JSON.stringify(schema.properties![key]!.default ?? 'x')}`),
    ].join('\n');
    const document = open(text);
    for (const [index, key] of keys.entries()) {
      const hover = await service.doHover(document, {
        line: lines.length + index,
        character: indent.length + 1,
      });
      const variants = schema.properties![key]!.oneOf?.map(({description}) => description) ?? [];
      const words = [schema.properties![key]!.description, ...variants].map((text) =>
        plainText(text).slice(0, 40),
      );
      const shown = plainText(hover?.contents);
      expect(
        words.some((start) => shown.includes(start)),
        `${key}: ${shown}`,
      ).toBe(true);
    }
  });
});

describe('in an editor of pipelines', () => {
  const service = editor('pipeline.schema.json');
  test.each([
    {name: 'a slip in a parameter', parameters: '{epohcs: 3}', marked: 'epohcs'},
    {name: 'a wrong value', parameters: '{epochs: many}', marked: 'many'},
  ])('$name is marked', async ({parameters, marked}) => {
    const document = open(`sidestep: 1\nstages:\n  t:\n    uses: train\n    with: ${parameters}\n`);
    const found = await service.doValidation(document, false);
    expect(found.map(({range}) => document.getText(range))).toEqual([marked]);
  });

  test.each(['lora', 'lokr', 'vanilla', 'selective', 'ranks', 'card-8gb', 'smoke'])(
    'pipelines/%s.yaml has no marks',
    async (name) => {
      const text = readFileSync(new URL(`../pipelines/${name}.yaml`, folder), 'utf8').replace(
        /^# yaml-language-server.*\n/m,
        '\n',
      );
      expect(await service.doValidation(open(text), false)).toEqual([]);
    },
  );
});

/** Without what Markdown escapes, so that texts can be compared. */
function plainText(contents: unknown): string {
  const text =
    typeof contents === 'string' ? contents : ((contents as {value?: string} | undefined)?.value ?? '');
  return text.replace(/[\\`*_]|&nbsp;/g, '').replace(/\s+/g, ' ');
}
