import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {Ajv} from 'ajv';
import type {Command, Option} from 'commander';
import {beforeAll, describe, expect, test} from 'vitest';
import {parse} from 'yaml';
import type {Terminal} from '../../src/app/terminal.js';
import {commandTable} from '../../src/cli/command-table.js';
import {synonyms} from '../../src/config/check/synonyms.js';
import {fieldNamed} from '../../src/dataset/song-metadata.js';
import type {Schema} from '../../src/schema/schema.js';
import {schemas} from '../../src/schema/schemas.generated.js';
import {stageTypes} from '../../src/stage/registry.js';
import {root, sources, type UserText, userTexts} from './user-texts.js';

/**
 * What a text tells people to write or to type must exist where they will write it: keys and values in the schema of the
 * stage that is spoken of, commands and flags in the program, variables of the environment in the sources.
 */
const texts = userTexts();

/** Programs of others that texts recommend. */
const otherPrograms =
  /^(pip|nvidia-cublas-cu12|git|ulimit|dmesg|kill|cd|cp|export|sudo|iconv|ffmpeg|xcode-select|tensorboard|train\.py)\b|^--(ours|theirs)$/;

/** Names in backticks that are no key: words of commands, of the keyboard, of run records, of formulas. */
const words = new Set([
  's',
  'q',
  'key: value',
  'last',
  'last~1',
  'best',
  'else',
  'if',
  '(',
  'modules',
  'selected',
]);

/** Names in adapters of other programs, in checkpoints and in files of ours, which texts explain and no one types into YAML. */
const namesInFiles =
  /^(lora_|use_dora$|dora_scale$|wd_on_output$|save_pretrained$|selected_adapters$|safe_serialization$|peft_type$|lokr_|loha_|null_condition|target_latents$|context_latents$|encoder_hidden_states$|data_offsets$|weight_map$|sidestep_lock$|downsampling_ratios$|audio_acoustic_hidden_dim$|base_lr$|best_loss$)|^([a-z]_proj|self_attn\.q_proj)$/;

