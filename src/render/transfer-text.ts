import {bytesText} from '../base/bytes-text.js';
import type {RunEvent} from '../event/event.js';
import {countText, durationText} from './quantity.js';
import {visible} from './visible.js';

type Transfer = Extract<RunEvent, {kind: 'cache_transfer'}>;

/** `fetching 1.2 GB of 3.4 GB from https://…, about 2 min left`. */
export function transferText(event: Transfer): string {
  const {direction, place, state, objects, total_objects, bytes, total_bytes, left_ms} = event;
  const [verb, past, word] =
    direction === 'fetch' ? ['fetching', 'fetched', 'from'] : ['storing', 'stored', 'at'];
  const where = `${word} ${visible(place)}`;
  if (state === 'ended') {
    const of = objects < total_objects ? `${objects} of ` : '';
    return `${past} ${of}${countText(total_objects, 'file')}, ${bytesText(bytes)}, ${where}`;
  }
  const left = left_ms === null ? '' : `, about ${durationText(left_ms)} left`;
  return `${verb} ${bytesText(bytes)} of ${bytesText(total_bytes)} ${where}${left}`;
}

/** The first of a transfer, then one in so many milliseconds, and its end. */
export function rarely(every_ms: number): {readonly isDue: (event: Transfer, at: number) => boolean} {
  const told = new Map<string, number>();
  return {
    isDue: ({direction, state}, at) => {
      const before = told.get(direction);
      if (state === 'ended') {
        told.delete(direction);
        return true;
      }
      if (before !== undefined && at - before < every_ms) return false;
      told.set(direction, at);
      return true;
    },
  };
}
