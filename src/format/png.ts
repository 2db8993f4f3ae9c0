import {crc32, deflateSync} from 'node:zlib';

/** A picture of up to 256 colours. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Index into the palette for each point, row by row from the top. */
  readonly points: Uint8Array;
  /** Red, green, blue. */
  readonly palette: readonly (readonly [number, number, number])[];
}

const SIGNATURE = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const INDEXED = 3;

/** A PNG file (W3C, Portable Network Graphics, third edition): 8 bit, indexed. The same picture gives the same bytes. */
export function pngFile({width, height, points, palette}: Picture): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, INDEXED, 0, 0, 0], 8); // bits, colour type, deflate, adaptive filters, no interlace
  const rows = Buffer.alloc(height * (width + 1)); // each begins with its filter: 0, none
  for (let y = 0; y < height; y++) rows.set(points.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', Uint8Array.from(palette.flat())),
    chunk('IDAT', deflateSync(rows, {level: 9})),
    chunk('IEND', new Uint8Array()),
  ]);
}

function chunk(name: string, body: Uint8Array): Uint8Array {
  const typed = Buffer.concat([Buffer.from(name, 'latin1'), body]);
  const frame = Buffer.alloc(typed.length + 8);
  frame.writeUInt32BE(body.length, 0);
  typed.copy(frame, 4);
  frame.writeUInt32BE(crc32(typed), typed.length + 4);
  return frame;
}
