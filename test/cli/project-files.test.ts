import {spawnSync} from 'node:child_process';
import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {describe, expect, test} from 'vitest';
import {schemaLine, writtenPath} from '../../src/app/pipeline-text.js';
import {SCHEMA_URL} from '../../src/schema/schema-url.generated.js';
import {withLines, withSchemas} from '../../src/wizard/project-files.js';
import {writeFixtureCheckpoint} from '../../src/worker/fixture/checkpoint.js';
import {tone} from '../dataset/dataset-rig.js';
import {documentOf, Folder} from './sidestep.js';

const root = new URL('../../', import.meta.url);

describe('the schema that written files name', () => {
  test('is published with this major version', () => {
    const {version} = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {version: string};
    expect(SCHEMA_URL).toBe(`https://unpkg.com/sidestep-ace@${version.split('.')[0]}/schema/`);
    expect(schemaLine()).toBe(`# yaml-language-server: $schema=${SCHEMA_URL}pipeline.schema.json\n`);
  });

  const files = ['', 'output/'].flatMap((folder) =>
    readdirSync(new URL(`schema/${folder}`, root))
      .filter((name) => name.endsWith('.json'))
      .map((name) => folder + name),
  );
  test.each(files)('%s says its own address', (name) => {
    const {$id} = JSON.parse(readFileSync(new URL(`schema/${name}`, root), 'utf8')) as {$id: string};
    expect($id).toBe(SCHEMA_URL + name);
  });
});

test.each([
  {name: 'given in full, below the file', path: '/home/me/blues/checkpoints', written: './checkpoints'},
  {name: 'given in full, deeper', path: '/home/me/blues/a/b', written: './a/b'},
  {name: 'given in full, elsewhere', path: '/data/models', written: '/data/models'},
  {name: 'given in full, beside the folder', path: '/home/me/songs', written: '/home/me/songs'},
  {name: 'relative to where one stands', path: '../songs', written: '../songs'},
  {name: 'of the home folder', path: '~/models', written: '~/models'},
  {name: 'the folder itself', path: '/home/me/blues', written: './'},
])('a path $name is written $written', ({path, written}) => {
  expect(writtenPath(path, {folder: '/home/me/blues', cwd: '/home/me/blues'})).toBe(written);
});

test.each([
  {name: 'a new one', text: '', after: '# sidestep\n.sidestep/\n/output/\n'},
  {
    name: 'one without an end',
    text: 'node_modules',
    after: 'node_modules\n\n# sidestep\n.sidestep/\n/output/\n',
  },
  {name: 'one that has a line', text: 'output\n', after: 'output\n\n# sidestep\n.sidestep/\n'},
  {name: 'one that has all', text: '/.sidestep\n/output/\n', after: '/.sidestep\n/output/\n'},
  {name: 'one of Windows', text: 'a\r\n', after: 'a\r\n\r\n# sidestep\r\n.sidestep/\r\n/output/\r\n'},
])('.gitignore: $name', ({text, after}) => {
  expect(withLines(text, ['.sidestep/', '/output/'])).toEqual({text: after});
});

describe('.vscode/settings.json', () => {
  const schemas = {pipeline: './node_modules/x/schema/pipeline.schema.json', preset: './p.json'};
  const mapping = {
    [schemas.pipeline]: ['pipeline.yaml', 'pipelines/*.yaml'],
    [schemas.preset]: ['presets/*.yaml'],
  };

  test.each([
    {name: 'a new one', text: '', others: {}},
    {name: 'an empty one', text: '{}', others: {}},
    {name: 'one with other settings', text: '{\n  "editor.tabSize": 2\n}\n', others: {'editor.tabSize': 2}},
  ])('$name', ({text, others}) => {
    const edited = withSchemas(text, schemas) as {text: string};
    expect(JSON.parse(edited.text)).toEqual({'yaml.schemas': mapping, ...others});
    expect(withSchemas(edited.text, schemas)).toEqual(edited);
  });

  test('comments stay', () => {
    const text = '// mine\n{\n  // two\n  "editor.tabSize": 2,\n}\n';
    const edited = withSchemas(text, schemas) as {text: string};
    expect(edited.text).toMatch(/^\/\/ mine\n\{\n {2}"yaml\.schemas": /);
    expect(edited.text).toMatch(/\},\n {2}\/\/ two\n {2}"editor\.tabSize": 2,\n\}\n$/);
  });

  test('schemas of its own stay, and it is said what to add', () => {
    expect(withSchemas('{"yaml.schemas": {"a": "b"}}', schemas)).toMatchObject({
      because: expect.stringContaining(schemas.pipeline),
    });
    expect(withSchemas('[]', schemas)).toHaveProperty('because');
  });
});

test('init writes a project that git sees as it should, and replaces nothing', async () => {
  const folder = new Folder({'songs/a.txt': 'caption: a slow blues\n', '.gitignore': 'secret.txt\n'});
  await writeFixtureCheckpoint(folder.file('checkpoints'), {
    model: 'turbo',
    hidden_size: 32,
    layers: 1,
    seed: 1,
  });
  writeFileSync(folder.file('songs/a.wav'), tone(200));
  spawnSync('git', ['init', '-q'], {cwd: folder.path});
  const flags = ['--yes', '--checkpoints', folder.file('checkpoints'), '--songs', folder.file('songs')];
  flags.push('--preset', 'recommended');
  const {code, stdout} = await folder.run(['init', ...flags, '--project-files', '--json']);
  expect(code).toBe(0);
  expect(documentOf(stdout, 'init')).toMatchObject({
    project_files: [
      {path: folder.file('.gitignore'), did: 'extended'},
      {path: folder.file('.vscode/settings.json'), did: 'written'},
    ],
  });
  const pipeline = folder.read('pipeline.yaml');
  expect(pipeline.startsWith(schemaLine())).toBe(true);
  expect(pipeline).toContain('checkpoints: ./checkpoints\n');
  expect(pipeline).toContain('songs: ./songs\n');
  expect(pipeline).not.toContain(folder.path);
  expect(pipeline).toMatch(/epochs: 500 .*for 1 song/);
  expect(pipeline).toMatch(/rank: 32 .*for 1 song/);
  const listed = spawnSync('git', ['status', '--porcelain', '-uall'], {cwd: folder.path, encoding: 'utf8'});
  const names = listed.stdout.split('\n').map((line) => line.slice(3));
  expect(names.filter((name) => !name.startsWith('songs/') && name !== '').sort()).toEqual([
    ...['.config/last-session.json', '.config/settings.yaml', '.gitignore', 'pipeline.yaml'],
  ]);
});
