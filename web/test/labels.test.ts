import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agreeing, current, exported, parseKept, type Label } from '../src/labels/label';
import { byParty, standings } from '../src/model/parties';

const label = (author: string, verdict: Label['verdict'], criterion = 'polite'): Label => ({
  batch_id: 'batch_1',
  run_id: 'run_1',
  criterion,
  verdict,
  reason: '',
  author,
  at: '2026-11-26T00:00:00.000Z',
});

test('the newest label of each author counts', () => {
  const kept = [label('ann', 'passed'), label('bo', 'failed'), label('ann', 'failed')];
  assert.deepEqual(current(kept).map((one) => [one.author, one.verdict]), [['ann', 'failed'], ['bo', 'failed']]);
});

test('agreement counts labels on criteria that the judge decided', () => {
  const judged = (words: string | null) => (words === 'polite' ? ('failed' as const) : undefined);
  assert.deepEqual(agreeing([label('ann', 'failed'), label('bo', 'passed'), label('cy', 'passed', 'gone')], judged), { n: 2, agree: 1 });
});

test('what is exported names its format, and what was not written by this page is not taken for labels', () => {
  assert.equal((JSON.parse(exported([label('ann', 'passed')])) as { antiphon_labels: number }).antiphon_labels, 1);
  assert.deepEqual(parseKept('[{"run_id": 1}, null, 3]'), []);
  assert.deepEqual(parseKept('{'), []);
  assert.deepEqual(parseKept(null), []);
  assert.equal(parseKept(JSON.stringify([label('ann', 'passed')])).length, 1);
});

test('a party of which the result says nothing is not checked, never clear', () => {
  const list = standings({ party: 'judge', parties: [{ party: 'agent', standing: 'clear' }] });
  assert.deepEqual(list.map((one) => one.standing), ['at_fault', 'clear', 'not_checked', 'not_checked', 'not_checked', 'not_checked']);
  assert.equal(list[0]?.party, 'judge');
});

test('parties are named as people say them', () => assert.equal(byParty({ simulated_user: 2, judge: 1 }), 'simulated user 2, judge 1'));
