// `node scripts/release/check-binary.mjs FILE...`: will these addons and plugins load on every system that is promised? Reads the
// dynamic section with objdump (binutils, LLVM): needed libraries, symbol versions, what was left in; of Apple's files the load
// commands. One line a fault; exit 1.
import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {runScript} from '../run-script.mjs';
import {readMachO} from './mach-o.mjs';

/** Node's own floor on Linux; GCC 8 is the compiler of RHEL 8; libc++ of macOS writes doubles since 13.3. */
const NEWEST = {GLIBC: '2.28', GCC: '7.0.0', macOS: '13.3'};

/** What every system with Node has. */
const LIBRARIES = {
  elf: /^(libc|libm|libdl|libpthread|librt|libgcc_s|ld-linux-x86-64|ld-linux-aarch64)\.so\.\d$|^libc\.musl-\w+\.so\.1$|^libc\.so$/, // the last: musl's loader, whatever it is called
  pe: /^(NODE\.EXE|KERNEL32\.dll|ADVAPI32\.dll|bcrypt\.dll|msvcrt\.dll|ntdll\.dll|SHELL32\.dll|USER32\.dll|api-ms-win-crt-[\w-]+\.dll)$/i,
  macho: /^\/usr\/lib\/(libSystem\.B|libc\+\+\.1|libc\+\+abi)\.dylib$/, // Apple's C++ runtime is part of the system
};

const objdump = (...args) =>
  execFileSync(process.env.OBJDUMP || 'objdump', args, {encoding: 'utf8', maxBuffer: 2 ** 28});

/** `2.35` against `2.28`. */
function isNewer(version, newest) {
  const [a, b] = [version, newest].map((text) => text.split('.').map(Number));
  for (let i = 0; i < Math.max(a.length, b.length); i++)
    if ((a[i] ?? 0) !== (b[i] ?? 0)) return (a[i] ?? 0) > (b[i] ?? 0);
  return false;
}

/** Every fault of an ELF file's dynamic section, in words. Pure: `private` is `objdump -p`, `symbols` is `objdump -T`. */
export function elfFaults({private: headers, symbols}) {
  const needed = [...headers.matchAll(/^\s+NEEDED\s+(\S+)/gm)].map(([, name]) => name);
  const versioned = [...symbols.matchAll(/\*UND\*.*?\(?([A-Z]+)_([0-9.]+)\)?\s+(\S+)\s*$/gm)];
  return [
    ...needed
      .filter((name) => !LIBRARIES.elf.test(name))
      .map((name) => `needs ${name}, which not every system has`),
    ...versioned.flatMap(([, family, version, name]) => {
      const newest = NEWEST[family];
      if (newest === undefined) return [`takes ${name} from the system's C++ runtime (${family}_${version})`];
      return isNewer(version, newest) ? [`needs ${name} of ${family} ${version}; promised is ${newest}`] : [];
    }),
    ...(/^\s+(RPATH|RUNPATH)\s/m.test(headers) ? ['looks for libraries where it was built (RPATH)'] : []),
  ];
}

function peFaults(headers) {
  const needed = [...headers.matchAll(/DLL Name:\s+(\S+)/g)].map(([, name]) => name);
  return needed
    .filter((name) => !LIBRARIES.pe.test(name))
    .map((name) => `needs ${name}, which not every system has`);
}

/** Debug information and the static symbol table: megabytes that no one reads. */
function leftIn(file) {
  const sections = objdump('-h', file);
  const names = [...sections.matchAll(/^\s+\d+\s+(\.(?:debug_\w+|symtab))\s/gm)].map(([, name]) => name);
  const symbols = objdump('-t', file);
  const isStripped = /no symbols/i.test(symbols) || !/\.text\s/.test(symbols);
  return [
    ...names.map((name) => `has ${name}: it is not stripped`),
    ...(isStripped ? [] : ['has a symbol table: it is not stripped']),
  ];
}

function faultsOf(file) {
  const magic = readFileSync(file).subarray(0, 4).toString('latin1');
  if (magic === '\x7fELF')
    return [...elfFaults({private: objdump('-p', file), symbols: objdump('-T', file)}), ...leftIn(file)];
  if (magic.startsWith('MZ')) return peFaults(objdump('-p', file));
  if (magic === '\xcf\xfa\xed\xfe') return machFaults(readFileSync(file));
  return ['is no shared library of a system that is known here'];
}

/** Of a 64-bit Mach-O file: what it needs, the macOS it asks for, and the signature without which Apple silicon runs nothing. */
export function machFaults(bytes) {
  const {libraries, oldest_macos, is_signed} = readMachO(bytes);
  return [
    ...libraries
      .filter((name) => !LIBRARIES.macho.test(name))
      .map((name) => `needs ${name}, which not every system has`),
    ...(oldest_macos === undefined || isNewer(oldest_macos, NEWEST.macOS)
      ? [`is made for macOS ${oldest_macos ?? 'of any version'} and newer; promised is ${NEWEST.macOS}`]
      : []),
    ...(is_signed ? [] : ['is not signed: Apple silicon does not load it']),
  ];
}

function check(files) {
  if (files.length === 0) throw new Error('Expected the addons and plugins to look at');
  let faults = 0;
  for (const file of files) {
    const found = faultsOf(file);
    for (const fault of found) console.error(`${file} ${fault}`);
    if (found.length === 0) console.log(`${file} loads wherever it is promised to`);
    faults += found.length;
  }
  process.exitCode = faults > 0 ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await runScript(() => check(process.argv.slice(2)));
