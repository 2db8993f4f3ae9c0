import {expect, test} from 'vitest';
import {decide, placeholder} from '../../src/config/condition.js';

test.each([
  {condition: 'true', value: true},
  {condition: '!true', value: false},
  {condition: '!!true', value: true},
  {condition: 'turbo == turbo', value: true},
  {condition: 'turbo != turbo', value: false},
  {condition: '"two words" == \'two words\'', value: true},
  {condition: 'a == a && b == c', value: false},
  {condition: 'a == b || b == b && c == c', value: true},
  {condition: '!(a == b || b == b)', value: false},
  {condition: './songs == ./songs', value: true},
])('$condition is $value', ({condition, value}) => {
  expect(decide(condition)).toEqual({ok: true, value});
});

test.each(['', 'yes', 'a ==', '(a == a', 'a == a b', 'a == "b', '== a', 'true false'])(
  '"%s" cannot be decided',
  (condition) => {
    expect(decide(condition)).toMatchObject({ok: false, problems: [{code: 'config/bad-condition'}]});
  },
);

test('a value with spaces, quotes or operators stays one operand', () => {
  const value = 'a" == b && (c';
  expect(decide(`${placeholder(0)} == ${placeholder(1)}`, [value, value])).toEqual({ok: true, value: true});
  expect(decide(`"${placeholder(0)}" == x`, [value])).toEqual({ok: true, value: false});
});
