import {readdirSync, readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {Folder} from './sidestep.js';

const SECRET = 'hf_Zq81-very-secret';

const pipeline = (
  more = '',
  script = 'echo token $TOKEN; env > seen; echo done > $OUT',
): string => `sidestep: 1
secrets: [HF_TOKEN]
stages:
  c:
    uses: command
    with:
      argv: [sh, -c, ${JSON.stringify(script)}, x${more}]
      environment: {TOKEN: "Bearer \${secrets.HF_TOKEN}", OUT: "\${outputs.o}", PLAIN: "$\${secrets.HF_TOKEN}"}
      outputs: {o: o.txt}
`;

/** Every file below a folder whose bytes hold a text. */
function filesWith(folder: string, text: string): string[] {
  return readdirSync(folder, {recursive: true, encoding: 'utf8'}).filter((name) => {
    const path = join(folder, name);
    return statSync(path).isFile() && readFileSync(path).includes(text);
  });
}

test('a secret reaches the program and no record; another one does not run the stage again', async () => {
  const folder = new Folder({'pipeline.yaml': pipeline()});
  const {code, stdout, stderr} = await folder.run(['run', '--json'], {HF_TOKEN: SECRET, OTHER_SECRET: 'no'});
  expect(code, stdout + stderr).toBe(0);
  const seen = folder.read('seen').split('\n');
  expect(seen).toContain(`TOKEN=Bearer ${SECRET}`);
  expect(seen).toContain('PLAIN=${secrets.HF_TOKEN}');
  expect(seen.filter((line) => /^(OTHER_SECRET|HF_TOKEN|SIDESTEP_CONFIG_DIR)=/.test(line))).toEqual([]);
  expect(filesWith(folder.path, SECRET)).toEqual(['seen']);
  expect(filesWith(folder.path, 'token Bearer ***')).toHaveLength(1); // the log
  expect(stdout + stderr).not.toContain(SECRET);
  expect((await folder.run(['run'], {HF_TOKEN: 'another'})).stdout).toContain('Nothing to do');
});

test('a failing program does not tell it either', async () => {
  const folder = new Folder({'pipeline.yaml': pipeline('', 'echo "bad $TOKEN" >&2; exit 3')});
  const {code, stderr} = await folder.run(['run'], {HF_TOKEN: SECRET});
  expect(code).toBe(1);
  expect(stderr).toContain('bad Bearer ***');
  expect(stderr).not.toContain(SECRET);
});

test('what a command lacks is said before anything runs, and by validate as a warning', async () => {
  const text = (secret: string) => `sidestep: 1
secrets: [HF_TOKEN]
stages:
  first: {uses: command, with: {argv: [sh, -c, "echo > ran; echo > $1", x, "\${outputs.o}"], outputs: {o: o}}}
  c:
    uses: command
    with:
      argv: [sh, -c, 'echo > "$1"', x, "\${outputs.o}", "\${inputs.i}"]
      inputs: {i: "\${stages.first.o}"}
      environment: {TOKEN: ${secret}}
      outputs: {o: o}
  elsewhere: {uses: command, with: {argv: [sh, -c, 'echo > "$1"', x, "\${outputs.o}"], working_dir: nowhere, outputs: {o: o}}}
  train: {uses: train, with: {model: "\${stages.m}", tensors: ./t, output_dir: ./first.yaml/out}}
  m: {uses: scan, with: {checkpoint_dir: ./none}}
`;
  const folder = new Folder({'first.yaml': text('"${secrets.HF_TOKEN}"'), 'second.yaml': text('x')});
  const run = await folder.run(['run', 'first.yaml', '--only', 'c']);
  expect(run.code).toBe(2); // nothing ran: it is the runContext that are wrong
  expect(run.stderr + run.stdout).toContain('run/secret-missing');
  expect(readdirSync(folder.path)).not.toContain('ran');
  const validated = await folder.run(['validate', 'first.yaml']);
  expect(validated.code, validated.stderr).toBe(0);
  for (const code of ['run/secret-missing', 'run/working-dir-missing', 'run/place-refuses'])
    expect(validated.stderr).toContain(code);
  expect(validated.stderr).toContain('first.yaml:10:');
  const planned = await folder.run(['plan', 'second.yaml', '--only', 'elsewhere']);
  expect(planned.stdout + planned.stderr).toContain('run/working-dir-missing');
  expect((await folder.run(['run', 'second.yaml', '--only', 'c'])).code).toBe(0);
});

test.each([
  ['in argv', pipeline(', "${secrets.HF_TOKEN}"'), 'cannot be used here'],
  ['not listed', pipeline().replace('[HF_TOKEN]', '[OTHER]'), 'No secret is named HF_TOKEN'],
  ['recorded as well', `env: [HF_TOKEN]\n${pipeline()}`, 'config/recorded-secret'],
  ['an unknown output', pipeline(', "${outputs.p}"'), '${outputs.p} is none of the outputs'],
  ['overlapping outputs', pipeline().replace('{o: o.txt}', '{o: d, p: ./d/f}'), 'config/overlapping-outputs'],
])('%s: refused before anything runs', async (_name, text, words) => {
  const {code, stderr} = await new Folder({'pipeline.yaml': text}).run(['validate'], {HF_TOKEN: SECRET});
  expect(code).toBe(2);
  expect(stderr).toContain(words);
  expect(stderr).not.toContain(SECRET);
});

test('an escaped reference and one that a variable brings in stay text', async () => {
  const text = `sidestep: 1
vars: {word: "$\${outputs.o}"}
stages:
  c: {uses: command, with: {argv: [sh, -c, 'printf "%s " "$@" > seen; echo > "$1"', x, "\${outputs.o}", "$\${inputs.a}", "\${vars.word}", "a-\${vars.word}"], outputs: {o: o}}}
`;
  const folder = new Folder({'pipeline.yaml': text});
  expect(await folder.run(['run'])).toMatchObject({code: 0});
  expect(folder.read('seen')).toMatch(/\/o \$\{inputs\.a\} \$\{outputs\.o\} a-\$\{outputs\.o\} $/);
});

test('places that are no places: said at once', async () => {
  const folder = new Folder({
    'pipeline.yaml': pipeline().replace('outputs:', 'working_dir: nowhere\n      outputs:'),
  });
  expect((await folder.run(['run'], {HF_TOKEN: SECRET})).stderr).toContain('run/working-dir-missing');
  expect(await folder.run(['plan', '/dev/zero'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('pipe or a device'),
  });
  const proto = await folder.run(['validate', '--set', 'stages.__proto__.uses=fixture']);
  expect(proto).toMatchObject({code: 2, stderr: expect.stringContaining('__proto__')});
});
