import {type ChildProcess, spawn} from 'node:child_process';
import {readFileSync, writeFileSync} from 'node:fs';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {type Browser, openBrowser, type Page, type Viewport} from '../browser.js';
import {Project, preparation, training} from '../first-light/project.js';
import {main} from './sidestep.js';

const desktop: Viewport = {width: 1280, height: 900, colours: 'light', device: 'desktop'};
const phone: Viewport = {width: 390, height: 844, colours: 'dark', device: 'phone'};

let project: Project;
let server: ChildProcess;
let browser: Browser;
let page: Page;
beforeAll(async () => {
  project = new Project();
  const samples = {every_epochs: 100, prompts: [{sample: 'clip-1', duration: 1}]};
  project.writePipeline({...preparation({clips: 2}), train: training('tiny', {epochs: 200, samples})});
  server = spawn(process.execPath, [main, 'ui', '--json'], {
    cwd: project.path,
    env: {PATH: process.env.PATH, HOME: project.path, SIDESTEP_CONFIG_DIR: project.file('.config')},
  });
  const url = new Promise<string>((resolve) => {
    let text = '';
    server.stdout!.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
      if (text.trimEnd().endsWith('}')) resolve(String(JSON.parse(text).url));
    });
  });
  browser = await openBrowser();
  page = await browser.page();
  await page.view(desktop);
  await page.open(await url);
});
afterAll(async () => {
  await browser?.close();
  server?.kill('SIGINT');
  project?.remove();
});

/** Waits until the page shows it. */
const shows = (expression: string): Promise<void> =>
  expect.poll(() => page.evaluate<unknown>(expression), {timeout: 120_000, interval: 50}).toBeTruthy();
const text = (selector: string) =>
  page.evaluate<string>(`document.querySelector(${JSON.stringify(selector)})?.textContent ?? ''`);
const click = (selector: string) =>
  page.evaluate(`document.querySelector(${JSON.stringify(selector)}).click()`);
const go = async (hash: string, until: string): Promise<void> => {
  await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
  await shows(until);
};
/** The page is there and its button says this. */
const offers = (words: string) =>
  `!document.getElementById('start').hidden && document.getElementById('start').textContent === '${words}'`;
const step =
  'Number([...document.querySelectorAll(".figures div")].find((each) => each.firstChild.textContent === "step")?.children[1].textContent ?? 0)';

/** Of a training without validation, Prodigy or a target loss. */
const CURVES = ['Loss', 'Training loss by timestep', 'Learning rate', 'Gradient norm'];

const log = `document.querySelector('[data-stage=train] .log pre').textContent`;

test('a run is started, followed and stopped from the page, and goes on from there', async () => {
  await shows(offers('Run'));
  await click('#start');
  await shows('document.querySelector(".outcome")?.textContent === "running"');
  await shows(`${step} > 2`);
  const [first] = await page.evaluate<number[]>(`[${step}]`);
  await shows(`${step} > ${first}`); // the curves move
  const titles = await page.evaluate<string[]>(
    '[...document.querySelectorAll(".charts figure:has(canvas) figcaption b")].map((each) => each.textContent)',
  );
  expect(titles).toEqual(CURVES);
  expect(await text('#stop')).toBe('Stop');
  await click('[data-stage=train] .log summary');
  await shows(`${log}.length > 10`); // what it said so far
  const [read] = await page.evaluate<number[]>(`[${log}.length]`);
  await click('#stop');
  await shows('document.querySelector(".outcome").textContent === "interrupted"');
  await shows(`${log}.length > ${read}`); // and what it said to its end
  expect(await text('[data-stage=train] em')).toMatch(/^interrupted after .*continues from here next time$/);
  const [stopped] = await page.evaluate<number[]>(`[${step}]`);
  expect(stopped).toBeLessThan(400);
  await shows(offers('Continue'));
  await click('#start');
  await shows(`document.querySelector(".outcome")?.textContent === "done" && ${offers('Run again')}`);
  expect(await text('[data-stage=tiny] em')).toMatch(/^cached/);
  await shows(`${step} === 400`);
});

test('clips play: those of before, during and after the training', async () => {
  await shows('document.querySelectorAll("#listen audio").length === 3');
  const heard = await page.evaluate<
    number[]
  >(`Promise.all([...document.querySelectorAll('#listen audio')].map((audio) => new Promise((done) => {
    audio.addEventListener('loadedmetadata', () => done(audio.duration));
    audio.addEventListener('error', () => done(-1));
    audio.preload = 'auto';
    audio.load();
  })))`);
  for (const seconds of heard) expect(seconds).toBeCloseTo(1, 1);
  expect(
    await page.evaluate(
      '[...document.querySelectorAll("#listen img")].every((image) => image.loading === "lazy")',
    ),
  ).toBe(true);
});

