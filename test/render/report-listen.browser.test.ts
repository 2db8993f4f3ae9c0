import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {wavFile} from '../../src/format/wav-write.js';
import {reportPage} from '../../src/render/report/page.js';
import type {ReportPrompt, ReportRun} from '../../src/render/report/report-data.js';
import {spectrogram} from '../../src/worker/picture/spectrogram.js';
import {type Browser, openBrowser, type Page, type Viewport} from '../browser.js';

/** Real sound, real pictures, a real browser: what a listener does with the page, done. */
const folder = mkdtempSync(join(tmpdir(), 'sidestep-listen-'));
const desktop: Viewport = {width: 1280, height: 900, colours: 'light', device: 'desktop'};
const phone: Viewport = {width: 390, height: 844, colours: 'dark', device: 'phone'};

function tone(hertz: number, seconds: number) {
  const channel = Float32Array.from(
    {length: 48_000 * seconds},
    (_, t) => 0.5 * Math.sin((2 * Math.PI * hertz * t) / 48_000),
  );
  return {channels: [channel, channel], sample_rate: 48_000};
}

function clip(label: string, seed: number, hertz: number) {
  const sound = tone(hertz, 1);
  const name = `${label} ${seed}`.replaceAll(' ', '-');
  mkdirSync(join(folder, 'clips'), {recursive: true});
  writeFileSync(join(folder, 'clips', `${name}.wav`), wavFile(sound, '16'));
  writeFileSync(join(folder, 'clips', `${name}.png`), spectrogram(sound));
  return {
    label,
    seed,
    audio: `clips/${name}.wav`,
    picture: `clips/${name}.png`,
    quieter_db: hertz > 800 ? 1.5 : null,
    nearest: {text: 'like blues-2 at 1:04: 0.83', memorised: hertz > 800},
  };
}

const texts = {prompt: '# Caption\nslow blues & <b>not bold</b>\n\n# Metas', lyrics: '# Lyric\nla la'};

function prompts(): ReportPrompt[] {
  const labels = ['before training', 'step 200', 'step 400'];
  const clips = [1, 2].flatMap((seed) => labels.map((label, i) => clip(label, seed, 220 * (i + 1) * seed)));
  return [
    {stage: 'train', name: 'slow-blues', texts, clips},
    {
      stage: 'train',
      name: 'a-prompt-with-quite-a-long-name-for-a-phone',
      texts: null,
      clips: clips.slice(0, 3),
    },
  ];
}

const run: ReportRun = {
  run: '20261129',
  pipeline: 'blues',
  file: '/music/blues.yaml',
  outcome: 'done',
  started_at: Date.UTC(2026, 10, 29),
  duration_ms: 1000,
  stages: [],
  trainings: [],
  estimates: [],
  songs: [],
  prompts: prompts(),
  results: [],
  environment: [],
};

let browser: Browser;
let address: string;
beforeAll(async () => {
  const plot = (name: string) =>
    readFileSync(createRequire(import.meta.url).resolve(`uplot/dist/${name}`), 'utf8');
  const assets = {script: plot('uPlot.iife.min.js'), style: plot('uPlot.min.css')};
  const path = join(folder, 'report.html');
  writeFileSync(path, reportPage({runs: [run], written_by: 'a test'}, assets));
  address = pathToFileURL(path).href;
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
  rmSync(folder, {recursive: true, force: true});
});

async function opened(viewport: Viewport): Promise<Page> {
  const page = await browser.page();
  await page.view(viewport);
  await page.open(address);
  return page;
}

const text = (id: string) => `document.getElementById('${id}').textContent`;
const click = (id: string) => `document.getElementById('${id}').click()`;
const press = (key: string) =>
  `document.dispatchEvent(new KeyboardEvent('keydown', {key: '${key}', bubbles: true}))`;
/** Which file a hidden player has. */
const source = (id: string) => `decodeURIComponent(document.getElementById('${id}').src.split('/').at(-1))`;

async function start(page: Page, one: string, other: string): Promise<void> {
  await page.evaluate(`document.getElementById('blind-one').value = '${one}'`);
  await page.evaluate(`document.getElementById('blind-other').value = '${other}'`);
  await page.evaluate(`document.querySelector('#blind-choice button').click()`);
}

