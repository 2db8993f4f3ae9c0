import {existsSync, readdirSync, readFileSync, statSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {sha256} from '../base/hash.js';

let known: string | undefined;

/** Which build of the program this is: changes with every version, and with whatever turns text into a pipeline. */
export function programBuild(): string {
  known ??= buildOf(dirname(dirname(fileURLToPath(import.meta.url))));
  return known;
}

/** What a pipeline is made with: this folder, the schemas with their defaults, what stages declare. A package has the bundle alone. */
const DECIDING = ['base', 'config', 'schema', 'stage', 'bundle-cli'];

/**
 * Of the compiled (or, in tests, the source) folder of a package. Times alone would not do: packages are installed with
 * one and the same time for every file of every version.
 */
export function buildOf(compiled: string): string {
  const files = DECIDING.flatMap((name) => {
    const folder = join(compiled, name);
    if (!existsSync(folder)) return [];
    return readdirSync(folder, {recursive: true, encoding: 'utf8'}).map((file) => {
      const {mtimeMs, size} = statSync(join(folder, file));
      return `${name}/${file} ${mtimeMs} ${size}`;
    });
  });
  return sha256([readFileSync(join(compiled, '../package.json'), 'utf8'), ...files].join('\n'));
}
