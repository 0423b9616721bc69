import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkWords } from '../src/model/check-words';

/** With plain spaces. */
function plain(kind: string, item: unknown): string {
  return checkWords(kind, item).replace(/\u00a0/g, ' ');
}

test('a check that could not be decided says why in words SCN-61', () => {
  const found = { undecided: 'our cut-in was off', cut_in: { outcome: 'fired_after_speech', intended_s: 3.2, achieved_s: 3.5004 } };
  assert.equal(plain('interruption', found), 'our cut-in was off; our cut-in (came while the agent spoke, meant for 3.20 s, came at 3.50 s)');
  assert.equal(plain('interruption', { undecided: 'its turn was over', cut_in: { outcome: 'turn_was_over' } }), 'its turn was over');
  assert.equal(plain('silence', { undecided: 'nobody spoke' }), 'nobody spoke');
});

test('figures of a call are rounded and carry their unit SCN-61', () => {
  assert.equal(plain('talk_ratio', { ratio: 4.024371, n: 3 }), '4.02 ×, n = 3');
  assert.equal(plain('talk_ratio', { at_most: 2 }), 'at most 2 ×');
  assert.equal(plain('silence', { seconds: 1.23456, n: 4 }), '1.23 s, n = 4');
  assert.equal(plain('interruption', { stops_within: 0.8 }), 'stops within 0.80 s');
  assert.equal(plain('interruption', { stop_s: 2, n: 2, censored: 1 }), 'spoke on for 2.00 s, n = 2, 1 not heard to the end');
  assert.equal(plain('time_to_first_audio', { p95: 0.0871 }), 'p95 87 ms');
  assert.equal(plain('turns', 3), '3');
});

test('what was heard is told without braces SCN-61', () => {
  const found = {
    word_error_rate: 0.25,
    words: 8,
    n: 2,
    left_out: 0,
    recogniser: 'moonshine',
    oov_rate: null,
    entities: { said: 1, understood: 0, missed: ['A-1007'] },
    said: 'A-1007',
    heard: 'A-107',
  };
  const text = plain('heard', found);
  assert.equal(
    text,
    'wrong words 25 %, words 8, n = 2, recogniser “moonshine”, entities (said 1, understood 0, missed A-1007), said “A-1007”, heard “A-107”',
  );
  assert.equal(plain('heard', { by: 'agent', word_error_rate: { at_most: 0.1 } }), 'by “agent”, wrong words (at most 10 %)');
});

test('data of tools stays the data that it is', () => {
  assert.equal(plain('tool_called', [{ name: 'find', arguments: { id: 7 } }]), '[{"name":"find","arguments":{"id":7}}]');
  assert.equal(plain('similar', { similarity: 0.83123, text: 'hello' }), 'similarity: 0.831, text: hello');
});
