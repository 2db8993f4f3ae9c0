import {spawnSync} from 'node:child_process';
import {expect, test} from 'vitest';
import {gitState} from '../../src/app/run-environment.js';
import {byLayer} from '../../src/history/report-data.js';
import {keptBestText} from '../../src/render/best-text.js';
import {charts} from '../../src/render/report/charts.js';
import {dataElement, html, withCode} from '../../src/render/report/html.js';
import type {ReportRun} from '../../src/render/report/report-data.js';
import {documentOf, Folder} from './sidestep.js';

const pipeline = `sidestep: 1
name: demo
stages:
  say:
    description: "<script>alert(1)</script>"
    uses: command
    with: {argv: [sh, -c, "echo hi > \${outputs.said}"], outputs: {said: said.txt}, version: "1"}
`;

async function ranTwice(): Promise<Folder> {
  const folder = new Folder({'pipeline.yaml': pipeline});
  await folder.run(['run', '--plain']);
  await folder.run(['run', '--plain', '--set', 'say.version="2"']);
  return folder;
}

test('a report is one file that asks the network for nothing and runs nothing a user wrote', async () => {
  const folder = await ranTwice();
  const {stdout, code} = await folder.run(['report', '--output', 'out.html', '--json']);
  expect(code).toBe(0);
  expect(documentOf(stdout, 'report')).toMatchObject({path: folder.file('out.html')});
  const page = folder.read('out.html');
  expect(page).not.toMatch(/src=|href="?[^#"]|@import|url\(/);
  expect(page).not.toContain('<script>alert');
  expect(page).toContain('&lt;script&gt;alert(1)');
  const [, policy = ''] = /<meta http-equiv="Content-Security-Policy" content="([^"]*)">/.exec(page) ?? [];
  expect(policy.replaceAll('&#39;', "'").split('; ')).toEqual(
    expect.arrayContaining(["default-src 'none'", "base-uri 'none'", "form-action 'none'"]),
  );
  expect(policy).not.toMatch(/script-src[^;]*unsafe/);
  expect(page.indexOf('Content-Security-Policy')).toBeLessThan(page.search(/<(script|style)\b/));
  expect(page).toMatch(/<b>say<\/b> <code class="dim">[0-9a-f]{12}…<\/code>/);
  expect(page).toMatch(/<th>fingerprint<\/th><td><code>[0-9a-f]{64}/);
});

test('the page says where the run ran, and which commit its pipeline was of', async () => {
  const folder = new Folder({'pipeline.yaml': pipeline});
  const git = (...args: string[]) =>
    spawnSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
      cwd: folder.path,
      encoding: 'utf8',
    }).stdout;
  expect(await gitState(folder.file('pipeline.yaml'))).toBeNull();
  git('init', '-q');
  git('commit', '-q', '--allow-empty', '-m', 'begin');
  expect(await gitState(folder.file('pipeline.yaml'))).toMatchObject({pipeline: 'untracked'});
  git('add', 'pipeline.yaml');
  git('commit', '-q', '-m', 'pipeline');
  const commit = git('rev-parse', 'HEAD').trim();
  expect(await gitState(folder.file('pipeline.yaml'))).toEqual({commit, pipeline: 'committed'});
  folder.write('pipeline.yaml', `${pipeline}# a thought\n`);
  await folder.run(['run', '--plain']);
  await folder.run(['report', '--output', 'out.html']);
  const page = folder.read('out.html');
  expect(page).toContain(`changed since commit ${commit.slice(0, 12)}`);
  expect(page).toContain(`Node ${process.versions.node}`);
});

test('several runs show what differs', async () => {
  const folder = await ranTwice();
  await folder.run(['report', 'last~1', 'last', '--output', 'out.html']);
  const page = folder.read('out.html');
  expect(page).toContain('Runs side by side');
  expect(page).toMatch(/say\.version<\/code><\/th><td><code>1<\/code><\/td><td><code>2<\/code>/);
});

test('a training that was killed is drawn from its events', async () => {
  const folder = new Folder();
  const run = '.sidestep/runs/20260101-000000-abcd';
  const train = {id: 'train', declared_as: 'train', uses: 'train', params: {epochs: 3}, positions: {}};
  folder.write(
    `${run}/pipeline.json`,
    JSON.stringify({name: 'demo', file: folder.file('p.yaml'), stages: [train]}),
  );
  const step = (global_step: number, loss: number) =>
    JSON.stringify({
      at: global_step,
      kind: 'step_finished',
      stage: 'train',
      global_step,
      loss,
      learning_rate: 1e-4,
      gradient_norm: 1,
    });
  folder.write(`${run}/events.jsonl`, `${step(1, 0.5)}\n${step(2, 0.25)}\n{"torn`);
  expect(await folder.run(['report', 'last', '--output', 'out.html'])).toMatchObject({code: 0});
  const block = /id="report-charts">(.*?)<\/script>/s.exec(folder.read('out.html'))![1]!;
  const [loss] = JSON.parse(block) as {title: string; curves: {points: number[][]}[]}[];
  expect(loss).toMatchObject({
    title: 'Loss',
    curves: [
      {
        points: [
          [1, 0.5],
          [2, 0.25],
        ],
      },
    ],
  });
});

test('a run that is not there is refused with a way to find it', async () => {
  const {code, stderr} = await new Folder().run(['report']);
  expect({code, stderr}).toMatchObject({code: 2, stderr: expect.stringContaining('pipelines/smoke.yaml')});
});

