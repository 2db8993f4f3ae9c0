import {expect, test} from 'vitest';
import {newSlots} from '../../src/run/slots.js';

test('so many stages at once, on a CPU as many as there are places', () => {
  const slots = newSlots(2);
  expect(['cpu', 'cpu', 'cpu'].map(slots.take)).toEqual(['taken', 'taken', 'none_free']);
  slots.give('cpu');
  expect(slots.take('cpu')).toBe('taken');
});

test('each CUDA device is for one stage at a time', () => {
  const slots = newSlots(4);
  const taken = ['cuda:0', 'cuda:0', 'cuda:1', 'cpu'].map(slots.take);
  expect(taken).toEqual(['taken', 'none_free', 'taken', 'taken']);
  slots.give('cuda:0');
  expect(slots.take('cuda:0')).toBe('taken');
});
