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
import ts from 'typescript';

const root = new URL('..', import.meta.url).pathname;
const lock = join(root, 'dist/.building');
const PATIENCE_MS = 120_000;

/**
 * Before tests that start the real command: brings dist/ up to date with src/, file by file. Types are the type checker's
 * business (`npm run typecheck`); here they are only taken off, which one file at a time allows (`isolatedModules`).
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
    build();
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

function build(): void {
  const {config} = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const {options} = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  const sources = filesBelow('src').filter((file) => file.endsWith('.ts'));
  for (const source of sources)
    transpile(source, {...options, module: ts.ModuleKind.ESNext, inlineSourceMap: true});
  const wanted = new Set(sources.map(compiledName));
  for (const file of filesBelow('dist'))
    if (file.endsWith('.js') && !wanted.has(file)) rmSync(join(root, file));
}

function transpile(source: string, compilerOptions: ts.CompilerOptions): void {
  const target = join(root, compiledName(source));
  const {atime, mtime} = statSync(join(root, source));
  if (existsSync(target) && Math.abs(statSync(target).mtimeMs - mtime.getTime()) < 1) return;
  const text = readFileSync(join(root, source), 'utf8');
  const {outputText} = ts.transpileModule(text, {compilerOptions, fileName: join(root, source)});
  mkdirSync(dirname(target), {recursive: true});
  const aside = `${target}.${process.pid}`;
  writeFileSync(aside, outputText);
  utimesSync(aside, atime, mtime); // as old as its source: equal times mean equal contents
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
