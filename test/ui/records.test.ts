import {appendFileSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {rangeOf} from '../../src/ui/served-file.js';
import {type Sent, started, step, UiProject} from './project.js';

const made = (path: string, global_step = 5) => ({
  kind: 'clip_made' as const,
  stage: 'train' as never,
  global_step,
  prompt: 'blues',
  seed: 1,
  strength: 1,
  path,
});

/** `audio` addresses in what the page gets of a run. */
async function clipsOf(project: UiProject, run: string): Promise<string[]> {
  const {html} = await project.json<{html: {listen: string}}>(`api/runs/${run}`);
  return [...html.listen.matchAll(/<audio[^>]* src="([^"]*)"/g)].map(([, address]) => address!);
}

test('clips are served whole and in parts, and nothing that a record only names', async () => {
  const project = await UiProject.open();
  writeFileSync(project.file('secret.wav'), 'not yours');
  const run = await project.record([
    started('r'),
    made('/anywhere/step-5/blues.wav'),
    made('x/../../../../../secret.wav', 6),
    made('linked/away.wav', 7),
  ]);
  writeFileSync(project.runFile(run, 'samples/train/step-5/blues.wav'), '0123456789');
  project.link(project.file('secret.wav'), '.sidestep/runs', run, 'samples/train/linked/away.wav');
  const clips = await clipsOf(project, run);
  expect(clips).toHaveLength(2); // the path that climbs out names no file where clips are
  const whole = await project.get(clips[0]!);
  expect(whole).toMatchObject({status: 200, text: '0123456789'});
  expect(whole.headers).toMatchObject({'content-type': 'audio/wav', 'accept-ranges': 'bytes'});
  const part = await project.get(clips[0]!, {range: 'bytes=2-4'});
  expect(part).toMatchObject({status: 206, text: '234'});
  expect(part.headers['content-range']).toBe('bytes 2-4/10');
  expect((await project.get(clips[0]!, {range: 'bytes=10-'})).status).toBe(416);
  expect((await project.get(clips[1]!)).status).toBe(404); // a link that leads out
});

test.each([
  [undefined, undefined],
  ['bytes=0-0', {first: 0, last: 0}],
  ['bytes=3-', {first: 3, last: 9}],
  ['bytes=-4', {first: 6, last: 9}],
  ['bytes=-40', {first: 0, last: 9}],
  ['bytes=8-100', {first: 8, last: 9}],
  ['bytes=10-12', 'outside'],
  ['bytes=-0', 'outside'],
  ['bytes=5-2', undefined],
  ['bytes=0-1,3-4', undefined],
  ['bytes=-', undefined],
  ['lines=1-2', undefined],
])('of ten bytes, %s asks for %j', (header, range) => {
  expect(rangeOf(header, 10)).toEqual(range);
});

test('no path leads out of the records', async () => {
  const project = await UiProject.open();
  const run = await project.record([started('r')]);
  const other = await project.record([started('s')]);
  project.link(project.folder, '.sidestep/runs', '20260101-000000000-abcd');
  rmSync(project.runFile(other, 'events.jsonl'));
  writeFileSync(project.file('elsewhere.jsonl'), '{"kind":"secret"}\n');
  project.link(project.file('elsewhere.jsonl'), '.sidestep/runs', other, 'events.jsonl');
  const paths = [
    `api/runs/${run}/../../../blues.yaml`,
    `api/runs/..%2f..%2fblues.yaml`,
    `api/runs/${run}%00`,
    'ui/page/../../../package.json',
    'ui/page/%2e%2e/server.ts',
    'ui/page/missing.js',
    'package.json',
    'api/runs/20260101-000000000-abcd', // a link in place of a record
    `api/runs/${other}`, // a record whose events are a link
    `runs/${run}/clips/${'a'.repeat(64)}.wav`,
    `runs/${run}/clips/../events.jsonl`,
    'report?runs=../../etc',
  ];
  const statuses = await Promise.all(paths.map(async (path) => (await project.get(path)).status));
  expect(statuses).toEqual(paths.map(() => 404));
  const songs = await project.json<{problems: {code: string}[]}>('api/songs?pipeline=../../etc/passwd');
  expect(songs.problems[0]!.code).toBe('usage/unknown-pipeline');
  const told = await project.json<{html: string; errors: number}>('api/pipeline?pipeline=/etc/passwd');
  expect(told.html).not.toContain('root:');
  expect(told.errors).toBe(1);
  const followed = await project.follow(`api/follow?run=${other}`, (seen) => seen.length > 0);
  expect(followed[0]!.event).toBe('gone');
});

const kindsIn = (sent: readonly Sent[]) =>
  sent
    .filter(({event}) => event === 'events')
    .flatMap(({data}) =>
      (data as {kind: string; global_step?: number}[]).map(({kind, global_step}) => global_step ?? kind),
    );

test('events come once, as they are written, and after a cut from where they were', async () => {
  const project = await UiProject.open();
  const run = await project.record([started('r'), step(1), step(2)]);
  const path = project.runFile(run, 'events.jsonl');
  const line = (global_step: number) => `${JSON.stringify({at: 1, ...step(global_step)})}\n`;
  let wrote = 0;
  const first = await project.follow(`api/follow?run=${run}`, (seen) => {
    const known = kindsIn(seen);
    if (known.length === 3 && wrote === 0) {
      wrote = 1;
      const text = line(3);
      appendFileSync(path, text.slice(0, 20)); // a line is half written when it is looked at
      setTimeout(() => appendFileSync(path, text.slice(20)), 400);
    }
    return known.length === 4;
  });
  expect(kindsIn(first)).toEqual(['run_started', 1, 2, 3]);
  const last = first.at(-1)!;
  expect(Number(last.id)).toBe(readFileSync(path).length);
  appendFileSync(path, `{"at":2,"kind":"cut sho\n${line(4)}`); // a full disk leaves such lines
  const later = await project.follow(`api/follow?run=${run}`, (seen) => kindsIn(seen).length > 0, {
    'last-event-id': last.id!,
  });
  expect(kindsIn(later)).toEqual([4]);
});

test('a long record comes whole, in blocks', async () => {
  const project = await UiProject.open();
  const steps = Array.from({length: 5000}, (_, index) => index + 1);
  const run = await project.record([started('r'), ...steps.map(step)]);
  const sent = await project.follow(`api/follow?run=${run}`, (seen) => kindsIn(seen).length > 5000);
  expect(kindsIn(sent)).toEqual(['run_started', ...steps]);
  expect(sent.length).toBeGreaterThan(2);
});

test('a record that is deleted while it is followed, or replaced by a shorter one, is gone', async () => {
  const project = await UiProject.open();
  const [one, other] = [await project.record([started('r')]), await project.record([started('s'), step(1)])];
  const gone = (run: string, end: () => void) =>
    project.follow(`api/follow?run=${run}`, (seen) => {
      if (seen.length === 1) end();
      return seen.some(({event}) => event === 'gone');
    });
  await gone(one, () => rmSync(project.runFile(one), {recursive: true}));
  await gone(other, () => writeFileSync(project.runFile(other, 'events.jsonl'), ''));
  expect((await project.get(`api/runs/${one}`)).status).toBe(404);
});

test('a new run and an edited pipeline are told of', async () => {
  const project = await UiProject.open();
  const changes = (edit: () => unknown) => {
    const timer = setTimeout(edit, 300);
    return project.follow('api/follow', (seen) => seen.length > 0).finally(() => clearTimeout(timer));
  };
  expect((await changes(() => project.record([started('r')])))[0]!.event).toBe('changed');
  expect((await changes(() => appendFileSync(project.file('blues.yaml'), '# more\n')))[0]!.event).toBe(
    'changed',
  );
});

test('a log comes from where it was read to, never more than its end, and as text; no stage name leads out', async () => {
  const project = await UiProject.open();
  const run = await project.record([started('r')]);
  const path = project.runFile(run, 'logs/train.log');
  const ask = async (from: number) =>
    project.json<{lines: string[]; end: number; cut: boolean}>(
      `api/runs/${run}/log?stage=train&from=${from}`,
    );
  expect(await ask(0)).toEqual({lines: [], end: 0, cut: false});
  writeFileSync(path, 'one\n\u001b[31m<b>two</b>\nhalf');
  const first = await ask(0);
  expect(first.lines).toEqual(['one', '\\u001b[31m<b>two</b>', 'half']); // it has ended: nothing is half any more
  appendFileSync(path, '\nthree\n');
  expect((await ask(first.end)).lines).toEqual(['', 'three']);
  writeFileSync(path, `${'x'.repeat(999)}\n`.repeat(500));
  const long = await ask(0);
  expect(long).toMatchObject({end: 500_000, cut: true});
  expect(long.lines.length).toBe(131);
  expect(long.lines[0]).toHaveLength(999);
  writeFileSync(path, 'y'.repeat(5000));
  expect((await ask(500_000)).lines).toEqual(['y'.repeat(2000)]); // another file by now
  writeFileSync(project.file('secret'), 'not yours');
  rmSync(path);
  project.link(project.file('secret'), '.sidestep/runs', run, 'logs/train.log');
  expect((await ask(0)).lines).toEqual([]);
  for (const stage of ['..%2f..%2fsecret', '..', '%00', ''])
    expect(await project.json(`api/runs/${run}/log?stage=${stage}&from=-1`), stage).toMatchObject({
      lines: [],
    });
});

test('a killed run is no running one: it cannot be stopped, and says so in words', async () => {
  const project = await UiProject.open();
  const run = await project.record([started('r'), step(1)]);
  const {runs} = await project.json<{runs: {run: string; outcome: string; file: string}[]}>('api/runs');
  expect(runs).toMatchObject([{run, outcome: 'killed', file: 'blues.yaml'}]);
  const stopped = await project.post(`api/runs/${run}/stop`, {how: 'graceful'});
  expect(stopped.status).toBe(409);
  expect(JSON.parse(stopped.text).problems[0]).toMatchObject({code: 'usage/not-running'});
});

test('a pipeline is shown with what validate says of it, each at its line', async () => {
  const project = await UiProject.open();
  const good = await project.json<{errors: number; html: string}>('api/pipeline?pipeline=blues.yaml');
  expect(good.errors).toBe(0);
  writeFileSync(
    project.file('blues.yaml'),
    readFileSync(project.file('blues.yaml'), 'utf8').replace('epochs: 3', 'epocs: <3>'),
  );
  const bad = await project.json<{errors: number; html: string}>('api/pipeline?pipeline=blues.yaml');
  expect(bad.errors).toBeGreaterThan(0);
  expect(bad.html).toMatch(/<li id="line-9" class="error"><code>.*<mark>epocs<\/mark>: &lt;3&gt;/);
  expect(bad.html).toContain('config/unknown-key');
  expect(bad.html).toMatch(/did you mean.*epochs/i);
});

test('what others wrote is text on the page, never HTML', async () => {
  const project = await UiProject.open();
  const hostile = '<img src=x onerror=alert(1)>';
  const run = await project.record([started('r'), {...made('step-5/blues.wav'), prompt: hostile}]);
  writeFileSync(project.runFile(run, 'samples/train/step-5/blues.wav'), 'sound');
  const {html} = await project.json<{html: {listen: string}}>(`api/runs/${run}`);
  expect(html.listen).toContain('&lt;img src=x');
  expect(html.listen).not.toContain('<img src=x');
});
