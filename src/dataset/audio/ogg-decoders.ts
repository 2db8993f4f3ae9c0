import type {Planar} from './audio-format.js';
import {openCodec, openOpus} from './codecs.js';
import {isFlacFrame, rescaleFlac} from './flac.js';
import {readFlacFrameHeader} from './flac-frame.js';
import type {OggHead} from './ogg.js';
import {flagsAt, lastFlag, type OggPage, packetPieces} from './ogg-page.js';
import {PlaneQueue} from './plane-queue.js';

/** All sound of the packets that end on one page, and the position that the page states for its end. */
export interface PageSound {
  readonly granule: number;
  readonly planes: Planar;
}

/** Decodes one recording page by page. The sound of a page may come out with a later one. */
export interface PageDecoder {
  feed(page: OggPage): PageSound[];
  finish(): PageSound[];
  free(): void;
}

export async function openPages(head: OggHead, path: string): Promise<PageDecoder> {
  switch (head.codec) {
    case 'vorbis':
      return vorbisPages(path);
    case 'opus':
      return opusPages(head, path);
    case 'ogg_flac':
      return flacPages(head, path);
  }
}

/** Puts packets together that are spread over pages. A packet whose beginning is missing is left out. */
class Packets {
  #open: Uint8Array[] | undefined;

  /** Those that end on this page. */
  endingOn(page: OggPage): Uint8Array[] {
    const {pieces, open} = packetPieces(page);
    const packets: Uint8Array[] = [];
    for (const [i, piece] of pieces.entries()) {
      const continues = i === 0 && page.continued;
      const before = continues ? this.#open : [];
      const ends = !open || i < pieces.length - 1;
      this.#open = ends || before === undefined ? undefined : [...before, piece];
      if (ends && before !== undefined) packets.push(Buffer.concat([...before, piece]));
    }
    return packets;
  }
}

/** The decoder takes pages, and gives a page's sound when it has the next one. */
async function vorbisPages(path: string): Promise<PageDecoder> {
  const decoder = await openCodec('vorbis', path);
  const packets = new Packets();
  let waiting: number | undefined;
  const sound = (planes: Planar): PageSound[] => (waiting === undefined ? [] : [{granule: waiting, planes}]);
  return {
    feed: (page) => {
      const found = sound(decoder.decode(unmarked(page)));
      const isSound = packets.endingOn(page).some((packet) => packet.length > 0 && (packet[0]! & 1) === 0);
      waiting = isSound || (page.last && page.granule > 0) ? page.granule : undefined;
      return found;
    },
    finish: () => sound(decoder.flush()),
    free: () => decoder.free(),
  };
}

/** Without the mark of the last page, at which the decoder would cut by rules of its own. */
function unmarked({bytes, last}: OggPage): Uint8Array {
  if (!last) return bytes;
  const copy = bytes.slice();
  copy[flagsAt]! &= ~lastFlag;
  return copy;
}

async function opusPages({opus}: OggHead & {codec: 'opus'}, path: string): Promise<PageDecoder> {
  const decoder = await openOpus(opus, path);
  const packets = new Packets();
  let headers = 2;
  return {
    feed: (page) => {
      const ending = packets.endingOn(page);
      const before = Math.min(headers, ending.length);
      headers -= before;
      if (ending.length === before && !page.last) return [];
      return [{granule: page.granule, planes: decoder.decode(ending.slice(before))}];
    },
    finish: () => [],
    free: () => decoder.free(),
  };
}

/** Each packet is a frame: behind each other they are what a FLAC file holds. Their headers say how long they are. */
async function flacPages({head, bits}: OggHead & {codec: 'ogg_flac'}, path: string): Promise<PageDecoder> {
  const decoder = await openCodec('flac', path);
  const packets = new Packets();
  const decoded = new PlaneQueue();
  const pages: {readonly granule: number; readonly samples: number}[] = [];
  const take = (planes: Planar, whole: 'whole pages' | 'all') => {
    for (const plane of planes) rescaleFlac(plane, bits);
    decoded.append(planes);
    const sounds: PageSound[] = [];
    while (pages[0] !== undefined && (pages[0].samples <= decoded.frames || whole === 'all'))
      sounds.push({granule: pages[0].granule, planes: decoded.take(pages.shift()!.samples)});
    return sounds;
  };
  decoder.decode(head);
  return {
    feed: (page) => {
      const frames = packets.endingOn(page).filter(isFlacFrame);
      const lengths = frames.map((frame) => readFlacFrameHeader(frame, 0)?.samples ?? 0);
      if (frames.length === 0) return [];
      pages.push({granule: page.granule, samples: lengths.reduce((sum, length) => sum + length, 0)});
      return take(decoder.decode(Buffer.concat(frames)), 'whole pages');
    },
    finish: () => take(decoder.flush(), 'all'),
    free: () => decoder.free(),
  };
}
