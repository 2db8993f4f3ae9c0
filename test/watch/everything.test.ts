import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {Folder, linesOf, type Running} from '../cli/sidestep.js';

/** One input of every kind that planning looks at. */
const pipeline = `sidestep: 1
name: demo
stages:
  file: {uses: command, preset: mine, with: {argv: [sh, -c, "echo > \${outputs.o}"], inputs: {i: notes.tmp, absent: deep/er/absent.txt}, outputs: {o: o}}}
  folder: {uses: command, with: {argv: [sh, -c, "echo > \${outputs.o}"], inputs: {i: src}, outputs: {o: o}}}
  through: {uses: command, with: {argv: [sh, -c, "echo > \${outputs.o}"], inputs: {i: current/in.txt}, outputs: {o: o}}}
  linked: {uses: command, with: {argv: [sh, -c, "echo > \${outputs.o}"], inputs: {i: linkdir}, outputs: {o: o}}}
  hidden: {uses: command, with: {argv: [sh, -c, "echo > \${outputs.o}"], inputs: {i: .settings/x.txt}, outputs: {o: o}}}
  songs: {uses: dataset, with: {dataset_json: songs.json, audio_dir: songs}}
`;

function project(): Folder {
  const folder = new Folder({
    'pipeline.yaml': pipeline,
    'presets/mine.yaml': 'sidestep: 1\nuses: command\nwith: {environment: {LEVEL: "1"}}\n',
    'notes.tmp': '1',
    'src/a.txt': '1',
    'src/node_modules/m/index.js': '1',
    'elsewhere/e.txt': '1',
    'v1/in.txt': '1',
    'v2/in.txt': '22',
    'rd1/x.txt': '1',
    'rd2/x.txt': '22',
    '.settings/x.txt': '1',
    'songs.json': '{"samples": [{"audio_path": "music/one.wav", "caption": "a"}]}',
    'music/one.wav': 'no sound',
    'songs/two.wav': 'no sound',
  });
  symlinkSync('v1', folder.file('current'));
  symlinkSync('rd1', folder.file('linkdir'));
  symlinkSync('../elsewhere', folder.file('src/inner'));
  return folder;
}

type Edit = (folder: Folder) => void;

/** Points a link elsewhere as \`ln -sfn\` does: a new link, renamed over the old one. */
function repoint(folder: Folder, link: string, targets: readonly [string, string]): void {
  const now = readlinkSync(folder.file(link));
  symlinkSync(now === targets[0] ? targets[1] : targets[0], folder.file(`${link}.new`));
  renameSync(folder.file(`${link}.new`), folder.file(link));
}

const append = (file: string, text = 'x'): Edit => {
  return (folder) => {
    mkdirSync(folder.file(file.replace(/\/?[^/]*$/, '') || '.'), {recursive: true});
    appendFileSync(folder.file(file), text);
  };
};

const edits: Readonly<Record<string, Edit>> = {
  'the pipeline': append('pipeline.yaml', '# edited\n'),
  'the preset': append('presets/mine.yaml', '# edited\n'),
  'a new preset': append('presets/other.yaml', 'sidestep: 1\nuses: command\n'),
  'the settings': append('.config/settings.yaml', '# edited\n'),
  'a preset of the user': append('.config/presets/own.yaml', 'sidestep: 1\nuses: command\n'),
  'the lock file': append('pipeline.lock.yaml', '# edited\n'),
  'the dataset JSON': append('songs.json', ' '),
  'a song it names': append('music/one.wav'),
  'words beside that song': append('music/one.txt'),
  'lyrics beside that song': append('music/one.lyrics.txt'),
  'a song in the folder': append('songs/two.wav'),
  'a new song': append('songs/more/three.wav'),
  'words beside a song in the folder': append('songs/two.txt'),
  'an input that ends in .tmp': append('notes.tmp'),
  'an input that was not there': append('deep/er/absent.txt'),
  'a file of an input folder': append('src/a.txt'),
  'a .tmp in an input folder': append('src/b.tmp'),
  'node_modules in an input folder': append('src/node_modules/m/index.js'),
  'a file in a new folder of it': append('src/new/er/c.txt'),
  'where a link in it leads': append('src/inner/e.txt'),
  'an input behind a linked folder': append('current/in.txt'),
  'a linked folder on the way': (folder) => repoint(folder, 'current', ['v1', 'v2']),
  'an input folder that is a link': append('linkdir/x.txt'),
  'where that leads': (folder) => repoint(folder, 'linkdir', ['rd1', 'rd2']),
  'an input in a hidden folder': append('.settings/x.txt'),
  'a folder that is made again': (folder) => {
    const text = readFileSync(folder.file('src/a.txt'), 'utf8');
    rmSync(folder.file('src'), {recursive: true});
    folder.write('src/a.txt', `${text}again`);
    symlinkSync('../elsewhere', folder.file('src/inner'));
  },
  'a link by way of nowhere': (folder) => {
    const other = readlinkSync(folder.file('current')) === 'v1' ? 'v2' : 'v1';
    rmSync(folder.file('current'));
    symlinkSync('nowhere', folder.file('current'));
    rmSync(folder.file('current'));
    symlinkSync(other, folder.file('current'));
  },
};

/** Lines of these kinds so far. */
function count(running: Running, kinds: RegExp): number {
  return running.stdout().match(new RegExp(`"kind":"(${kinds.source})"`, 'g'))?.length ?? 0;
}

/** Every edit is noticed once it was done, and then there is nothing left to do. */
async function reactsTo(order: readonly string[]): Promise<void> {
  const folder = project();
  const running = folder.start(['watch', '--json']);
  const idle = /watch_waiting|watch_problems/;
  await expect.poll(() => count(running, idle), {timeout: 60_000}).toBeGreaterThan(0);
  for (const name of order) {
    const [edited, waited] = [count(running, /watch_edited/), count(running, idle)];
    edits[name]!(folder);
    await expect
      .poll(() => count(running, /watch_edited/), {
        timeout: 20_000,
        message: `${name} was not noticed (${order.join(', ')})`,
      })
      .toBeGreaterThan(edited);
    await expect.poll(() => count(running, idle), {timeout: 60_000}).toBeGreaterThan(waited);
    await quiet(running);
  }
  const before = running.stdout();
  append('src/.hidden')(folder);
  append('unrelated.txt')(folder);
  append('src/x.123-abc-1.tmp')(folder); // as a runner writes it before its last name
  await quiet(running);
  expect(running.stdout()).toBe(before);
  running.child.kill('SIGINT');
  const {code, stdout} = await running.finished;
  expect(code).toBe(130);
  linesOf(stdout, 'watch');
}

/** Until nothing has been said for a while. */
async function quiet(running: Running): Promise<void> {
  for (let length = -1; length !== running.stdout().length; ) {
    length = running.stdout().length;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

test('whatever planning looks at is watched, in any order of edits', async () => {
  const order = fc.shuffledSubarray(Object.keys(edits), {minLength: Object.keys(edits).length});
  await fc.assert(fc.asyncProperty(order, reactsTo), {numRuns: 1, endOnFailure: true});
}, 300_000);
