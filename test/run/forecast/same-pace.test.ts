import {expect, test} from 'vitest';
import type {NumericsObservation} from '../../../src/plan/world.js';
import {aboutPace, keepsPace} from '../../../src/run/forecast/same-pace.js';

type Stage = Parameters<typeof keepsPace>[1];

const numerics = (backend: string, precision: string, own_products?: true) => ({
  kind: 'known' as const,
  identity: {backend, precision, numerics_version: 4},
  device: backend === 'cpu' ? 'cpu' : 'cuda:0',
  ...(own_products && {own_products}),
});
const stage = (executor?: object) =>
  ({type: {numerics: 'engine'}, configured: {resources: {...(executor && {executor})}}}) as unknown as Stage;

const cpu = numerics('cpu', 'f32');
const library = numerics('cuda', 'bf16');
const own = numerics('cuda', 'bf16', true);
const missing: NumericsObservation = {kind: 'problem', problem: {code: 'run/no-such-device', message: ''}};

test.each([
  {name: 'on the CPU', made: cpu, now: cpu, keeps: true},
  {name: 'on a card with its library', made: library, now: library, keeps: true},
  {name: 'on a card without its library', made: own, now: own, keeps: true},
  {name: 'on the CPU, now on a card', made: cpu, now: library, keeps: false},
  {name: 'on a card, now on the CPU', made: library, now: cpu, keeps: false},
  {name: 'in bf16, now in f32', made: library, now: numerics('cuda', 'f32'), keeps: false},
  {name: 'with its library, now without', made: library, now: own, keeps: false},
  {name: 'without its library, now with it', made: own, now: library, keeps: false},
  {name: 'on a card that is not there now', made: library, now: missing, keeps: true},
  {
    name: 'by an engine of another version',
    made: {...cpu, identity: {...cpu.identity, numerics_version: 3}},
    now: cpu,
    keeps: true,
  },
])('what a stage took $name says how long it takes: $keeps', ({made, now, keeps}) => {
  const about = aboutPace(stage(), {numerics: () => made});
  const entry = {outputs: {}, duration_ms: 1, about, numerics: {...made.identity}};
  expect(keepsPace(entry, stage(), {numerics: () => now})).toBe(keeps);
});

test('what an executor hands out is not what this machine has', () => {
  const elsewhere = stage({name: 'cluster'});
  expect(aboutPace(elsewhere, {numerics: () => own})).toEqual({});
  const entry = {outputs: {}, duration_ms: 1, about: {own_products: true}, numerics: {...own.identity}};
  expect(keepsPace(entry, elsewhere, {numerics: () => library})).toBe(true);
});

test('entries that say nothing of their numerics, and stages that need no engine, keep their pace', () => {
  const entry = {outputs: {}, duration_ms: 1, about: {}};
  expect(keepsPace(entry, stage(), {numerics: () => own})).toBe(true);
  const light = {type: {}, configured: {resources: {}}} as unknown as Stage;
  expect(
    keepsPace({...entry, numerics: {backend: 'cuda', precision: 'bf16'}}, light, {numerics: () => cpu}),
  ).toBe(true);
});
