import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {reportPage} from '../../src/render/report/page.js';
import type {ReportRun, ReportTraining} from '../../src/render/report/report-data.js';
import {type Browser, openBrowser, type Page, type Viewport} from '../browser.js';

const STEPS = 200;

/** A made-up training whose loss falls and jumps. */
function training(level: number): ReportTraining {
  const steps = Array.from({length: STEPS}, (_, index) => index + 1);
  const layers = Array.from({length: 24}, (_, layer) => `layer ${layer}`);
  return {
    stage: 'train',
    best_loss: level,
    best_by: 'validation',
    best_at: {epoch: 9, global_step: 180},
    final_loss: level,
    verdict: 'still falling: more epochs would go on helping',
    kept_best: {loss: level, epoch: 9, global_step: 180},
    last_loss: level,
    steps: STEPS,
    epochs: 10,
    memory: {trained_parameters: 12_582_912, optimizer_bytes: 100_663_296},
    adapter: '/songs/.sidestep/cache/trees/0123456789012345678901234567890123456789012345678901234567890123',
    points: steps.map((global_step) => ({
      global_step,
      loss: level + 1 / global_step + (global_step % 7) / 10,
      learning_rate: level * 1e-4 * (1 - global_step / (STEPS + 1)),
      grad_norm: level + (global_step % 3),
      bands: {[global_step % 2 === 0 ? '0.0-0.2' : '0.8-1.0']: level + (global_step % 2)},
    })),
    validation: [50, 100, 200].map((global_step) => ({
      global_step,
      loss: level + 10 / global_step,
      bands: {'0.1': level + 5 / global_step, '0.9': level + 15 / global_step},
    })),
    gradients: steps
      .filter((step) => step % 2 === 0)
      .map((global_step) => ({
        global_step,
        layers: Object.fromEntries(layers.map((layer, i) => [layer, 0.1 * (i + 1) + global_step / 100])),
      })),
  };
}

function run(id: string, level: number, rank: number): ReportRun {
  const kinds = ['self_attn', 'cross_attn'].flatMap((block) =>
    ['q', 'k', 'v', 'o'].map((part) => `${block}.${part}_proj`),
  );
  const modules = Array.from({length: 24}, (_, layer) =>
    kinds.map((kind) => `layers.${layer}.${kind}`),
  ).flat();
  const stage = {
    uses: 'train',
    description: null,
    note: null,
    problem: null,
    samples: null,
    fingerprint: 'f'.repeat(64),
  };
  return {
    run: id,
    pipeline: 'a-pipeline-with-quite-a-long-name-for-a-phone',
    file: '/home/somebody/music/projects/2026/november/blues/pipelines/a-pipeline-with-quite-a-long-name.yaml',
    outcome: 'done',
    started_at: Date.UTC(2026, 10, 22, 22, 14),
    duration_ms: 4_000_000,
    stages: [
      {
        ...stage,
        stage: 'train',
        result: 'succeeded',
        started_ms: 0,
        duration_ms: 4_000_000,
        saved_ms: null,
        outputs: [{name: 'adapter', hash: 'a'.repeat(64), size: 1e8}],
        params: [
          {path: 'adapter.rank', value: String(rank), said_at: 'pipeline.yaml:12'},
          {path: 'gradient_checkpointing.enabled', value: 'true', said_at: null},
        ],
      },
      {
        ...stage,
        stage: 'latents',
        result: 'cached',
        started_ms: null,
        duration_ms: null,
        saved_ms: 9e5,
        outputs: [],
        params: [],
      },
    ],
    trainings: [training(level)],
    estimates: [
      {
        stage: 'sensitivity',
        modules: modules.map((module, i) => ({
          module,
          score: modules.length - i,
          selected: i < 16,
        })),
      },
    ],
    songs: [
      {
        name: 'a song with a long name, recorded in one go on a Sunday.flac',
        seconds: 187,
        prompt: `# Caption\n${'a very long caption '.repeat(20)}\n# Metas`,
        lyrics: `[Verse]\n${'la'.repeat(200)}`,
        prompt_tokens: {tokens: 256, lost: 40},
        lyric_tokens: {tokens: 120, lost: 0},
        measured: 'tempo: 120.0 bpm (90 % sure)',
      },
    ],
    prompts: [],
    results: [{stage: 'export', output: 'files', path: `/home/somebody/${'output/'.repeat(12)}`}],
    environment: [['system', 'Linux, 16 threads, 64 GiB']],
  };
}

