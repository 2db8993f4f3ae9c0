import type {PartJob} from '../protocol/message.js';

/**
 * Pure: the parts in at most so many shares, of about equal work. A sample's parts stay together, in their order: when one of them
 * fails the others are not tried. Work is told by the length of the song, where a part says it.
 */
export function deal(parts: readonly PartJob[], shares: number): readonly (readonly PartJob[])[] {
  const samples = new Map<string, PartJob[]>();
  for (const part of parts) samples.set(part.sample, [...(samples.get(part.sample) ?? []), part]);
  const count = Math.min(shares, samples.size);
  const dealt = Array.from({length: count}, () => ({work: 0, parts: new Set<PartJob>()}));
  const longestFirst = [...samples.values()].toSorted((a, b) => workOf(b) - workOf(a));
  for (const sample of longestFirst) {
    const idlest = dealt.reduce((least, each) => (each.work < least.work ? each : least));
    idlest.work += workOf(sample);
    for (const part of sample) idlest.parts.add(part);
  }
  return dealt.map((share) => parts.filter((part) => share.parts.has(part)));
}

/** Seconds of sound; of parts that do not say, each counts the same. */
function workOf(parts: readonly PartJob[]): number {
  return parts.reduce((sum, {work}) => sum + (Number(work.audio_seconds) || 1), 0);
}