describe.each([
  ['on a desk', desktop],
  ['on a phone', phone],
])('%s', (_name, viewport) => {
  test('every clip has a player whose sound loads from the file beside the page, and a picture', async () => {
    const page = await opened(viewport);
    const length = await page.evaluate<number>(
      `new Promise((done, fail) => { const a = document.querySelector('.takes audio'); a.preload = 'metadata'; a.onloadedmetadata = () => done(a.duration); a.onerror = () => fail(new Error(String(a.error?.message))); a.load(); })`,
    );
    expect(length).toBeCloseTo(1, 2);
    expect(await page.evaluate(`document.querySelectorAll('.prompt audio').length`)).toBe(9);
    expect(
      await page.evaluate(
        `Promise.all([...document.querySelectorAll('.prompt img')].map((image) => { image.loading = 'eager'; return image.decode().then(() => image.naturalWidth > 10); })).then((all) => all.every(Boolean))`,
      ),
    ).toBe(true);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    expect(page.complaints).toEqual([]);
    expect(page.requests.filter((url) => !/^(file|data):/.test(url))).toEqual([]); // the browser's own buttons are data
  });
});

test('what a user wrote is text, not markup', async () => {
  const page = await opened(desktop);
  expect(await page.evaluate(`document.querySelectorAll('.prompt b').length`)).toBe(9); // the labels alone
  expect(await page.evaluate(`document.querySelector('.prompt pre').textContent`)).toBe(texts.prompt);
});

test('the blind test hides the order, counts, and reveals at the end', async () => {
  const page = await opened(desktop);
  await start(page, 'before training', 'step 400');
  const picked: Record<string, number> = {'before-training': 0, 'step-400': 0};
  const seen: string[] = [];
  for (let pair = 1; pair <= 3; pair++) {
    expect(await page.evaluate(text('blind-trial'))).toContain(`pair ${pair} of 3`);
    expect(await page.evaluate(`document.querySelector('#blind-pair').innerText`)).not.toMatch(/step|before/);
    const x = await page.evaluate<string>(source('blind-x'));
    const y = await page.evaluate<string>(source('blind-y'));
    expect([x, y].map((name) => name.replace(/-\d\.wav$/, '')).sort()).toEqual([
      'before-training',
      'step-400',
    ]);
    expect(x.at(-5)).toBe(y.at(-5)); // of one seed
    const choice = pair === 2 ? y : x;
    picked[choice.replace(/-\d\.wav$/, '')]! += 1;
    seen.push(x);
    await page.evaluate(click(pair === 2 ? 'pick-y' : 'pick-x'));
  }
  const result = await page.evaluate<string>(text('blind-result'));
  expect(result).toContain(`before training: ${picked['before-training']}`);
  expect(result).toContain(`step 400: ${picked['step-400']}`);
  for (const x of seen) expect(result).toContain(`X was ${x.replace(/-\d\.wav$/, '').replaceAll('-', ' ')}`);
  expect(await page.evaluate(`document.getElementById('blind-pair').hidden`)).toBe(true);
  expect(page.complaints).toEqual([]);
});

test('the order is drawn again each time', async () => {
  const page = await opened(desktop);
  const orders = new Set<string>();
  for (let turn = 0; turn < 40 && orders.size < 2; turn++) {
    await start(page, 'before training', 'step 400');
    orders.add((await page.evaluate<string>(source('blind-x'))).replace(/-\d\.wav$/, ''));
  }
  expect([...orders].sort()).toEqual(['before-training', 'step-400']);
});

test('by keyboard alone: 1 and 2 pick, 0 is no difference; and equal choices are refused', async () => {
  const page = await opened(desktop);
  await start(page, 'step 200', 'step 400');
  for (const key of ['1', '0', '2']) await page.evaluate(press(key));
  expect(await page.evaluate(text('blind-result'))).toContain('no difference: 1');
  await start(page, 'step 200', 'step 200');
  expect(await page.evaluate(text('blind-result'))).toContain('choose two others');
});

test('one clip plays at a time', async () => {
  const page = await opened(desktop);
  const paused = await page.evaluate<boolean>(
    `(async () => { const [a, b] = document.querySelectorAll('.prompt audio'); a.muted = b.muted = true; await a.play(); await b.play(); await new Promise((r) => setTimeout(r)); return a.paused && !b.paused; })()`,
  );
  expect(paused).toBe(true);
});

test.runIf(process.env.SIDESTEP_SCREENSHOTS)('pictures for people', async () => {
  for (const [name, viewport] of Object.entries({desktop, phone})) {
    const page = await opened(viewport);
    await start(page, 'before training', 'step 400');
    writeFileSync(join(process.env.SIDESTEP_SCREENSHOTS!, `listen-${name}.png`), await page.screenshot());
  }
});
