import {expect, test} from 'vitest';
import {newSlots} from '../../src/run/slots.js';

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
