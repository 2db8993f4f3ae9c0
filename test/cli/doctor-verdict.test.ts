import {describe, expect, test} from 'vitest';
import {type MachineFacts, type Readiness, verdictOf} from '../../src/doctor/verdict.js';

const GIB = 2 ** 30;

/** A laptop without a card, on which everything is in order. */
const laptop: MachineFacts = {
  errors: 0,
  has_engine: true,
  cards: [],
  idle_cards: [],
  host_bytes: 16 * GIB,
  threads: 8,
  free_disk_bytes: 200 * GIB,
  has_ffmpeg: true,
};

const card = (gib: number, device = 'cuda:0') => ({device, name: `Card ${gib}`, memory_bytes: gib * GIB});

interface Case {
  readonly name: string;
  readonly machine: Partial<MachineFacts>;
  readonly ready_for: Readiness;
  readonly says: readonly RegExp[];
}

const machines: readonly Case[] = [
  {
    name: 'no card',
    machine: {},
    ready_for: 'smoke_runs',
    says: [/^Ready for smoke runs on the CPU \(8 threads\); a 2B model needs a CUDA card with 6 GB\.$/],
  },
  {
    name: 'a card that the engine does not use is no card',
    machine: {idle_cards: ['RTX 4090']},
    ready_for: 'smoke_runs',
    says: [/^Ready for smoke runs/, /RTX 4090.*does not use it/],
  },
  {
    name: 'a card of 2 GB',
    machine: {cards: [card(2)]},
    ready_for: 'smoke_runs',
    says: [/a 2B model needs.*6 GB, or 4 GB in 8 bits, and Card 2 has 2\.00 GiB/],
  },
  {
    name: 'a card of 4 GB',
    machine: {cards: [card(3.9)]},
    ready_for: 'small_2b',
    says: [/^Ready to train a 2B model on cuda:0 .*base_precision: 8bit/, /tested without a card/],
  },
  {
    name: 'a card of 6 GB',
    machine: {cards: [card(5.8)]},
    ready_for: 'full_2b',
    says: [/^Ready to train a 2B model on cuda:0 \(Card 5\.8, 5\.80 GiB\)\.$/, /tested without a card/],
  },
  {
    name: 'the largest of several cards counts',
    machine: {cards: [card(4), card(24, 'cuda:1'), card(8, 'cuda:2')]},
    ready_for: 'full_2b',
    says: [/on cuda:1 /],
  },
  {
    name: 'a card, and another that is not used',
    machine: {cards: [card(24)], idle_cards: ['Quadro']},
    ready_for: 'full_2b',
    says: [/^(?!.*Quadro)/s],
  },
  {
    name: 'no engine, whatever else is there',
    machine: {has_engine: false, cards: [card(24)]},
    ready_for: 'not_ready',
    says: [/^Not ready: without the native engine/],
  },
  {
    name: 'errors',
    machine: {errors: 2, cards: [card(24)]},
    ready_for: 'not_ready',
    says: [/^Not ready: 2 problems/],
  },
  {
    name: 'hardly any memory',
    machine: {host_bytes: 0.5 * GIB},
    ready_for: 'not_ready',
    says: [/512 MiB of memory is too little/],
  },
  {
    name: 'a full disk',
    machine: {free_disk_bytes: 0.2 * GIB, cards: [card(24)]},
    ready_for: 'not_ready',
    says: [/of disk is too little.*cache\.dir/],
  },
  {
    name: 'a disk that holds no model',
    machine: {free_disk_bytes: 4 * GIB, cards: [card(24)]},
    ready_for: 'full_2b',
    says: [/2B model with its encoders.*4\.00 GiB are free/],
  },
  {
    name: 'no ffmpeg',
    machine: {has_ffmpeg: false},
    ready_for: 'smoke_runs',
    says: [/^Ready for smoke runs/, /m4a.*ffmpeg/],
  },
];

describe('what a machine is ready for', () => {
  test.each(machines)('$name: $ready_for', ({machine, ready_for, says}) => {
    const verdict = verdictOf({...laptop, ...machine});
    expect(verdict.ready_for).toBe(ready_for);
    for (const words of says) expect(verdict.says.join('\n')).toMatch(new RegExp(words.source, 'm'));
  });

  test('never "Ready" for what cannot train', () => {
    for (const {machine} of machines) {
      const {ready_for, says} = verdictOf({...laptop, ...machine});
      expect(/^Ready/.test(says[0]!)).toBe(ready_for !== 'not_ready');
      expect(/^Ready to train a 2B model/.test(says[0]!)).toBe(ready_for.endsWith('2b'));
    }
  });
});