test('runs are compared side by side', async () => {
  await go('#runs', 'document.querySelectorAll(".runs tbody tr").length === 2');
  expect(
    await page.evaluate('[...document.querySelectorAll(".runs .outcome")].map((each) => each.textContent)'),
  ).toEqual(['done', 'interrupted']);
  for (const row of [1, 2]) await click(`.runs tbody tr:nth-child(${row}) input`);
  await click('.compare button');
  await shows('document.querySelectorAll("#beside .charts canvas").length >= 1');
  expect(await text('.side-by-side')).toMatch(/outcome.*interrupted.*done/s);
});

test('songs are shown as they are trained', async () => {
  await go('#songs', 'document.querySelectorAll(".song-list > details").length === 2');
  expect(await text('.song-list details pre')).toContain('# Caption');
  expect(await text('.song-list .tokens summary')).toMatch(/^\d+ tokens of at most 256$/);
});

test('the pipeline is shown, and what an edit breaks, at its line', async () => {
  await go('#pipeline', 'document.querySelector(".verdict.good")');
  const file = project.file('pipeline.yaml');
  const good = readFileSync(file, 'utf8');
  writeFileSync(file, good.replace('"epochs"', '"epocs"'));
  await shows('document.querySelector(".verdict.bad")');
  expect(await text('.source li.error mark')).toContain('epocs');
  expect(await text('.source li.error .problem-box')).toMatch(/config\/unknown-key.*hint:/s);
  await click('#start');
  await shows('document.querySelector("#notice .problem-box")');
  expect(await text('#notice')).toContain('epocs');
  writeFileSync(file, good.replace('"epochs"', '"epochz"'));
  await shows('document.querySelector(".source li.error mark").textContent.includes("epochz")');
  expect(await text('#notice')).toContain('epocs'); // the file is still wrong
  writeFileSync(file, good);
  await shows('document.querySelector(".verdict.good")');
  await shows('document.getElementById("notice").textContent === ""');
});

/** Texts whose contrast to what is behind them is less than 4.5 to 1 (WCAG 2.1, 1.4.3), which lets out disabled controls. */
const FAINT = `(() => {
  const canvas = new OffscreenCanvas(1, 1).getContext('2d', {willReadFrequently: true});
  const light = (colours) => {
    for (const colour of colours) {
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
    }
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (each) => (each === null ? [] : [...behind(each.parentElement), getComputedStyle(each).backgroundColor]);
  const hasText = (each) => [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== '');
  return [...document.querySelectorAll('body *')]
    .filter((each) => hasText(each) && each.checkVisibility() && !each.disabled && !each.closest('noscript, .skip'))
    .map((each) => {
      const back = behind(each);
      const [one, other] = [light(back), light([...back, getComputedStyle(each).color])];
      return [each.textContent.slice(0, 40), (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)];
    })
    .filter(([, ratio]) => ratio < 4.5);
})()`;

test('in every view nothing is wider than a phone, and text can be read in light and dark', async () => {
  for (const view of [phone, {...phone, colours: 'light'} as const, {...desktop, colours: 'dark'} as const]) {
    await page.view(view);
    for (const [hash, until] of [
      ['#run', '#stages .stages li'],
      ['#runs', '.runs tbody tr'],
      ['#songs', '.song-list'],
      ['#pipeline', '.source'],
    ] as const) {
      await go(hash, `document.querySelector(${JSON.stringify(until)})`);
      if (hash === '#run') {
        await click('[data-stage=train] .log summary');
        await shows(`${log} !== ''`);
      }
      expect(await page.evaluate('document.documentElement.scrollWidth'), hash).toBeLessThanOrEqual(
        view.width,
      );
      expect(await page.evaluate(FAINT), `${view.colours} ${hash}`).toEqual([]);
    }
  }
});

test('the page asked this server alone, and complained of nothing', async () => {
  const [origin] = await page.evaluate<string[]>('[location.origin]');
  const foreign = page.requests.filter(
    (url) => !url.startsWith(`${origin}/`) && !url.startsWith('data:image/svg+xml'),
  );
  expect(foreign).toEqual([]); // pictures of the browser's own players are data: addresses
  expect(await page.evaluate('location.href')).not.toContain('token');
  const refused = 'fetch("http://127.0.0.1:1/").then(() => "sent", () => "refused")';
  const complaints = page.complaints.filter((each) => !each.includes('409')); // the start that was refused
  expect(complaints).toEqual([]);
  expect(await page.evaluate(refused)).toBe('refused');
});
