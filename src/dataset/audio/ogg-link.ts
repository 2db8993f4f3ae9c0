import {audioProblem, type DecodedSound, type Planar} from './audio-format.js';
import type {OggHead} from './ogg.js';
import {openPages, type PageDecoder, type PageSound} from './ogg-decoders.js';
import type {OggPage} from './ogg-page.js';
import {expectKept} from './promise.js';
import {between} from './trim.js';

/**
 * One recording in an Ogg file. It lasts from the position at which its first page of sound starts to the last page's
 * position; both need not begin at zero. The last page may be cut short by its position, the first one too in Vorbis.
 */
export class OggLink {
  readonly serial: number;
  readonly #head: OggHead;
  readonly #path: string;
  readonly #at: number;
  readonly #decoder: PageDecoder;
  /** Of the first sample that is decoded; `undefined` until the first page of sound is. */
  #start: number | undefined;
  /** Samples decoded before those held. */
  #passed = 0;
  /** The newest page's sound: no one knows yet whether it is the last. */
  #held: PageSound | undefined;
  #ended = false;

  static async open(first: OggPage, head: OggHead, path: string): Promise<OggLink> {
    return new OggLink({first, head, path, decoder: await openPages(head, path)});
  }

  private constructor(of: {first: OggPage; head: OggHead; path: string; decoder: PageDecoder}) {
    this.#head = of.head;
    this.#path = of.path;
    this.#at = of.first.at;
    this.serial = of.first.serial;
    this.#decoder = of.decoder;
    this.push(of.first);
  }

  /** Whether its last page was seen. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Whether any sound was seen. */
  get sounded(): boolean {
    return this.#held !== undefined;
  }

  push(page: OggPage): DecodedSound[] {
    if (page.last) this.#ended = true;
    return this.#decoder.feed(page).flatMap((sound) => this.#take(sound));
  }

  /** What was held. Throws `audio/truncated` without a last page, and `audio/damaged` when sound is missing. */
  finish(): DecodedSound[] {
    const sounds = this.#decoder.finish().flatMap((sound) => this.#take(sound));
    if (!this.#ended)
      throw audioProblem(
        'audio/truncated',
        this.#path,
        `ends early: the recording that starts at byte ${this.#at} lacks its last page`,
      );
    const held = this.#held;
    if (held === undefined) return sounds;
    const all = this.#passed + (held.planes[0]?.length ?? 0);
    const start = this.#dropped(this.#passed === 0 ? 'only page' : 'one of many');
    const end = held.granule - Math.max(0, this.#start!) + start - this.#skipped;
    this.#expectAll(end, all);
    const isTrusted = end >= this.#passed; // only the last page is ever cut
    return [...sounds, this.#sound(held.planes, {start, end: isTrusted ? Math.min(end, all) : all})];
  }

  free(): void {
    this.#decoder.free();
  }

  #take(sound: PageSound): DecodedSound[] {
    const frames = sound.planes[0]?.length ?? 0;
    this.#start ??= sound.granule - frames;
    const held = this.#held;
    // A page without sound may only state where the one before ends
    const joins = held !== undefined && frames === 0;
    this.#held = joins ? {granule: sound.granule, planes: held.planes} : copied(sound);
    if (held === undefined || joins) return [];
    const ready = this.#sound(held.planes, {start: this.#dropped('one of many'), end: Infinity});
    this.#passed += held.planes[0]?.length ?? 0;
    return [ready];
  }

  get #skipped(): number {
    return this.#head.codec === 'opus' ? this.#head.opus.pre_skip : 0;
  }

  /** Decoded samples at the start that are not to be heard. */
  #dropped(page: 'only page' | 'one of many'): number {
    const early = this.#head.codec === 'vorbis' && page === 'one of many' ? Math.max(0, -this.#start!) : 0;
    return this.#skipped + early;
  }

  #sound(planes: Planar, heard: {readonly start: number; readonly end: number}): DecodedSound {
    return {sample_rate: this.#head.sample_rate, planes: between(planes, this.#passed, heard)};
  }

  #expectAll(promised: number, found: number): void {
    const {sample_rate} = this.#head;
    expectKept(this.#path, {code: 'audio/damaged', promised, found, sample_rate});
  }
}

function copied({granule, planes}: PageSound): PageSound {
  return {granule, planes: planes.map((plane) => plane.slice())}; // decoders use their memory again
}
