import type {Measurements} from './sample.js';

/** What was measured of a song and how sure that is, a line each. */
export function measurementsText(found: Measurements): string {
  const sure = (confidence: number) => `${Math.round(100 * confidence)} % sure`;
  const other = found.other_tempo > 0 ? `, else ${found.other_tempo.toFixed(1)}` : '';
  const heard = (confidence: number, text: string) =>
    confidence > 0 ? `${text} (${sure(confidence)})` : 'nothing to measure it by';
  return [
    `tempo: ${heard(found.tempo_confidence, `${found.tempo.toFixed(1)} bpm${other}`)}`,
    `key: ${heard(found.key_confidence, `${found.key}, tuned ${found.tuning.toFixed(0)} cents from 440 Hz`)}`,
    `meter: ${heard(found.meter_confidence, found.meter)}`,
    `loudness: ${found.loudness === null ? 'silence' : `${found.loudness.toFixed(1)} LUFS`}, peak ${found.peak.toFixed(3)}`,
  ].join('\n');
}
