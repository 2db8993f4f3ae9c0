// What a 64-bit Mach-O file says of itself in its load commands (mach-o/loader.h): read here, so that it can be checked on any system.
const LOAD_DYLIB = new Set([0xc, 0x80000018, 0x8000001f]); // plain, weak, re-exported
const VERSION_MIN_MACOSX = 0x24;
const BUILD_VERSION = 0x32;
const CODE_SIGNATURE = 0x1d;

/** `0x000d0300` is 13.3. */
const versionOf = (packed) => `${packed >>> 16}.${(packed >>> 8) & 0xff}`;

/** Libraries it is linked to, the oldest macOS that takes it, and whether it bears a signature; undefined when it is no such file. */
export function readMachO(bytes) {
  if (bytes.length < 32 || bytes.readUInt32LE(0) !== 0xfeedfacf) return undefined;
  const found = {libraries: [], oldest_macos: undefined, is_signed: false};
  let at = 32;
  for (let left = bytes.readUInt32LE(16); left > 0; left--) {
    const command = bytes.readUInt32LE(at);
    const size = bytes.readUInt32LE(at + 4);
    if (LOAD_DYLIB.has(command)) {
      const name = bytes.subarray(at + bytes.readUInt32LE(at + 8), at + size).toString('utf8');
      found.libraries.push(name.slice(0, name.indexOf('\0')));
    }
    if (command === VERSION_MIN_MACOSX) found.oldest_macos = versionOf(bytes.readUInt32LE(at + 8));
    if (command === BUILD_VERSION) found.oldest_macos = versionOf(bytes.readUInt32LE(at + 12));
    if (command === CODE_SIGNATURE) found.is_signed = true;
    at += size;
  }
  return found;
}
