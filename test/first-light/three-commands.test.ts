import {spawn} from 'node:child_process';
import {cpSync, existsSync, mkdirSync, readFileSync, symlinkSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';
import {browserExpected, openBrowser} from '../browser.js';
import {Folder} from '../cli/sidestep.js';
import {root} from './project.js';

/** A clone after `npm install`: what the install made, and the files it came with. */
function clone(): Folder {
  const folder = new Folder();
  mkdirSync(folder.file('pipelines'));
  for (const file of ['package.json', 'README.md', 'pipelines/smoke.yaml'])
    cpSync(`${root}${file}`, folder.file(file));
  for (const made of ['dist', 'build', 'node_modules', 'scripts', 'src', 'schema'])
    symlinkSync(`${root}${made}`, folder.file(made));
  return folder;
}

/** Pastes a line into a shell there and returns all that it said. */
async function paste(line: string, {path}: Folder): Promise<string> {
  const child = spawn('sh', ['-c', line], {
    cwd: path,
    env: {PATH: process.env.PATH, HOME: path, SIDESTEP_CONFIG_DIR: `${path}/.config`},
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect(code, `${line}\n${said}`).toBe(0);
  return said;
}

function suggested(said: string, pattern: RegExp): string {
  const [, line] = pattern.exec(said) ?? expect.fail(`nothing like ${pattern} was suggested in:\n${said}`);
  return line!;
}

/** Nothing is typed here that was not read before: README, install, smoke run and report name each next step. */
test('a new clone: three commands, each suggested by what came before, end in a report', async () => {
  const folder = clone();
  const install = suggested(folder.read('README.md'), /^(npm install)\b/m);
  const {prepare} = (JSON.parse(folder.read('package.json')) as {scripts: Record<string, string>}).scripts;
  expect(install).toBe('npm install'); // its last words come from `prepare`; compiling again would only take minutes
  const welcome = await paste(`${prepare} --no-compile`, folder);

  const smoke = suggested(welcome, /^ {2}(npm run .+)$/m);
  const ran = await paste(smoke, folder);
  expect(existsSync(folder.file('output/smoke/peft/adapter_model.safetensors'))).toBe(true);

  const report = suggested(ran, /see how it went: (.+)$/m);
  const reported = await paste(report, folder);

  const address = suggested(reported, /open: (file:\S+)$/m);
  expect(readFileSync(fileURLToPath(address), 'utf8')).toContain('<h1>smoke</h1>');
  if (!browserExpected()) return;
  const browser = await openBrowser();
  try {
    const page = await browser.page();
    await page.open(address);
    const drawn =
      '[...document.querySelectorAll("figure:has(.chart canvas) b")].map((b) => b.textContent).join()';
    expect(await page.evaluate(drawn)).toBe('Loss,Training loss by timestep,Learning rate,Gradient norm');
    expect(page.complaints).toEqual([]);
    expect(page.requests).toContain(address);
    const beside = new URL('.', address).href; // pictures of clips are there; the browser's own buttons are data
    const elsewhere = page.requests.filter((url) => !url.startsWith(beside) && !url.startsWith('data:'));
    expect(elsewhere).toEqual([]);
  } finally {
    await browser.close();
  }
});
