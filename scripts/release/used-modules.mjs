// The program runs from its bundles (scripts/bundle.mjs). Of the hundreds of modules beside them an installed copy uses only those that are
// started or sent by their own name; `npm pack` takes all, and pack.mjs removes the rest.
import {readdirSync, readFileSync, rmdirSync, rmSync} from 'node:fs';
import {dirname, join, resolve, sep} from 'node:path';

const IMPORTED = /\b(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]/g;
/** A program of its own, as modules of a bundle name it: the process of a rank, a thread. */
const STARTED = /new URL\(\s*['"](\.\.\/[^'"]+\.js)['"],\s*import\.meta\.url\s*\)/g;

const found = (file, pattern) =>
  [...readFileSync(file, 'utf8').matchAll(pattern)].map(([, path]) => resolve(dirname(file), path));

const scriptsIn = (folder) =>
  readdirSync(folder, {recursive: true, encoding: 'utf8'})
    .filter((name) => name.endsWith('.js'))
    .map((name) => join(folder, name));

/** Absolute paths of the compiled modules that the package in `root` uses: the command, what bundles start, what the page loads. */
export function usedModules(root) {
  const [dist, source] = [join(root, 'dist'), join(root, 'src')];
  const bundled = scriptsIn(dist).filter(isBundled(dist));
  const page = scriptsIn(join(source, 'ui/page')).flatMap((file) => found(file, IMPORTED));
  const waiting = [
    join(dist, 'cli/main.js'),
    ...bundled.flatMap((file) => found(file, STARTED)),
    ...page.filter((file) => !file.includes(`${sep}page${sep}`)).map((file) => file.replace(source, dist)),
  ];
  const used = new Set();
  while (waiting.length > 0) {
    const file = waiting.pop();
    if (used.has(file)) continue;
    used.add(file);
    waiting.push(...found(file, IMPORTED));
  }
  return used;
}

const isBundled = (dist) => (file) => file.startsWith(join(dist, 'bundle-'));

/** Removes the others, and folders that are empty then. */
export function removeUnusedModules(root) {
  const dist = join(root, 'dist');
  const used = usedModules(root);
  for (const file of scriptsIn(dist)) if (!used.has(file) && !isBundled(dist)(file)) rmSync(file);
  const folders = readdirSync(dist, {recursive: true, withFileTypes: true}).filter((entry) =>
    entry.isDirectory(),
  );
  const deepestFirst = folders
    .map((entry) => join(entry.parentPath, entry.name))
    .sort((a, b) => b.length - a.length);
  for (const folder of deepestFirst) if (readdirSync(folder).length === 0) rmdirSync(folder);
}
