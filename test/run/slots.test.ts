import {expect, test} from 'vitest';
import type {Cards} from '../../src/run/cards.js';
import {holdPlace, newSlots} from '../../src/run/slots.js';
import {stopSwitch} from '../../src/run/stop.js';

test('so many stages at once, on a CPU as many as there are places', () => {
  const slots = newSlots(2);
  expect([['cpu'], ['cpu'], ['cpu']].map(slots.take)).toEqual(['cpu', 'cpu', undefined]);
  slots.give('cpu');
  expect([['cpu'], ['cpu']].map(slots.take)).toEqual(['cpu', undefined]);
});

test('each CUDA device is for one stage at a time', () => {
  const slots = newSlots(4);
  const taken = [['cuda:0'], ['cuda:0'], ['cuda:1'], ['cpu']].map(slots.take);
  expect(taken).toEqual(['cuda:0', undefined, 'cuda:1', 'cpu']);
  slots.give('cuda:0');
  expect(slots.take(['cuda:0'])).toBe('cuda:0');
});

test('of a class the first that is free', () => {
  const slots = newSlots(4);
  const cards = ['cuda:0', 'cuda:1'];
  expect(slots.take(['cuda:0'])).toBe('cuda:0');
  expect(slots.take(cards)).toBe('cuda:1');
  expect(slots.take(cards)).toBeUndefined();
  slots.give('cuda:0');
  expect(slots.take(cards)).toBe('cuda:0');
});

test('a place moves to another of its class, in turn, and stays where there is none', () => {
  const slots = newSlots(4);
  const cards = ['cuda:0', 'cuda:1', 'cuda:2'];
  expect(slots.take(cards)).toBe('cuda:0');
  expect(slots.move('cuda:0', cards)).toBe('cuda:1');
  expect(slots.take(['cuda:2'])).toBe('cuda:2');
  expect(slots.move('cuda:1', cards)).toBe('cuda:0');
  expect(slots.move('cuda:0', ['cuda:0'])).toBe('cuda:0');
  expect(slots.take(cards)).toBe('cuda:1');
});

test('several at once are taken together or not at all, and are one of the places', () => {
  const slots = newSlots(2);
  const cards = ['cuda:0', 'cuda:1', 'cuda:2'];
  expect(slots.takeSeveral(['cpu'], 3)).toEqual(['cpu', 'cpu', 'cpu']);
  expect(slots.takeSeveral(cards, 4)).toBeUndefined();
  expect(slots.takeSeveral(cards, 2)).toEqual(['cuda:0', 'cuda:1']);
  slots.give('cpu', 'cpu', 'cpu');
  expect(slots.takeSeveral(cards, 2)).toBeUndefined();
  expect(slots.take(cards)).toBe('cuda:2');
});

/** Two runs of one machine: cards that each has claimed. */
function machine(): () => Cards {
  const claimed = new Set<string>();
  return () => ({
    claim: async (device) => {
      if (claimed.has(device)) return undefined;
      claimed.add(device);
      return {release: async () => void claimed.delete(device)};
    },
  });
}

test('two runs that want both cards of a machine get them one after the other: who waits holds none', async () => {
  const cardsOf = machine();
  const devices = ['cuda:0', 'cuda:1'];
  const hold = (order: readonly string[]) => {
    const slots = newSlots(1);
    const request = {stage: 'train' as never, devices: order, slots};
    return holdPlace(slots.takeSeveral(order, 2)!, request, {
      cards: cardsOf(),
      emit: () => {},
      stop: stopSwitch(),
    });
  };
  const one = hold(devices).then(async (place) => {
    await place.release();
    return [...place.devices].sort();
  });
  const other = hold(devices.toReversed()).then(async (place) => {
    await place.release();
    return [...place.devices].sort();
  });
  expect(await Promise.all([one, other])).toEqual([devices, devices]);
});

test('of several cards, one that another run has is replaced by a free one', async () => {
  const cardsOf = machine();
  await cardsOf().claim('cuda:1');
  const slots = newSlots(1);
  const devices = ['cuda:0', 'cuda:1', 'cuda:2'];
  const request = {stage: 'train' as never, devices, slots};
  const place = await holdPlace(slots.takeSeveral(devices, 2)!, request, {
    cards: cardsOf(),
    emit: () => {},
    stop: stopSwitch(),
  });
  expect(place.devices).toEqual(['cuda:0', 'cuda:2']);
});
