import {execFileSync} from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));
const lock = join(root, 'dist/.building');
const PATIENCE_MS = 120_000;

/**
 * Before tests that start the real command: brings dist/ up to date with src/, file by file. Types are the type checker's
 * business (`npm run typecheck`); here they are only taken off, which one file at a time allows (`isolatedModules`). The bundles
 * are made again when a file changed.
 */
export async function setup(): Promise<void> {
  const giveUp = Date.now() + PATIENCE_MS;
  mkdirSync(join(root, 'dist'), {recursive: true});
  while (!takeLock()) {
    if (Date.now() > giveUp)
      throw new Error(`${lock} is held by another test run; remove it if there is none`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  try {
    if (build() === 'changed' || !existsSync(join(root, 'dist/bundle-cli/start.js')))
      execFileSync(process.execPath, [join(root, 'scripts/bundle.mjs')], {stdio: 'ignore'});
  } finally {
    rmSync(lock, {recursive: true, force: true});
  }
}

function takeLock(): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    const age = Date.now() - (statSync(lock, {throwIfNoEntry: false})?.mtimeMs ?? 0);
    if (age > PATIENCE_MS) rmSync(lock, {recursive: true, force: true}); // left by a killed run
    return false;
  }
}

function build(): 'changed' | 'same' {
  const {config} = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const {options} = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  const sources = filesBelow('src').filter((file) => file.endsWith('.ts'));
  const stale = sources.filter((source) => !isCompiled(source));
  const wanted = new Set(sources.map(compiledName));
  const left = filesBelow('dist').filter(
    (file) => file.endsWith('.js') && !isBundled(file) && !wanted.has(file),
  );
  if (stale.length === 0 && left.length === 0) return 'same';
  for (const name of readdirSync(join(root, 'dist')).filter((each) => each.startsWith('bundle-')))
    rmSync(join(root, 'dist', name), {recursive: true}); // ended here, they would be of what the modules were
  for (const source of stale)
    transpile(source, {...options, module: ts.ModuleKind.ESNext, inlineSourceMap: true});
  for (const file of left) rmSync(join(root, file));
  return 'changed';
}

function isBundled(file: string): boolean {
  return file.startsWith('dist/bundle-');
}

/** Equal times mean equal contents. */
function isCompiled(source: string): boolean {
  const target = statSync(join(root, compiledName(source)), {throwIfNoEntry: false});
  return target !== undefined && Math.abs(target.mtimeMs - statSync(join(root, source)).mtimeMs) < 1;
}

function transpile(source: string, compilerOptions: ts.CompilerOptions): void {
  const target = join(root, compiledName(source));
  const {atime, mtime} = statSync(join(root, source));
  const text = readFileSync(join(root, source), 'utf8');
  const {outputText} = ts.transpileModule(text, {compilerOptions, fileName: join(root, source)});
  mkdirSync(dirname(target), {recursive: true});
  const aside = `${target}.${process.pid}`;
  writeFileSync(aside, outputText);
  utimesSync(aside, atime, mtime); // as old as its source
  renameSync(aside, target); // another test run may be reading it
}

function compiledName(source: string): string {
  return source.replace(/^src/, 'dist').replace(/\.ts$/, '.js');
}

function filesBelow(path: string): string[] {
  return readdirSync(join(root, path), {recursive: true, withFileTypes: true})
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length));
}
