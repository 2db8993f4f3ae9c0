import {threeDigits} from '../base/bytes-text.js';

/** Amounts as people read them. Pure; every renderer words a duration or a rate through here. */

/** `340 ms`, `4.2 s`, `3 min 12 s`, `2 h 05 min`, `3 d 4 h`. */
export function durationText(ms: number): string {
  if (!Number.isFinite(ms) || ms < 0) return 'unknown';
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`;
  const hours = Math.round(seconds / 3600);
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** How long music lasts, as players show it: `4:07`, `1:02:30`. */
export function playedText(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  const start = hours > 0 ? `${hours}:${pad(minutes)}` : String(minutes);
  return `${start}:${pad(whole % 60)}`;
}

/** How fast, in whichever way has digits before the point: `2.41 steps/s` or `3.20 s/step`. */
export function rateText(perSecond: number, unit: string): string {
  if (perSecond >= 1) return `${threeDigits(perSecond)} ${unit}/s`;
  return `${threeDigits(1 / perSecond)} s/${singular(unit)}`;
}

/** `1 stage`, `3 stages`. */
export function countText(count: number, singularNoun: string): string {
  return `${count} ${singularNoun}${count === 1 ? '' : 's'}`;
}

/** A loss or learning rate: four significant digits, exponent only when it helps. */
export function numberText(value: number): string {
  if (value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e5)) {
    return value.toExponential(2).replace('e+', 'e');
  }
  return String(Number(value.toPrecision(4)));
}

/** A large number of things, as models are counted: `864`, `3.41k`, `12.6M`. */
export function amountText(count: number): string {
  if (count < 1000) return String(count);
  const [size, unit] = count < 999_500 ? [1e3, 'k'] : count < 999.5e6 ? [1e6, 'M'] : [1e9, 'B'];
  return `${threeDigits(count / size)}${unit}`;
}

/** Local time of day, `14:03:27`. */
export function clockText(at: number): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(pad).join(':');
}

function singular(unit: string): string {
  if (unit.endsWith('ches')) return unit.slice(0, -2);
  return unit.endsWith('s') ? unit.slice(0, -1) : unit;
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