/** Which stages a source speaks of, where the text itself names none. Files named after a stage need no line. */
const speakers: readonly [RegExp, readonly string[]][] = [
  [/^src\/config\/check\/foreign-keys/, [...stageTypes.keys()]],
  [/^src\/dataset\/audio\//, ['dataset', 'preprocess.pass1']],
  [/^src\/(dataset|run\/light\/sound)/, ['dataset']],
  [/^src\/worker\/(train\/|state-file|adapter-state)|^native\/training\//, ['train', 'export', 'estimate']],
  [/^src\/adapter\/(layout|verify)/, ['export', 'train']],
  [/^native\/sampling\//, ['generate', 'train']],
  [/^src\/run\/sample-attempt/, ['preprocess.pass1', 'preprocess.pass2']],
];

function stagesMeant({file, text}: UserText): readonly string[] {
  const named = [...stageTypes.keys()].filter(
    (name) =>
      text.includes(`${name}\` stage`) || text.includes(`${name} stage`) || text.includes(`uses: ${name}`),
  );
  const own = [...stageTypes.keys()].filter((name) =>
    new RegExp(`^src/(stage|worker|run/light)/${name.replace('.', '-')}\\.ts$`).test(file),
  );
  const several = speakers.find(([path]) => path.test(file))?.[1] ?? [];
  if (named.length + own.length > 0) return [...named, ...own, ...several];
  return speakers.find(([path]) => path.test(file))?.[1] ?? [...stageTypes.keys()];
}

/** Where a key may be that a text names: the parameters of its stages, and whatever surrounds every stage. */
function placesOf(text: UserText): Schema[] {
  const around = ['pipeline', 'stage', 'settings', 'preset'].map((name) => schemas[name]!);
  const beside = text.file.startsWith('src/dataset/') ? [schemas.dataset_json!] : [];
  return [...beside, ...stagesMeant(text).map((name) => schemas[`stage.${name}`]!), ...around];
}

/** Every schema that a dotted name leads to, from the top or from any place further in. */
function schemasAt(schema: Schema, name: readonly string[], depth = 0): Schema[] {
  if (depth > 12) return [];
  const [first, ...rest] = name;
  const property = schema.properties?.[first!];
  const here = property === undefined ? [] : rest.length === 0 ? [property] : schemasBelow(property, rest);
  return [...here, ...inner(schema).flatMap((each) => schemasAt(each, name, depth + 1))];
}

/** The same for a name that starts right here. */
function schemasBelow(schema: Schema, name: readonly string[]): Schema[] {
  const [first, ...rest] = name;
  const found = [schema, ...(schema.oneOf ?? []), ...(schema.anyOf ?? [])].flatMap(
    (variant) =>
      variant.properties?.[first!] ??
      (typeof variant.additionalProperties === 'object' ? variant.additionalProperties : []),
  );
  return rest.length === 0 ? found : found.flatMap((each) => schemasBelow(each, rest));
}

function inner(schema: Schema): Schema[] {
  const {properties, items, additionalProperties, oneOf, anyOf} = schema;
  return [
    ...Object.values(properties ?? {}),
    ...(items ? [items] : []),
    ...(typeof additionalProperties === 'object' ? [additionalProperties] : []),
    ...(oneOf ?? []),
    ...(anyOf ?? []),
  ];
}

/** Values that are in an enum somewhere: `comfyui`, `fork`. */
function valuesIn(schema: Schema): unknown[] {
  return [...(schema.enum ?? []), schema.const, ...inner(schema).flatMap(valuesIn)];
}

const ajv = new Ajv({strict: false, discriminator: true});
function accepts(schema: Schema, value: unknown): boolean {
  return (
    ajv.validate(schema, value) ||
    ajv.validate(schema, String(value)) ||
    (schema.items !== undefined && ajv.validate(schema.items, value))
  );
}

let commands: ReadonlyMap<string, Command>;
beforeAll(async () => {
  const loaded = commandTable.map(async ({name, load}) => [name, (await load())({} as Terminal)] as const);
  commands = new Map(await Promise.all(loaded));
});

function flagsOf(command: Command): string[] {
  const own = command.options.flatMap(({long, short}: Option) => [long, short]);
  return [
    ...own,
    ...command.commands.flatMap(flagsOf),
    '--help',
    '--version',
    '--no-color',
    '--profile',
  ].filter((flag) => flag !== undefined && flag !== null);
}

/** What is wrong with `sidestep WORDS`; undefined when it can be typed. */
function wrongCommand(line: string): string | undefined {
  const [name, ...rest] = line.split(/\s+/).filter((word) => word !== '');
  if (name === undefined || name.startsWith('⟦') || name.startsWith('-')) return undefined;
  const command = commands.get(name);
  if (command === undefined) return `there is no command ${name}`;
  const child = command.commands.find((each) => each.name() === rest[0]);
  if (
    command.commands.length > 0 &&
    command.registeredArguments.length === 0 &&
    child === undefined &&
    /^[a-z]+$/.test(rest[0] ?? '')
  )
    return `${name} has no ${rest[0]}`;
  const known = new Set(flagsOf(child ?? command));
  const flags = rest.flatMap((word) => /^--?[a-z][a-z-]*/.exec(word)?.[0] ?? []);
  const wrong = flags.filter((flag) => !known.has(flag));
  return wrong.length > 0 ? `${name} has no ${wrong.join(', ')}` : undefined;
}

/** What is wrong with one thing in backticks. */
function wrongMention(mention: string, text: UserText): string | undefined {
  const [first] = mention.split(' ');
  if (/^(?:- name: )?⟦[^⟧]*⟧(?::|$)|^ /.test(mention) || words.has(mention) || commands.has(mention))
    return undefined;
  if (first === 'sidestep') return wrongCommand(mention.slice('sidestep'.length));
  if (mention.startsWith('--')) return wrongFlag(mention);
  if (first === 'npm') return wrongScript(mention);
  if (otherPrograms.test(mention)) return undefined;
  return wrongKey(mention, text);
}

function wrongFlag(mention: string): string | undefined {
  const flag = /^--[a-z-]*/.exec(mention)![0];
  const everywhere = [...commands.values()].flatMap(flagsOf);
  return flag === '--' || everywhere.includes(flag) ? undefined : `no command has ${flag}`;
}

function wrongScript(mention: string): string | undefined {
  const {scripts} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {scripts: object};
  const [, , script] = mention.split(' ');
  return script !== undefined && script in scripts ? undefined : `package.json has no script ${script}`;
}

function wrongKey(mention: string, text: UserText): string | undefined {
  const [, name, value] = /^([a-z_0-9.]+)(?::\s*(.*))?$/s.exec(mention) ?? [];
  if (name === undefined) return 'it is neither a key nor a command';
  const [stage, ...rest] = name.split('.');
  if (['train', 'latents'].includes(stage!) && rest.length > 0)
    return wrongKey(`${rest.join('.')}: ${value ?? ''}`, text); // behind --set
  const fields = /^src\/(dataset|worker\/train\/sample)/.test(text.file);
  if (fields && (fieldNamed(name) !== undefined || name === 'key')) return undefined; // of sidecars and dataset JSON
  if (namesInFiles.test(name)) return undefined;
  const places = placesOf(text);
  const found = places.flatMap((place) => schemasAt(place, name.split('.')));
  if (found.length === 0)
    return places.flatMap(valuesIn).includes(name) && value === undefined ? undefined : 'no such key there';
  if (value === undefined || value === '' || /[⟦…]|key: value/.test(value)) return undefined;
  return found.some((schema) => accepts(schema, parse(value))) ? undefined : `no such value of ${name} there`;
}

function wrongIn(
  text: UserText,
  mentions: Iterable<RegExpMatchArray>,
  check: (mention: string) => string | undefined,
): string[] {
  return [...mentions].flatMap(([whole, mention]) => {
    const wrong = check(mention ?? whole);
    return wrong === undefined ? [] : [`${text.file}:${text.line}: ${mention ?? whole}: ${wrong}`];
  });
}

describe('what texts name exists', () => {
  test('there are texts', () => expect(texts.length).toBeGreaterThan(900));

  test('everything in backticks', () => {
    const wrong = texts.flatMap((text) =>
      wrongIn(text, text.text.matchAll(/`([^`⟦]*(?:⟦[^⟧]*⟧[^`⟦]*)*)`/g), (mention) =>
        wrongMention(mention, text),
      ),
    );
    expect(wrong).toEqual([]);
  });

  test.each([
    'cache_dir',
    'precision: f99',
    'optimizer.learning_rat',
    'optimizer.type: sgdx',
    'sidestep run --frozn',
    'sidestep cache prune',
    'sidestep prune',
    '--frozn',
    'npm run nativ',
    'rm -rf x',
  ])('%s in backticks would be found', (mention) => {
    expect(wrongMention(mention, {file: 'src/base/accident.ts', line: 1, text: ''})).toBeDefined();
  });

  test('a key of another stage would be found', () => {
    expect(wrongMention('on_error', {file: 'src/stage/train.ts', line: 1, text: ''})).toBeUndefined(); // of every stage
    expect(wrongMention('audio_dir', {file: 'src/stage/train.ts', line: 1, text: ''})).toBeDefined();
    expect(wrongMention('audio_dir', {file: 'x.ts', line: 1, text: 'of the dataset stage'})).toBeUndefined();
  });

  test('keys with a value that a text says to write', () => {
    const snippet = /\b(?:[Ww]rite|[Ss]et|[Uu]se) ([a-z_.]+: \w+)/g;
    const wrong = texts.flatMap((text) =>
      wrongIn(text, text.text.matchAll(snippet), (each) => wrongMention(each, text)),
    );
    expect(wrong).toEqual([]);
  });

  test('flags, wherever a text has one', () => {
    const wrong = texts.flatMap((text) => {
      if (text.file === 'src/migrate/arguments.ts') return []; // flags of upstream
      const ours = text.text.replaceAll(/(?:`git|xcode-select|tensorboard|train\.py) .*/g, '');
      return wrongIn(text, ours.matchAll(/(?<=^|[\s(])(--[a-z][a-z-]+)/g), wrongFlag);
    });
    expect(wrong).toEqual([]);
  });

  test('names with an underscore or a dot', () => {
    const names = /(?<![\w./${\\"'-])([a-z]+(?:[_.][a-z]+)*_[a-z]+(?:[_.][a-z]+)*)(?![\w/({-])/g;
    const notPlain = /⟦[^⟧]*⟧|`[^`]*`|\w+\([^)]*\)|\w+\.(?:py|json|safetensors|wav)\b/g;
    const wrong = texts
      .filter(({file, text}) => !file.startsWith('native/') || /^[A-Z]/.test(text)) // else of our own functions
      .filter(({file}) => file !== 'src/config/check/foreign-keys.ts') // the names of other programs
      .flatMap((text) =>
        wrongIn(text, text.text.replaceAll(notPlain, ' ').matchAll(names), (name) => wrongKey(name, text)),
      );
    expect(wrong).toEqual([]);
  });

  test('variables of the environment', () => {
    const read = [...sources()].flatMap((source) =>
      [...source.matchAll(/(?:\benv\.|getenv\("|^\s*)(SIDESTEP_[A-Z_]+)(?=\b)/gm)].map(([, name]) => name),
    );
    const wrong = texts.flatMap((text) =>
      wrongIn(text, text.text.matchAll(/\bSIDESTEP_[A-Z_]+/g), (name) =>
        read.includes(name) ? undefined : 'not read',
      ),
    );
    expect(wrong).toEqual([]);
  });

  test('what other programs’ names are explained with', () => {
    const all = Object.values(schemas);
    const wrong = Object.entries(synonyms).filter(
      ([, own]) =>
        !all.some(
          (schema) =>
            schemasAt(schema, own.split('.')).length > 0 ||
            valuesIn(schema).includes(own) ||
            stageTypes.has(own),
        ),
    );
    expect(wrong).toEqual([]);
  });
});
