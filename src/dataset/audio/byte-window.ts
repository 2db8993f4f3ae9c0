import type {Span} from './audio-format.js';
import type {FileBytes} from './file-bytes.js';

const windowBytes = 2 ** 20;

/** Part of a file in memory, for a walk from one end to the other: the file may be of any length. */
export class ByteWindow {
  /** Read from here with positions of the file less `start`. */
  bytes = new Uint8Array(0);
  start = 0;
  readonly end: number;
  readonly #file: FileBytes;

  constructor(file: FileBytes, span: Span) {
    this.#file = file;
    this.end = span.end;
  }

  /** Makes the bytes [at, at + length) readable, as far as the span has them. */
  async cover(at: number, length: number): Promise<void> {
    const wanted = Math.min(at + length, this.end);
    if (at >= this.start && wanted <= this.start + this.bytes.length) return;
    this.start = at;
    this.bytes = await this.#file.at(at, Math.max(0, Math.min(Math.max(windowBytes, length), this.end - at)));
  }
}
