import {audioProblem, type DecodedSound, type Span} from './audio-format.js';
import {parseOggHead} from './ogg.js';
import {OggLink} from './ogg-link.js';
import {type OggPage, type OggPiece, oggPieces, packetPieces} from './ogg-page.js';
import {textAt} from './tags.js';

/**
 * Decodes an Ogg file, one recording after the other: radio and `cat` chain them, of any rates, channels and codecs.
 * Throws `audio/damaged`, `audio/truncated`, and `audio/joined` for a later one that cannot be decoded here.
 */
export async function* decodeOgg(path: string, span: Span): AsyncGenerator<DecodedSound> {
  const chain = new Chain(path);
  try {
    for await (const piece of oggPieces(path, span)) yield* await chain.take(piece);
    yield* chain.finish();
  } finally {
    chain.free();
  }
}

class Chain {
  readonly #path: string;
  #link: OggLink | undefined;
  #count = 0;

  constructor(path: string) {
    this.#path = path;
  }

  async take(piece: OggPiece): Promise<DecodedSound[]> {
    if (piece.kind === 'page') return this.#page(piece.page);
    const within = this.#link !== undefined && !this.#link.ended;
    if (piece.kind === 'cut')
      throw audioProblem('audio/truncated', this.#path, `ends within an Ogg page, at byte ${piece.at}`);
    if (!within || piece.length === 0) return []; // tags and padding between and behind recordings
    this.#gap ??= piece;
    return [];
  }

  /** Something that is no page where a recording should go on: damage if it does, else only its end is missing. */
  #gap: {readonly at: number; readonly length: number} | undefined;

  async #page(page: OggPage): Promise<DecodedSound[]> {
    if (page.first) return this.#begin(page);
    if (this.#gap !== undefined)
      throw audioProblem(
        'audio/damaged',
        this.#path,
        `has ${this.#gap.length} bytes at byte ${this.#gap.at} that are not an Ogg page`,
      );
    if (this.#link === undefined || page.serial !== this.#link.serial)
      throw audioProblem('audio/damaged', this.#path, `has a stray Ogg page at byte ${page.at}`);
    return this.#link.push(page);
  }

  async #begin(page: OggPage): Promise<DecodedSound[]> {
    this.#count += 1;
    const before = this.#link;
    if (before !== undefined && !before.sounded && !before.ended)
      throw this.#joined(page, 'is several streams at once');
    const sounds = this.finish();
    const packet = packetPieces(page).pieces[0] ?? new Uint8Array(0);
    const head = parseOggHead(packet, this.#path);
    if (head === undefined) throw this.#joined(page, `is of another kind (${kindOf(packet)})`);
    this.#link = await OggLink.open(page, head, this.#path);
    return sounds;
  }

  #joined(page: OggPage, what: string): Error {
    const place = `recording ${this.#count} in it, from byte ${page.at} on,`;
    return audioProblem('audio/joined', this.#path, `cannot be decoded to its end: ${place} ${what}`);
  }

  finish(): DecodedSound[] {
    const sounds = this.#link?.finish() ?? [];
    this.free();
    return sounds;
  }

  free(): void {
    this.#link?.free();
    this.#link = undefined;
    this.#gap = undefined;
  }
}

/** The letters with which a stream's first packet names its codec. */
function kindOf(packet: Uint8Array): string {
  return textAt(packet, 0, 8).replace(/[^a-z]/gi, '') || 'unknown';
}
