/** Taking Ogg files apart and putting them together again, with checksums that are right (RFC 3533). */

/** The pages of a whole file, as copies. */
export function pagesOf(file: Buffer): Buffer[] {
  const pages: Buffer[] = [];
  for (let at = 0; at < file.length; ) {
    const segments = file[at + 26]!;
    let end = at + 27 + segments;
    for (let i = 0; i < segments; i += 1) end += file[at + 27 + i]!;
    pages.push(Buffer.from(file.subarray(at, end)));
    at = end;
  }
  return pages;
}

/** As if the recording were cut from a longer one: all positions of sound are later by so many samples. */
export function later(file: Buffer, samples: bigint): Buffer {
  const moved = pagesOf(file).map((page) => {
    const granule = page.readBigInt64LE(6);
    if (granule > 0n) page.writeBigInt64LE(granule + samples, 6);
    return sealed(page);
  });
  return Buffer.concat(moved);
}

export function withSerial(file: Buffer, serial: number): Buffer {
  const renamed = pagesOf(file).map((page) => {
    page.writeUInt32LE(serial, 14);
    return sealed(page);
  });
  return Buffer.concat(renamed);
}

function sealed(page: Buffer): Buffer {
  page.writeUInt32LE(0, 22);
  let crc = 0;
  for (const byte of page) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit += 1) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  }
  page.writeUInt32LE(crc >>> 0, 22);
  return page;
}
