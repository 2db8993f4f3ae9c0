import {afterEach, beforeEach, expect, test, vi} from 'vitest';
import {PROTOCOL_VERSION} from '../../src/protocol/message.js';
import {watchLife} from '../../src/run/channel/life.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const hello = {kind: 'hello', protocol: PROTOCOL_VERSION, host: 'n1'} as const;
const patience = {start_ms: 30_000, silence_ms: 60_000};

function watched(some: Partial<typeof patience> = {}) {
  const died = vi.fn();
  return {died, life: watchLife({...patience, ...some}, died)};
}

test('a worker that never says it is there is given up', () => {
  const {died, life} = watched();
  vi.advanceTimersByTime(29_999);
  expect(died).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(died).toHaveBeenCalledOnce();
  expect(life.death()).toMatchObject({kind: 'not_started', problem: {code: 'run/worker-not-there'}});
});

test('the time in a queue does not count', () => {
  const {died, life} = watched();
  vi.advanceTimersByTime(20_000);
  life.queue('waiting');
  vi.advanceTimersByTime(86_400_000);
  expect(died).not.toHaveBeenCalled();
  life.queue('left');
  vi.advanceTimersByTime(29_000);
  life.take(hello);
  vi.advanceTimersByTime(59_000);
  expect(died).not.toHaveBeenCalled();
});

test('a scheduler that says again and again that it runs gives it no more time to begin', () => {
  const {died, life} = watched();
  life.queue('waiting');
  for (let poll = 0; poll < 30; poll += 1) {
    life.queue('left');
    vi.advanceTimersByTime(1_000);
  }
  expect(died).toHaveBeenCalledOnce();
  expect(life.death()).toMatchObject({kind: 'not_started'});
});

test('one that is suspended, or put back into the queue, is not expected to say anything', () => {
  const {died, life} = watched();
  life.queue('waiting');
  life.queue('left');
  life.take(hello);
  life.queue('waiting');
  life.take({kind: 'alive'}); // written before, read now
  vi.advanceTimersByTime(86_400_000);
  expect(died).not.toHaveBeenCalled();
  life.queue('left');
  vi.advanceTimersByTime(59_000);
  expect(died).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1_000);
  expect(life.death()).toMatchObject({kind: 'lost', problem: {code: 'run/worker-silent'}});
});

test('one that falls silent is lost, not failed; whatever it says keeps it alive', () => {
  const {died, life} = watched();
  life.take(hello);
  for (let beat = 0; beat < 20; beat += 1) {
    vi.advanceTimersByTime(50_000);
    expect(life.take({kind: 'alive'})).toBeUndefined();
  }
  expect(died).not.toHaveBeenCalled();
  vi.advanceTimersByTime(60_000);
  expect(died).toHaveBeenCalledOnce();
  expect(life.death()).toMatchObject({kind: 'lost', problem: {code: 'run/worker-silent'}});
});

test('a worker of another version is refused by name', () => {
  const {died, life} = watched();
  life.take({...hello, protocol: PROTOCOL_VERSION + 1});
  expect(died).toHaveBeenCalledOnce();
  expect(life.death()).toMatchObject({kind: 'not_started', problem: {code: 'worker/other-protocol'}});
});

test('what it says of its work is passed on', () => {
  const {life} = watched();
  expect(life.take({kind: 'done'})).toEqual({kind: 'done'});
  life.dispose();
});
