// The compiled program, for scripts that work with it. dist/ is not there in a checkout whose install ran no scripts.
import {existsSync} from 'node:fs';
import {fileURLToPath} from 'node:url';

/** Absolute path of `dist/PATH`. Where src/ is not compiled the script ends, with a sentence: ask before anything is made. */
export function compiledFile(path) {
  const file = fileURLToPath(new URL(`../dist/${path}`, import.meta.url));
  if (existsSync(file)) return file;
  console.error(`The program is not compiled (there is no dist/${path}): npm run build`);
  process.exit(1);
}

/** The module that `src/PATH.ts` became. */
export async function compiledModule(path) {
  compiledFile(`${path}.js`);
  return import(new URL(`../dist/${path}.js`, import.meta.url));
}