const desktop: Viewport = {width: 1280, height: 900, colours: 'light', device: 'desktop'};
const phone: Viewport = {width: 390, height: 844, colours: 'light', device: 'phone'};

const folder = mkdtempSync(join(tmpdir(), 'sidestep-report-'));
let browser: Browser;
let address: string;
let compared: string;
beforeAll(async () => {
  const plot = (name: string) =>
    readFileSync(createRequire(import.meta.url).resolve(`uplot/dist/${name}`), 'utf8');
  const assets = {script: plot('uPlot.iife.min.js'), style: plot('uPlot.min.css')};
  const write = (name: string, runs: readonly ReportRun[]): string => {
    writeFileSync(join(folder, name), reportPage({runs, written_by: 'a test'}, assets));
    return pathToFileURL(join(folder, name)).href;
  };
  const first = run('20261122-221400000-aaaa', 0.4, 8);
  address = write('one.html', [first]);
  compared = write('two.html', [first, run('20261122-231400000-bbbb', 0.3, 64)]);
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, {recursive: true});
});

async function opened(url: string, viewport: Viewport): Promise<Page> {
  const page = await browser.page();
  await page.view(viewport);
  await page.open(url);
  return page;
}

/** What is on each canvas, and whether the colour of the first curve does. */
const DRAWN = `[...document.querySelectorAll('.chart canvas')].map((canvas) => {
  const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  let curve = 0;
  for (let i = 0; i < data.length; i += 4)
    if (data[i] === 0x3b && data[i + 1] === 0x82 && data[i + 2] === 0xf6 && data[i + 3] === 255) curve += 1;
  return {curve, picture: canvas.toDataURL()};
})`;

interface Drawn {
  readonly curve: number;
  readonly picture: string;
}

/** Moves a control as a reader does, and waits until the page has drawn again. */
function moved(id: string, change: string, event: string): string {
  return `(async () => {
    const control = document.getElementById('${id}');
    ${change};
    control.dispatchEvent(new Event('${event}'));
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  })()`;
}

describe.each([
  {name: 'a desktop, light', viewport: desktop},
  {name: 'a desktop, dark', viewport: {...desktop, colours: 'dark' as const}},
  {name: 'a phone', viewport: phone},
])('on $name', ({viewport}) => {
  test.each(['one run', 'two runs'])(
    '%s: five charts are drawn, without a complaint or a request',
    async (which) => {
      const url = which === 'one run' ? address : compared;
      const page = await opened(url, viewport);
      const drawn = await page.evaluate<Drawn[]>(DRAWN);
      expect(drawn).toHaveLength(5);
      for (const {curve} of drawn) expect(curve).toBeGreaterThan(100);
      expect(page.complaints).toEqual([]);
      expect(page.requests).toEqual([url]);
    },
  );

  test('nothing is wider than the screen, also when everything is unfolded', async () => {
    const page = await opened(compared, viewport);
    const widths = () =>
      page.evaluate<number[]>('[document.documentElement.scrollWidth, document.body.scrollWidth]');
    expect(Math.max(...(await widths()))).toBeLessThanOrEqual(viewport.width);
    await page.evaluate('document.querySelectorAll("details").forEach((each) => { each.open = true; })');
    expect(Math.max(...(await widths()))).toBeLessThanOrEqual(viewport.width);
  });

  test('text can be read: contrast of at least 4.5 to 1', async () => {
    const page = await opened(address, viewport);
    const ratios = await page.evaluate<number[]>(`(() => {
      const light = (css) => {
        const canvas = new OffscreenCanvas(1, 1).getContext('2d');
        canvas.fillStyle = css;
        canvas.fillRect(0, 0, 1, 1);
        const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const root = getComputedStyle(document.documentElement);
      const back = light(root.getPropertyValue('--back'));
      return ['--front', '--dim', '--bad', '--good'].map((name) => {
        const front = light(root.getPropertyValue(name));
        return (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05);
      });
    })()`);
    for (const ratio of ratios) expect(ratio).toBeGreaterThan(4.5);
  });
});

