import {spawnSync} from 'node:child_process';
import {cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {temporaryFolder} from '../temporary-folder.js';

const scripts = fileURLToPath(new URL('../../scripts/release/', import.meta.url));
const {elfFaults, machFaults} = (await import(`${scripts}check-binary.mjs`)) as {
  elfFaults: (listing: {readonly private: string; readonly symbols: string}) => readonly string[];
  machFaults: (file: Buffer) => readonly string[];
};

describe('a binary for other machines', () => {
  const needed = (...names: readonly string[]) =>
    `Dynamic Section:\n${names.map((name) => `  NEEDED               ${name}\n`).join('')}`;
  const undefinedSymbol = (version: string, name: string) =>
    `0000000000000000      DF *UND*\t0000000000000000 (${version}) ${name}\n`;

  test.each([
    {
      name: 'what Node needs too',
      libraries: ['libm.so.6', 'libgcc_s.so.1', 'libc.so.6'],
      symbol: ['GLIBC_2.28', 'fcntl64'],
      fault: undefined,
    },
    {
      name: 'a newer function',
      libraries: ['libc.so.6'],
      symbol: ['GLIBC_2.29', 'exp'],
      fault: /exp of GLIBC 2\.29; promised is 2\.28/,
    },
    {
      name: '2.3 is older than 2.28',
      libraries: [],
      symbol: ['GLIBC_2.3', '__tls_get_addr'],
      fault: undefined,
    },
    {
      name: 'the C++ runtime of the system',
      libraries: [],
      symbol: ['GLIBCXX_3.4.30', '_ZSt'],
      fault: /C\+\+ runtime \(GLIBCXX_3\.4\.30\)/,
    },
    {
      name: 'a library that is not everywhere',
      libraries: ['libopenblas.so.0'],
      symbol: ['GLIBC_2.2.5', 'free'],
      fault: /needs libopenblas\.so\.0/,
    },
    {
      name: 'musl, as Alpine calls it',
      libraries: ['libc.musl-x86_64.so.1'],
      symbol: ['GLIBC_2.2.5', 'free'],
      fault: undefined,
    },
    {
      name: 'musl, as it calls itself',
      libraries: ['libc.so'],
      symbol: ['GLIBC_2.2.5', 'free'],
      fault: undefined,
    },
    {
      name: 'a newer unwinder',
      libraries: [],
      symbol: ['GCC_12.0.0', '__hf'],
      fault: /GCC 12\.0\.0; promised is 7/,
    },
  ])('$name', ({libraries, symbol, fault}) => {
    const faults = elfFaults({
      private: needed(...libraries),
      symbols: undefinedSymbol(symbol[0]!, symbol[1]!),
    });
    if (fault === undefined) expect(faults).toEqual([]);
    else expect(faults.join()).toMatch(fault);
  });

  test('a path of the machine it was built on', () => {
    expect(elfFaults({private: '  RUNPATH              /home/me/lib\n', symbols: ''})).toHaveLength(1);
  });
});

describe('a binary for Apple silicon', () => {
  const LOAD_DYLIB = 0xc;
  const ID_DYLIB = 0xd;
  const BUILD_VERSION = 0x32;
  const CODE_SIGNATURE = 0x1d;

  function loadCommand(command: number, words: readonly number[], text = ''): Buffer {
    const size = 8 + 4 * words.length + (text === '' ? 0 : 8 * Math.ceil((text.length + 1) / 8));
    const bytes = Buffer.alloc(size);
    [command, size, ...words].forEach((word, i) => {
      bytes.writeUInt32LE(word, 4 * i);
    });
    bytes.write(text, 8 + 4 * words.length);
    return bytes;
  }
  const library = (command: number, name: string) => loadCommand(command, [24, 0, 0, 0], name);
  const madeFor = (version: number) => loadCommand(BUILD_VERSION, [1, version, 0x000e0000, 0]);
  const signature = loadCommand(CODE_SIGNATURE, [4096, 512]);

  /** With the header of a bundle for arm64. */
  function file(...commands: readonly Buffer[]): Buffer {
    const header = Buffer.alloc(32);
    [0xfeedfacf, 0x0100000c, 0, 8, commands.length].forEach((word, i) => {
      header.writeUInt32LE(word, 4 * i);
    });
    return Buffer.concat([header, ...commands, Buffer.alloc(512)]);
  }
  const system = library(LOAD_DYLIB, '/usr/lib/libSystem.B.dylib');

  test.each([
    {
      name: 'what Node needs too',
      commands: [library(ID_DYLIB, '@rpath/sidestep.node'), system, madeFor(0x000d0300), signature],
      fault: undefined,
    },
    {
      name: 'a library of Homebrew',
      commands: [
        system,
        library(LOAD_DYLIB, '/opt/homebrew/lib/libomp.dylib'),
        madeFor(0x000d0300),
        signature,
      ],
      fault: /^needs \/opt\/homebrew\/lib\/libomp\.dylib/,
    },
    {
      name: 'the macOS of who built it',
      commands: [system, madeFor(0x000f0100), signature],
      fault: /^is made for macOS 15\.1 and newer; promised is 13\.3/,
    },
    {name: 'no signature', commands: [system, madeFor(0x000b0000)], fault: /^is not signed/},
  ])('$name', ({commands, fault}) => {
    const faults = machFaults(file(...commands));
    if (fault === undefined) expect(faults).toEqual([]);
    else expect(faults.join()).toMatch(fault);
  });
});

describe('adapters of several engines', () => {
  function safetensors(tensors: Readonly<Record<string, readonly number[]>>): Buffer {
    let end = 0;
    const header = JSON.stringify(
      Object.fromEntries(
        Object.entries(tensors).map(([name, values]) => {
          const begin = end;
          end += 4 * values.length;
          return [name, {dtype: 'F32', shape: [values.length], data_offsets: [begin, end]}];
        }),
      ),
    );
    const size = Buffer.alloc(8);
    size.writeBigUInt64LE(BigInt(header.length));
    return Buffer.concat([
      size,
      Buffer.from(header),
      Buffer.from(new Float32Array(Object.values(tensors).flat()).buffer),
    ]);
  }

  test.each([
    {name: 'the same bits', other: {a: [1, 2, 3]}, code: 0, says: /passed .*the same bits/},
    {name: 'another rounding', other: {a: [1, 2, 3.00001]}, code: 0, says: /passed .*at most 2\.\de-6, in a/},
    {name: 'another result', other: {a: [1, 2, 3.1]}, code: 1, says: /FAILED .*in a/},
    {name: 'not a number', other: {a: [1, 2, Number.NaN]}, code: 1, says: /FAILED/},
    {name: 'a tensor that is missing', other: {b: [1, 2, 3]}, code: 1, says: /FAILED .*Infinity/},
  ])('$name', async ({other, code, says}) => {
    const folder = await temporaryFolder();
    writeFileSync(join(folder, 'a.safetensors'), safetensors({a: [1, 2, 3]}));
    writeFileSync(join(folder, 'b.safetensors'), safetensors(other as unknown as Record<string, number[]>));
    const words = ['a', 'b'].map((name) => join(folder, `${name}.safetensors`));
    const {status, stdout} = spawnSync(process.execPath, [join(scripts, 'compare-adapters.mjs'), ...words], {
      encoding: 'utf8',
    });
    expect(stdout).toMatch(says);
    expect(status).toBe(code);
  });
});

function start(script: string, words: readonly string[]) {
  return spawnSync(process.execPath, [script, ...words], {encoding: 'utf8'});
}

/** One sentence, and no stack. */
function expectRefusal({status, stderr}: ReturnType<typeof start>, says: RegExp): void {
  expect(stderr).toMatch(says);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(status).toBe(1);
}

describe('a checkout that is not compiled', () => {
  const all = fileURLToPath(new URL('../../scripts/', import.meta.url));
  const textOf = (path: string) => readFileSync(join(all, path), 'utf8');
  const paths = readdirSync(all, {recursive: true, encoding: 'utf8'}).filter((path) => path.endsWith('.mjs'));
  const compilesItself = ['release/pack.mjs'];
  const users = paths.filter(
    (path) =>
      /import \{.*compiled(File|Module)/.test(textOf(path)) &&
      !compilesItself.includes(path.replaceAll('\\', '/')),
  );
  const words: Readonly<Record<string, readonly string[]>> = {
    'release/architectures.mjs': ['ampere'],
    'release/try.mjs': ['--quick'],
  };
  const checkout = mkdtempSync(join(tmpdir(), 'sidestep-test-'));
  afterAll(() => rmSync(checkout, {recursive: true, force: true}));
  beforeAll(() => {
    cpSync(all, join(checkout, 'scripts'), {recursive: true});
    cpSync(join(all, '../package.json'), join(checkout, 'package.json'));
  });

  test.each(users)('%s says so', (path) => {
    expectRefusal(
      start(join(checkout, 'scripts', path), words[path.replaceAll('\\', '/')] ?? []),
      /^The program is not compiled \(there is no dist\/.*\): npm run build\n$/,
    );
  });

  test('no other script takes it for granted, but those that soak.mjs starts when it has looked', () => {
    const careless = paths.filter((path) => /\bfrom '(\.\.\/)+dist\//.test(textOf(path)));
    expect(careless.filter((path) => !path.startsWith('soak'))).toEqual([]);
    expect(users.length).toBeGreaterThan(5);
  });
});

describe('release scripts refuse in words', () => {
  test.each([
    {script: 'pack.mjs', words: [], says: /^Expected a folder for the packages\n$/},
    {script: 'pack.mjs', words: ['out', 'linux-x64=no/such.node'], says: /^There is no no\/such\.node\n$/},
    {script: 'check-binary.mjs', words: [], says: /^Expected the addons and plugins to look at\n$/},
    {script: 'check-binary.mjs', words: ['no/such.node'], says: /^ENOENT: no such file.*no\/such\.node'\n$/},
    {script: 'compare-adapters.mjs', words: ['one.safetensors'], says: /^Two adapters or more are needed\n$/},
    {script: 'try.mjs', words: ['--nothing'], says: /^Expected --quick, .* found --nothing\n$/},
  ])('$script $words', ({script, words, says}) => {
    expectRefusal(start(join(scripts, script), words), says);
  });
});
