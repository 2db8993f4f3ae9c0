import {spawnSync} from 'node:child_process';
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {type Command, CommanderError} from 'commander';
import {describe, expect, test} from 'vitest';
import {parse, stringify} from 'yaml';
import type {Terminal} from '../../src/app/terminal.js';
import {commandTable} from '../../src/cli/command-table.js';
import {resolvePipeline} from '../../src/config/resolve.js';
import {parseSettings} from '../../src/config/user/parse-settings.js';
import {findPresets} from '../../src/config/user/preset.js';
import {noSettings} from '../../src/config/user/settings.js';
import {parseDatasetJson} from '../../src/dataset/dataset-json.js';
import {schemas} from '../../src/schema/schemas.generated.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pages = [
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
  'README.md',
].filter((path) => existsSync(join(root, path)));
const textOf = (page: string): string => readFileSync(join(root, page), 'utf8');

/** Fenced blocks of one language, also those within lists. */
function blocks(page: string, language: string): string[] {
  return [...textOf(page).matchAll(/^( *)```(\w+)\n([\s\S]*?)^ *```$/gm)]
    .filter(([, , name]) => name === language)
    .map(([, indent, , body]) => body!.replaceAll(new RegExp(`^${indent}`, 'gm'), ''));
}

/** Words as a shell splits them; enough for what documentation shows. */
function words(line: string): string[] {
  return [...line.replace(/\s+#.*$/, '').matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, a, b, c]) => a ?? b ?? c!,
  );
}

/** Lines that a reader may type: blocks for shells, the steps of a workflow, and commands in the middle of a sentence. */
function typed(page: string): string[] {
  const shells = ['sh', 'bash'].flatMap((language) => blocks(page, language));
  const lines = shells.flatMap((block) => block.replaceAll('\\\n', ' ').split('\n'));
  const steps = blocks(page, 'yaml').flatMap((block) =>
    [...block.matchAll(/^ *(?:- run: |env: )?(npx sidestep .*)$/gm)].map(([, line]) => line!),
  );
  return [...lines, ...steps];
}

function inSentences(page: string): string[] {
  return codeIn(page).flatMap((code) => code.split(' && '));
}

/** Our part of a line, with a word for what a workflow puts in; what `jq` makes of it is not ours. */
function commandIn(line: string): readonly string[] {
  const [, command] = /^(?:\$ )?(?:npx )?(?:node dist\/cli\/main\.js|sidestep) ([^|>&;]*)/.exec(line) ?? [];
  return command === undefined ? [] : [command.replaceAll(/\$\{\{.*?\}\}/g, 'word').trim()];
}

const commands = pages.flatMap((page) => [
  ...typed(page)
    .flatMap(commandIn)
    .map((line) => ({page, line, where: 'line' as const})),
  ...inSentences(page)
    .flatMap(commandIn)
    .map((line) => ({page, line, where: 'sentence' as const})),
]);

/** The command that a line calls, with its options replaced by nothing that does anything. */
async function parsed(line: string, where: 'line' | 'sentence' = 'line'): Promise<void> {
  const [name, ...rest] = words(line);
  if (name === undefined || name.startsWith('-')) return;
  const row = commandTable.find((each) => each.name === name);
  expect(row, `no command ${name}`).toBeDefined();
  const command = (await row!.load())({} as Terminal);
  silence(command);
  try {
    await command.parseAsync(rest, {from: 'user'});
  } catch (error) {
    if (where === 'line' || !isUnnamed(error)) throw error;
  }
}

/** In a sentence a command may stand for itself: `sidestep inspect` names no file. */
function isUnnamed(error: unknown): boolean {
  const unnamed = ['commander.missingArgument', 'commander.missingMandatoryOptionValue', 'commander.help'];
  return error instanceof CommanderError && unnamed.includes(error.code);
}

function silence(command: Command): void {
  command.exitOverride().configureOutput({writeOut: () => {}, writeErr: () => {}, outputError: () => {}});
  if (command.commands.length === 0 || command.registeredArguments.length > 0) command.action(() => {});
  for (const child of command.commands) silence(child);
}

describe('commands in the documentation parse', () => {
  test('there are some', () => expect(commands.length).toBeGreaterThan(20));
  test.each(commands)('$page: sidestep $line', async ({line, where}) => {
    await parsed(line, where);
  });
  test('one with a mistake does not', async () => {
    await expect(parsed('run --frozn')).rejects.toThrow('--frozn');
  });
});

describe('keys on the command lines of the documentation are there', () => {
  const keys = new Set(Object.values(schemas).flatMap(keysIn));
  const settings = schemas.settings!;
  const set = commands.flatMap(({page, line}) =>
    [...line.matchAll(/--set "?'?([\w.]+)=/g)].map(([, path]) => ({page, path: path!})),
  );
  test.each(set)('$page: --set $path', ({path}) => {
    const [top, ...below] = path.split('.');
    expect(below.filter((word) => !keys.has(word) && top !== 'vars')).toEqual([]);
  });
  const named = commands.flatMap(({page, line}) => {
    const [, path] = /^settings (?:set|get|reset) ([\w.]+)/.exec(line) ?? [];
    return path === undefined ? [] : [{page, path}];
  });
  test.each(named)('$page: the setting $path', ({path}) => {
    expect(settingAt(settings, path.split('.'))).toBe('there');
  });
  test('there are some of both', () => expect(Math.min(set.length, named.length)).toBeGreaterThan(5));
});

/** Whether a schema has a key at this place; references lead to schemas of the same file or another. */
function settingAt(schema: unknown, path: readonly string[]): 'there' | 'missing' {
  const [key, ...rest] = path;
  if (key === undefined) return 'there';
  const found = keyed(schema, key);
  return found === undefined ? 'missing' : settingAt(found, rest);
}

function keyed(schema: unknown, key: string): unknown {
  if (typeof schema !== 'object' || schema === null) return undefined;
  const {properties = {}, anyOf = [], oneOf = [], allOf = []} = schema as Record<string, never>;
  const own = (properties as Record<string, unknown>)[key];
  if (own !== undefined) return own;
  return [...anyOf, ...oneOf, ...allOf].map((each) => keyed(each, key)).find((each) => each !== undefined);
}

/** What other programs are told: their names must be there, as files or as scripts of package.json. */
const programs = pages.flatMap((page) =>
  typed(page).flatMap((line) => {
    const [, script] = /\bnpm run (?:--silent )?([\w:]+)/.exec(line) ?? [];
    const [, file] =
      /(?:^|\s)(?:node )?((?:scripts|native|test)\/[\w./-]+\.(?:sh|mjs|cjs|js|ts))/.exec(line) ?? [];
    return [
      ...(script === undefined ? [] : [{page, kind: 'script', name: script}]),
      ...(file === undefined ? [] : [{page, kind: 'file', name: file}]),
    ];
  }),
);
test.each(programs)('$page: the $kind $name is there', ({kind, name}) => {
  const {scripts} = JSON.parse(textOf('package.json')) as {scripts: Record<string, string>};
  expect(kind === 'script' ? name in scripts : existsSync(join(root, name))).toBe(true);
});

const isPipeline = (text: string): boolean => /^sidestep: 1$/m.test(text) && /^stages:/m.test(text);
const pipelines = pages.flatMap((page) =>
  blocks(page, 'yaml')
    .filter(isPipeline)
    .map((text, index) => ({page, index, text})),
);
/** What a page shows with its file's name in the first line may be included by what it shows otherwise. */
function piecesIn(page: string): Map<string, string> {
  return new Map(
    blocks(page, 'yaml').flatMap((text) => {
      const [, name] = /^# (\S+\.yaml)\n/.exec(text) ?? [];
      return name === undefined ? [] : [[join(root, name), text] as const];
    }),
  );
}

test.each(pipelines)('pipeline $index of $page validates', async ({page, text}) => {
  const presets = await findPresets({project_dir: root, user_dir: join(root, 'test')});
  const file = join(root, 'example.yaml');
  const pieces = piecesIn(page);
  const input = {file, text, settings: noSettings(), presets, overrides: [], env: {}, pieces};
  const resolved = resolvePipeline(input);
  expect(resolved.ok ? [] : resolved.problems).toEqual([]);
});

/** Workflows of a forge are not ours; what they run is parsed above. */
const isWorkflow = (text: string): boolean => /^jobs:/m.test(text) || /^ *- /.test(text);
const isSettings = (text: string): boolean => /^# .*settings\.yaml/.test(text);
const fragments = pages.flatMap((page) =>
  blocks(page, 'yaml')
    .filter((text) => !isPipeline(text) && !isWorkflow(text))
    .map((text, index) => ({page, index, text})),
);

/** A part of a file in the place that it has there: over the usual pipeline, whose stages it speaks of. */
function completed(text: string): string {
  const part = parse(text) as Record<string, unknown>;
  const tops = new Set(Object.keys(schemas.pipeline!.properties!));
  const inPlace = Object.keys(part).every((key) => tops.has(key)) ? part : {stages: part};
  const usual = parse(textOf('pipelines/lora.yaml')) as Record<string, unknown>;
  // What the part needs and says nothing of: an executor of the settings.
  const needed = /executor: (\w+)/.exec(text)?.[1];
  const executors = needed === undefined ? {} : {executors: {[needed]: {type: 'slurm', partition: 'p'}}};
  return stringify([executors, inPlace].reduce<unknown>(over, usual), {aliasDuplicateObjects: false});
}

function over(below: unknown, above: unknown): unknown {
  if (!isMap(below) || !isMap(above)) return above;
  const keys = new Set([...Object.keys(below), ...Object.keys(above)]);
  return Object.fromEntries(
    [...keys].map((key) => [key, key in above ? over(below[key], above[key]) : below[key]]),
  );
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

test('parts of files are shown', () => expect(fragments.length).toBeGreaterThan(5));
test.each(fragments)('part $index of $page is one that a file may have', async ({text}) => {
  if (isSettings(text)) {
    const read = parseSettings(join(root, 'settings.yaml'), text);
    expect(read.ok ? [] : read.problems).toEqual([]);
    return;
  }
  const presets = await findPresets({project_dir: root, user_dir: join(root, 'test')});
  const whole = completed(text);
  const profiles = Object.keys((parse(whole) as {profiles?: object}).profiles ?? {});
  for (const asked of [undefined, ...profiles]) {
    const resolved = resolvePipeline({
      ...{file: join(root, 'example.yaml'), text: whole, settings: noSettings(), presets, overrides: []},
      env: {},
      ...(asked === undefined ? {} : {profile: {asked, host: 'here'}}),
    });
    expect(resolved.ok ? [] : resolved.problems).toEqual([]);
  }
});

test('JSON of datasets is read', () => {
  const shown = pages.flatMap((page) => blocks(page, 'json')).filter((text) => text.includes('"samples"'));
  expect(shown.length).toBeGreaterThan(0);
  for (const text of shown) {
    const read = parseDatasetJson(text, 'dataset.json');
    expect(read.ok ? read.value.entries.flatMap(({remarks}) => remarks) : read.problems).toEqual([]);
  }
});

/** Written like codes, but names of other things: checkpoint tensors, TensorBoard's tags, a placeholder in a comment. */
const noCodes = new Set([
  'train/loss',
  'train/epoch_loss',
  'train/learning_rate',
  'train/grad_norm',
  'train/timesteps',
  'train/prodigy_d',
  'train/effective_learning_rate',
  'train/target_loss_smoothed',
  'train/target_loss_scale',
  ...['run/position', 'run/optimizer', 'run/adaptive', 'run/crops', 'run/samples'], // tensors of a training state
  ...['audio/wav', 'text/css', 'text/event-stream', 'text/html', 'text/javascript'], // media types
]);

/** What is before the slash, wherever a code is plainly given to a problem. */
function areasIn(typescript: string, native: string): string[] {
  const given = [
    ...typescript.matchAll(/\bcode: '([a-z-]+)\//g),
    ...native.matchAll(/\bError\w*[({]"([a-z-]+)\//g),
  ];
  return [...new Set(given.map(([, area]) => area!))].sort();
}

/** Every code that a problem can have: texts of the form `area/what-is-wrong` in sources that people's input reaches. */
function codesInSources(): Set<string> {
  const scripts = sourceFiles('src', /\.ts$/)
    .filter((file) => !file.includes('.generated.'))
    .map(textOf);
  const engine = sourceFiles('native', /\.(cpp|h|cu|cuh)$/)
    .filter((file) => !/^native\/(golden|bench|testing)\/|_test\.cpp$/.test(file))
    .map(textOf);
  const areas = areasIn(scripts.join('\n'), engine.join('\n')).join('|');
  const typescript = scripts.flatMap((text) => [
    ...text.matchAll(new RegExp(`'((?:${areas})/[a-z][a-z0-9_-]*)'`, 'g')),
  ]);
  const native = engine.flatMap((text) => [
    ...text.matchAll(new RegExp(`"((?:${areas})/[a-z][a-z0-9-]*)"`, 'g')),
  ]);
  const codes = [...typescript, ...native].map(([, code]) => code!);
  return new Set(codes.filter((code) => !noCodes.has(code)));
}

test('every error code is explained, and every one that is explained exists', () => {
  const explained = [...textOf('docs/troubleshooting.md').matchAll(/^\| (.*?) \|/gm)].flatMap(([, cell]) =>
    [...cell!.matchAll(/`([a-z-]+\/[a-z-]+)`/g)].map(([, code]) => code!),
  );
  const codes = codesInSources();
  expect(codes.size).toBeGreaterThan(200);
  expect(
    [...codes].filter((code) => !explained.includes(code)).sort(),
    'add them to docs/troubleshooting.md',
  ).toEqual([]);
  expect(explained.filter((code) => !codes.has(code)).sort(), 'no source says them any more').toEqual([]);
  expect(
    explained.filter((code, index) => explained.indexOf(code) !== index),
    'explained twice',
  ).toEqual([]);
});

/** Texts in code marks that are in a line, such as `optimizer.learning_rate`. */
function codeIn(page: string): string[] {
  const prose = textOf(page).replaceAll(/^ *```[\s\S]*?^ *```$/gm, '');
  return [...prose.matchAll(/`([^`\n]+)`/g)].map(([, code]) => code!);
}

/** Names of all keys that stages have, wherever they are. */
function keysIn(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const {properties, ...rest} = schema as {readonly properties?: Readonly<Record<string, unknown>>};
  const own = Object.keys(properties ?? {});
  return [...own, ...Object.values({...properties, ...rest}).flatMap(keysIn)];
}

describe.each(['docs/results.md', 'docs/training-guide.md', 'docs/using.md'])(
  '%s speaks of what is there',
  (page) => {
    test('every error code', () => {
      const codes = codesInSources();
      const areas = new Set([...codes].map((code) => code.split('/')[0]!));
      const named = codeIn(page).filter(
        (code) => /^[a-z]+\/[a-z-]+$/.test(code) && areas.has(code.split('/')[0]!),
      );
      expect(named.filter((code) => !codes.has(code))).toEqual([]);
    });

    test('every key, in its place below the one before', () => {
      const keys = new Set(Object.values(schemas).flatMap(keysIn));
      const ends = /\.(ya?ml|jsonl?|md|mjs|wav|safetensors|txt)$/;
      const named = codeIn(page).filter((code) => /^[a-z_]+(\.[a-z_]+)+$/.test(code) && !ends.test(code));
      const words = named
        .flatMap((path) => path.split('.'))
        .filter((word) => !['train', 'export', 'card'].includes(word));
      const written = codeIn(page).flatMap((code) =>
        [...code.matchAll(/(?:^|[{ ])([a-z][a-z_]+): /g)].map(([, key]) => key!),
      );
      expect([...words, ...written].length).toBeGreaterThan(0);
      const stages = ['export', 'inference'];
      expect([...words, ...written].filter((word) => !keys.has(word) && !stages.includes(word))).toEqual([]);
    });
  },
);

function sourceFiles(folder: string, ending: RegExp): string[] {
  return readdirSync(join(root, folder), {recursive: true, encoding: 'utf8'})
    .filter((name) => ending.test(name))
    .map((name) => join(folder, name));
}

test.each(pages)('links of %s lead somewhere', (page) => {
  const prose = textOf(page).replaceAll(/^```.*?^```$/gms, '');
  const links = [...prose.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path]) => path!);
  expect(links.filter((path) => !existsSync(join(root, dirname(page), path)))).toEqual([]);
});

test.each(['generate-reference.mjs', 'generate-wizard-page.mjs'])(
  'what %s wrote is up to date with the schemas',
  (script) => {
    const path = join(root, 'scripts', script);
    const {status, stderr} = spawnSync(process.execPath, [path, '--check'], {encoding: 'utf8'});
    expect({status, stderr}).toEqual({status: 0, stderr: ''});
  },
);
