// The unit tests that say something on Windows: paths, renaming, quoting, files while they are written, claims, names. The others
// start programs of Unix, make links and named pipes, or write paths as Unix does.
//   npx vitest run --configLoader native --config scripts/windows/vitest.config.mjs         on Windows
//   scripts/windows/check.sh tests                                                          under Wine
import {existsSync} from 'node:fs';
import {dirname, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';

/** Under Wine vite's resolver is WebAssembly, which sees no drive letters: modules of ours are found here. */
const ourModules = {
  name: 'our-modules',
  enforce: 'pre',
  resolveId(id, importer) {
    if (importer === undefined || !/^\.\.?\//.test(id)) return undefined;
    const file = resolve(dirname(importer), id);
    const found = [file.replace(/\.js$/, '.ts'), file].find((path) => existsSync(path));
    return found?.replaceAll('\\', '/');
  },
};

export default {
  root: fileURLToPath(new URL('../..', import.meta.url)),
  plugins: [ourModules],
  test: {
    include: [
      'test/base/{dotted-path,durable,home-folder,json,near-miss,remove,rename,shell-word,write-user-file}.test.ts',
      'test/cache/{attempts,owner,s3}.test.ts',
      'test/config/{condition,examples,folders,export-layouts,include,mistakes,problems,remembered,yaml}.test.ts',
      'test/dataset/{prompt,raw-names,sidecar-json,tokenizer}.test.ts',
      'test/event/*.test.ts',
      'test/format/{safetensors,tensorboard,torch-file,torch-harmless}.test.ts',
      'test/installation/{find-engine,installation,libc}.test.ts',
      'test/model/{model-name,silence-latent}.test.ts',
      'test/plan/{fingerprint,interrupted,ranks,shards}.test.ts',
      'test/protocol/*.test.ts',
      'test/record/{lock,new-lines,run-record}.test.ts',
      'test/render/{choice,live-line,memory-text,quantity,reason,trend,visible,wrap}.test.ts',
    ],
    pool: 'threads',
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: {poll: {timeout: 120_000}},
  },
};