test('the slider smooths the loss and leaves the learning rate alone; the switch changes its scale', async () => {
  const page = await opened(address, desktop);
  const [loss, rate] = await page.evaluate<Drawn[]>(DRAWN);
  await page.evaluate(moved('smoothing', 'control.value = "0"', 'input'));
  const [raw, sameRate] = await page.evaluate<Drawn[]>(DRAWN);
  expect(raw!.picture).not.toBe(loss!.picture);
  expect(sameRate!.picture).toBe(rate!.picture);
  expect(await page.evaluate('document.getElementById("smoothing-value").textContent')).toBe('0.00');
  await page.evaluate(moved('logarithmic', 'control.checked = true', 'change'));
  const [logarithmic] = await page.evaluate<Drawn[]>(DRAWN);
  expect(logarithmic!.picture).not.toBe(raw!.picture);
});

test('smoothing of nothing but one value is that value, from the first step on', async () => {
  const page = await opened(address, desktop);
  const points = await page.evaluate<number[][]>('smoothed([[1, 5], [2, 5], [3, 5]], 0.9)');
  for (const [, y] of points) expect(y).toBeCloseTo(5, 12);
});

test('a legend tells where the curves ended, and how compared runs differ', async () => {
  const page = await opened(compared, desktop);
  const legend = await page.evaluate<string[]>(
    '[...document.querySelector(".u-legend").rows].map((row) => [...row.cells].map((cell) => cell.textContent).join(" "))',
  );
  expect(legend[0]).toBe('step 200');
  expect(legend[1]).toMatch(/^A rank 8 0\.\d+$/);
  expect(legend[2]).toMatch(/^B rank 64 0\.\d+$/);
});

test('light and dark follow the system, also while the page is open', async () => {
  const page = await opened(address, desktop);
  const back = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
  const [light] = await page.evaluate<Drawn[]>(DRAWN);
  expect(await back()).toBe('rgb(255, 255, 255)');
  await page.view({...desktop, colours: 'dark'});
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
  expect(await back()).toBe('rgb(15, 18, 21)');
  expect((await page.evaluate<Drawn[]>(DRAWN))[0]!.picture).not.toBe(light!.picture);
});

test('every link of the page leads to a section', async () => {
  const page = await opened(compared, desktop);
  const dead = await page.evaluate<string[]>(
    '[...document.querySelectorAll("a")].map((a) => a.getAttribute("href")).filter((href) => !/^#/.test(href) || document.getElementById(href.slice(1)) === null)',
  );
  expect(dead).toEqual([]);
});

test('the best loss is beside losses of its own kind', () => {
  const page = (best_by: 'validation' | 'training') =>
    reportPage(
      {
        runs: [{...run('r', 0.4, 8), trainings: [{...training(0.4), best_by, final_loss: 0.45}]}],
        written_by: 'a test',
      },
      {script: '', style: ''},
    );
  expect(page('validation')).toContain('0.6 at first, 0.45 in the end');
  expect(page('training')).toContain('1.5 at first, 0.45 in the end');
});

test('a run that trained nothing says so in place of charts', () => {
  const page = reportPage(
    {runs: [{...run('r', 1, 8), trainings: [], estimates: [], songs: []}], written_by: 'a test'},
    {script: '', style: ''},
  );
  expect(page).toContain('No training step was recorded');
  expect(page).not.toContain('<script');
});

test('what gets into the page by whatever way neither runs nor loads', async () => {
  const html = readFileSync(new URL(address), 'utf8').replace(
    '</body>',
    '<script>window.pwned = 1</script><svg onload="window.pwned = 1"></svg><img src="https://example.org/x.png"></body>',
  );
  const url = pathToFileURL(join(folder, 'hostile.html'));
  writeFileSync(url, html);
  const page = await opened(url.href, desktop);
  expect(await page.evaluate<string>('typeof window.pwned')).toBe('undefined');
  expect(await page.evaluate<Drawn[]>(DRAWN)).toHaveLength(5); // its own scripts still do
  expect(await page.evaluate<number>('document.querySelector("img").naturalWidth')).toBe(0);
  const refused = page.evaluate('fetch("data:,x").then(() => "loaded", () => "refused")');
  expect(await refused).toBe('refused');
});
