import {execFileSync} from 'node:child_process';
import {cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A file that a recipe has its reader write: named in backticks in a heading, whole in the first block of code under it. */
export interface RecipeFile {
  readonly path: string;
  readonly text: string;
}

/** The files of a recipe in docs/. */
export function recipeFiles(page: string): readonly RecipeFile[] {
  const text = readFileSync(join(root, page), 'utf8');
  const blocks = text.matchAll(/^## [^\n]*`([^`\n]+\/[^`\n]+)`\n\n```(?!diff)\w+\n(.*?)^```$/gms);
  return Array.from(blocks, ([, path, body]) => ({path: path!, text: body!}));
}

/** A change of a file that is there, as a recipe shows it: lines that are there (` `, `-`), and lines that come (`+`). */
export interface RecipeEdit {
  readonly path: string;
  readonly lines: readonly string[];
}

/** The edits of a recipe in docs/: blocks of `diff` under a heading that names the file. */
export function recipeEdits(page: string): readonly RecipeEdit[] {
  const text = readFileSync(join(root, page), 'utf8');
  return text.split(/^## /m).flatMap((section) => {
    const path = /^[^\n]*`([^`\n]+\/[^`\n]+)`/.exec(section)?.[1];
    return [...section.matchAll(/^```diff\n(.*?)^```$/gms)].map(([, body]) => ({
      path: path!,
      lines: body!.replace(/\n$/, '').split('\n'),
    }));
  });
}

/** A text with an edit, whose place must be there exactly once: a recipe whose file went on without it has to be fixed. */
function edited(text: string, {path, lines}: RecipeEdit): string {
  const side = (sign: string) =>
    lines
      .filter((line) => !line.startsWith(sign))
      .map((line) => `${line.slice(1)}\n`)
      .join('');
  const [before, after] = [side('+'), side('-')];
  const places = text.split(before).length - 1;
  if (places !== 1) throw new Error(`${path} has ${places} places for this edit:\n${before}`);
  return text.replace(before, () => after);
}

export function applyEdits(copy: string, edits: readonly RecipeEdit[]): void {
  for (const edit of edits) {
    const file = join(copy, edit.path);
    writeFileSync(file, edited(readFileSync(file, 'utf8'), edit));
  }
}

/** In a new folder: what git knows of these places, as it is here, with the installed packages and the engine of this checkout. */
export function copyOfRepository(places: readonly string[]): string {
  const copy = mkdtempSync(join(tmpdir(), 'sidestep-recipe-'));
  const listed = execFileSync('git', ['ls-files', '-z', '--', ...places], {cwd: root, encoding: 'utf8'});
  for (const file of listed.split('\0').filter((name) => name !== '' && existsSync(join(root, name))))
    cpSync(join(root, file), join(copy, file));
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  mkdirSync(join(copy, 'build/addon'), {recursive: true});
  symlinkSync(join(root, 'build/addon/Release'), join(copy, 'build/addon/Release'));
  return copy;
}

export function writeRecipe(copy: string, files: readonly RecipeFile[]): void {
  for (const {path, text} of files) {
    mkdirSync(dirname(join(copy, path)), {recursive: true});
    writeFileSync(join(copy, path), text, {flag: 'wx'}); // a recipe adds files; it replaces none
  }
}

/** Throws with everything that the program has said, where it fails. */
export function inCopy(copy: string, program: string, ...words: string[]): string {
  try {
    const env = {...process.env, SIDESTEP_CONFIG_DIR: join(copy, 'no-settings'), NO_COLOR: '1'};
    return execFileSync(program, words, {cwd: copy, encoding: 'utf8', stdio: 'pipe', env});
  } catch (error) {
    const {stdout, stderr} = error as {readonly stdout: string; readonly stderr: string};
    throw new Error(`${[program, ...words].join(' ')}\n${stdout}${stderr}`);
  }
}
