import {expect, test} from 'vitest';
import {Folder} from './sidestep.js';

const piece = `vars: {word: hello}
stages:
  say:
    uses: command
    with: {argv: [sh, -c, "echo \${vars.word} > $0", "\${outputs.out}"], outputs: {out: out.txt}}
`;

const main = `sidestep: 1
include: [{file: parts/say.yaml, as: one}, {file: parts/say.yaml, as: two, with: {word: bye}}]
profiles:
  loud: {vars: {one-word: HELLO}}
  quick: {stages: {two-say: {resources: {threads: 1}}}}
stages:
  both:
    uses: command
    with:
      argv: [sh, -c, "cat $0 $1 > $2", "\${inputs.a}", "\${inputs.b}", "\${outputs.out}"]
      inputs: {a: "\${stages.one-say}", b: "\${stages.two-say}"}
      outputs: {out: out.txt}
`;

test('included files are read from their folders, profiles from anywhere on the line; both are watched by memory and cache', async () => {
  const folder = new Folder({'pipeline.yaml': main, 'parts/say.yaml': piece});
  const verdicts = async (...args: string[]) => {
    const {stdout, stderr} = await folder.run(['plan', '--json', ...args]);
    const {stages} = JSON.parse(stdout) as {stages: {stage: string; verdict: {kind: string}}[]};
    expect(stderr).toBe('');
    return Object.fromEntries(stages.map(({stage, verdict}) => [stage, verdict.kind]));
  };
  const ran = await folder.run(['run', '--plain']);
  expect(ran.code, ran.stdout + ran.stderr).toBe(0);
  const cached = {'one-say': 'cached', 'two-say': 'cached', both: 'cached'};
  expect(await verdicts()).toEqual(cached);
  expect(await verdicts('--profile', 'quick')).toEqual(cached); // it changes no byte
  expect(await verdicts('--profile=loud')).toEqual({...cached, 'one-say': 'stale', both: 'stale'});
  const loud = await folder.run(['--profile', 'loud', 'plan']);
  expect(loud.stderr).toMatch(
    /pipeline\.yaml:4:\d+ warning: The profile loud changes results.*one-say\.argv/,
  );
  folder.write('parts/say.yaml', piece.replace('hello', 'good morning'));
  expect(await verdicts()).toEqual({...cached, 'one-say': 'stale', both: 'stale'});
  folder.write('parts/say.yaml', piece.replace('outputs: {', 'output: {'));
  expect(await folder.run(['validate'])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/parts\/say\.yaml:5:\d+ error: .*output/),
  });
});

test('checks: an output that is not what it must be fails its stage and is not kept; a wrong name is an error at once', async () => {
  const stage = (checks: string, script: string) => `sidestep: 1
stages:
  made:
    uses: command
    checks: ${checks}
    with: {argv: [sh, -c, "${script}", "\${outputs.out}"], outputs: {out: out.json}}
`;
  const checks = '{out: {json_schema: {required: [loss]}}}';
  const folder = new Folder({'pipeline.yaml': stage(checks, "echo '{}' > $0")});
  const bad = await folder.run(['run', '--plain']);
  expect(bad.code).toBe(1);
  expect(bad.stdout + bad.stderr).toMatch(
    /pipeline\.yaml:5:\d+ error: .*out as a whole must have required property 'loss'/,
  );
  folder.write('pipeline.yaml', stage(checks, `echo '{\\"loss\\": 1}' > $0`));
  const good = await folder.run(['run', '--plain']);
  expect(good.code, good.stdout + good.stderr).toBe(0);
  folder.write('pipeline.yaml', stage('{ot: {}}', 'true'));
  expect(await folder.run(['validate'])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/pipeline\.yaml:5:14 error: .*no output ot.*unknown-output/),
  });
});
