import {spawnSync} from 'node:child_process';
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import type {Command} from 'commander';
import {describe, expect, test} from 'vitest';
import type {World} from '../../src/app/world.js';
import {commandTable} from '../../src/cli/command-table.js';
import {resolvePipeline} from '../../src/config/resolve.js';
import {findPresets} from '../../src/config/user/preset.js';
import {noSettings} from '../../src/config/user/settings.js';
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

const commands = pages.flatMap((page) =>
  blocks(page, 'sh').flatMap((block) =>
    block
      .replaceAll('\\\n', ' ')
      .split('\n')
      .flatMap(
        (line) => /^(?:\$ )?(?:npx )?(?:node dist\/cli\/main\.js|sidestep) ([^|>&;]*)/.exec(line)?.[1] ?? [],
      )
      .map((line) => ({page, line: line.trim()})),
  ),
);

/** The command that a line calls, with its options replaced by nothing that does anything. */
async function parsed(line: string): Promise<void> {
  const [name, ...rest] = words(line);
  if (name === undefined || name.startsWith('-')) return;
  const row = commandTable.find((each) => each.name === name);
  expect(row, `no command ${name}`).toBeDefined();
  const command = (await row!.load())({} as World);
  silence(command);
  await command.parseAsync(rest, {from: 'user'});
}

function silence(command: Command): void {
  command.exitOverride().configureOutput({writeOut: () => {}, writeErr: () => {}, outputError: () => {}});
  if (command.commands.length === 0 || command.registeredArguments.length > 0) command.action(() => {});
  for (const child of command.commands) silence(child);
}

describe('commands in the documentation parse', () => {
  test('there are some', () => expect(commands.length).toBeGreaterThan(20));
  test.each(commands)('$page: sidestep $line', async ({line}) => {
    await parsed(line);
  });
  test('one with a mistake does not', async () => {
    await expect(parsed('run --frozn')).rejects.toThrow('--frozn');
  });
});

const pipelines = pages.flatMap((page) =>
  blocks(page, 'yaml')
    .filter((text) => /^sidestep: 1$/m.test(text) && /^stages:/m.test(text))
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

/** What stands before the slash, wherever a code is plainly given to a problem. */
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

/** Texts in code marks that stand in a line, such as `optimizer.learning_rate`. */
function codeIn(page: string): string[] {
  const prose = textOf(page).replaceAll(/^ *```[\s\S]*?^ *```$/gm, '');
  return [...prose.matchAll(/`([^`\n]+)`/g)].map(([, code]) => code!);
}

/** Names of all keys that stages have, wherever they lie. */
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
  const links = [...textOf(page).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path]) => path!);
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
