import type {Planar} from './audio-format.js';

/** Decoded samples in order, taken out in other pieces than they came in. */
export class PlaneQueue {
  frames = 0;
  #pieces: Planar[] = [];

  append(planes: Planar): void {
    const frames = planes[0]?.length ?? 0;
    if (frames > 0) this.#pieces.push(planes.map((plane) => plane.slice())); // decoders use their memory again
    this.frames += frames;
  }

  /** The next `frames` of them, fewer when there are not as many. */
  take(frames: number): Planar {
    const count = Math.min(frames, this.frames);
    const channels = this.#pieces[0]?.length ?? 0;
    const planes = Array.from({length: channels}, () => new Float32Array(count));
    for (let done = 0; done < count; ) {
      const piece = this.#pieces[0]!;
      const length = Math.min(piece[0]!.length, count - done);
      for (const [i, plane] of planes.entries()) plane.set(piece[i]!.subarray(0, length), done);
      if (length === piece[0]!.length) this.#pieces.shift();
      else this.#pieces[0] = piece.map((plane) => plane.subarray(length));
      done += length;
    }
    this.frames -= count;
    return planes;
  }
}
