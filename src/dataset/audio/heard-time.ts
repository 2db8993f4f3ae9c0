/** How long the pieces of a song last together, exactly where their rate does not change. */
export class HeardTime {
  /** At the rate of the newest piece. */
  frames = 0;
  /** Of what was heard at other rates before. */
  seconds_before = 0;
  #rate = 0;

  add(frames: number, sample_rate: number): void {
    this.at(sample_rate);
    this.frames += frames;
  }

  /** From here on the pieces have this rate. */
  at(sample_rate: number): void {
    if (this.#rate === sample_rate) return;
    this.seconds_before = this.seconds;
    this.#rate = sample_rate;
    this.frames = 0;
  }

  get seconds(): number {
    return this.frames === 0 ? this.seconds_before : this.seconds_before + this.frames / this.#rate;
  }
}
