import assert from 'node:assert/strict';
import { test } from 'node:test';
import { count, date, interval, kappa, moment, money, percent, rate, span, value } from '../src/model/format';

test('spans keep three digits and change their unit with their size', () => {
  const expected: [number, string][] = [
    [0, '0\u00a0s'],
    [0.000001, '<\u00a00.01\u00a0ms'],
    [0.00031, '0.31\u00a0ms'],
    [0.0024, '2.4\u00a0ms'],
    [0.00999, '10\u00a0ms'],
    [0.031, '31\u00a0ms'],
    [0.0994, '99\u00a0ms'],
    [0.0999, '0.10\u00a0s'],
    [0.62, '0.62\u00a0s'],
    [1.84, '1.84\u00a0s'],
    [9.996, '10.0\u00a0s'],
    [45, '45.0\u00a0s'],
    [59.96, '1\u00a0min 0\u00a0s'],
    [98, '1\u00a0min 38\u00a0s'],
    [3720, '1\u00a0h 2\u00a0min'],
    [-0.32, '−0.32\u00a0s'],
  ];
  for (const [seconds, text] of expected) assert.equal(span(seconds), text, String(seconds));
});

test('what is absent is a dash, never zero', () => {
  for (const absent of [null, undefined, Number.NaN]) {
    assert.deepEqual([span(absent), count(absent), moment(absent), percent(absent), money(absent)], ['–', '–', '–', '–', '–']);
  }
  assert.equal(rate(0, 0), '–');
  assert.equal(date('no date'), '–');
  assert.equal(value(null), '–');
});

test('thousands are set apart by a narrow space', () => {
  assert.equal(count(999), '999');
  assert.equal(count(26050), '26\u202f050');
  assert.equal(count(1234567), '1\u202f234\u202f567');
});

test('moments grow minutes and hours only when they need them', () => {
  assert.deepEqual([moment(0), moment(14.3), moment(74.3), moment(59.999), moment(3661.5)], ['0.00', '14.30', '1:14.30', '1:00.00', '1:01:01.50']);
});

test('rates say their n, and percent only from ten events on', () => {
  assert.equal(rate(3, 4, 0.3, 0.95), '3 of 4');
  assert.equal(rate(9, 12, 0.47, 0.91), '75\u00a0% of 12 (47–91)');
  assert.equal(interval(0.267, 0.811), '27–81');
});

test('percent does not round to none or all', () => {
  assert.deepEqual([percent(0), percent(0.001), percent(0.9999), percent(1)], ['0\u00a0%', '0.1\u00a0%', '99.9\u00a0%', '100\u00a0%']);
});

test('values of checks read as settings, anything deeper as JSON', () => {
  assert.equal(value({ at_most: 4, role: 'assistant' }), 'at most: 4, role: assistant');
  assert.equal(value([{ name: 'x' }]), '[{"name":"x"}]');
  assert.equal(value({ arguments: { order: 1 } }), '{"arguments":{"order":1}}');
  assert.equal(value({}), '{}');
  assert.equal(value(false), 'false');
});

test('kappa has its sign and two digits', () => assert.deepEqual([0.615, -0.1, 0, null].map(kappa), ['0.61', '−0.10', '0.00', '–']));