test('norms of a layer are those of its modules together', () => {
  const norms = {
    'layers.3.self_attn.q_proj': 3,
    'layers.3.self_attn.k_proj': 4,
    'layers.12.mlp.up_proj': null,
  };
  expect(byLayer(norms)).toEqual({'layer 3': 5, 'layer 12': null});
});

test('long runs are thinned to means, and losses that were not finite left out', () => {
  const points = Array.from({length: 10_000}, (_, i) => ({
    global_step: i + 1,
    loss: i === 0 ? null : i % 2,
    learning_rate: 1e-4,
    grad_norm: 1,
  }));
  const training = {stage: 'train', points, validation: [], gradients: []};
  const run = {run: 'r', trainings: [training]} as unknown as ReportRun;
  const [loss] = charts({runs: [run], written_by: ''});
  const drawn = loss!.curves[0]!.points;
  expect(drawn.length).toBeLessThanOrEqual(3000);
  expect(drawn.at(-1)![0]).toBe(10_000);
  for (const [, y] of drawn.slice(1, -1)) expect(y).toBeCloseTo(0.5, 5);
});

test('the report says where the loss was lowest, which state was kept, and draws the validation by timestep', async () => {
  const folder = new Folder();
  const run = '.sidestep/runs/20260101-000000-abcd';
  const train = {id: 'train', declared_as: 'train', uses: 'train', params: {epochs: 3}, positions: {}};
  folder.write(
    `${run}/pipeline.json`,
    JSON.stringify({name: 'demo', file: folder.file('p.yaml'), stages: [train]}),
  );
  const losses = [3, 1.9, 1.875];
  const events = [
    {kind: 'validation_finished', stage: 'train', global_step: 0, loss: 1, bands: {'0.2': 1, '0.8': 1}},
    ...losses.flatMap((loss, index) => [
      {
        kind: 'step_finished',
        stage: 'train',
        global_step: 2 * index + 2,
        epoch: index + 1,
        loss: 2,
        learning_rate: 1e-4,
        gradient_norm: 1,
      },
      {kind: 'epoch_finished', stage: 'train', epoch: index + 1, epochs: 3, mean_loss: 2, duration_ms: 1},
      {
        kind: 'validation_finished',
        stage: 'train',
        global_step: 2 * index + 2,
        loss,
        bands: {'0.2': loss - 1, '0.8': loss + 1},
      },
    ]),
    {kind: 'epoch_finished', stage: 'train', epoch: 4, epochs: 4, mean_loss: 2, duration_ms: 1},
    {kind: 'validation_finished', stage: 'train', global_step: 8, loss: 2.5, bands: {'0.2': 1.5, '0.8': 3.5}},
  ];
  folder.write(
    `${run}/events.jsonl`,
    events.map((event, at) => `${JSON.stringify({at, ...event})}\n`).join(''),
  );
  expect(await folder.run(['report', 'last', '--output', 'out.html'])).toMatchObject({code: 0});
  const page = folder.read('out.html');
  expect(page).toMatch(
    /best validation loss<\/dt><dd>1\.875<\/dd><p>at epoch 3 \(step 6\); 1 at first, 2\.5 in the end<\/p>/,
  );
  expect(page).toMatch(/<p class="judgement">[^`]*not judged: fewer than 5 validations[^`]*<\/p>/);
  const block = /id="report-charts">(.*?)<\/script>/s.exec(page)![1]!;
  const bands = (JSON.parse(block) as {title: string; curves: {label: string; points: number[][]}[]}[]).find(
    ({title}) => title === 'Validation by timestep',
  );
  expect(bands!.curves.map(({label, points}) => [label, points.at(-1)])).toEqual([
    ['t = 0.2', [8, 1.5]],
    ['t = 0.8', [8, 3.5]],
  ]);
  const {stdout} = await folder.run(['runs', '--json']);
  expect(documentOf(stdout, 'runs').runs).toMatchObject([
    {best_loss: 1.875, best_at: {epoch: 3, global_step: 6}, final_loss: 2.5},
  ]);
});

test.each([
  {
    name: 'the one that was hardly worse and came first',
    facts: {
      best_loss: 1.889,
      best_by: 'validation',
      best_at: {epoch: 9, global_step: 36},
      kept_best: {loss: 1.89, epoch: 7, global_step: 28},
    },
    text: '`best` is the adapter of epoch 7 (step 28): validation loss 1.89; `export: {checkpoint: best}` exports it',
  },
  {
    name: 'of training losses, of which means are compared',
    facts: {
      best_loss: 1.5,
      best_by: 'training',
      best_at: {epoch: 9, global_step: 36},
      kept_best: {loss: 1.7, epoch: 9, global_step: 36},
    },
    text: '`best` is the adapter of epoch 9 (step 36): mean training loss of the last epochs 1.7; `export: {checkpoint: best}` exports it',
  },
  {name: 'none', facts: {best_loss: null, best_by: 'training', best_at: null, kept_best: null}, text: ''},
] as const)('the state that is kept as best is named: $name', ({facts, text}) => {
  expect(keptBestText(facts)).toBe(text);
});

test('what users wrote cannot leave its place in the page', () => {
  expect(withCode('no `<i>` here').html).toBe('no <code>&lt;i&gt;</code> here');
  expect(html`<b>${'<i>"&'}</b>`.html).toBe('<b>&lt;i&gt;&quot;&amp;</b>');
  expect(dataElement('x', {text: '</script>'}).html).toBe(
    '<script type="application/json" id="x">{"text":"\\u003c/script>"}</script>',
  );
});
