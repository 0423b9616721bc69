import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agreeing, current, exported, parseKept, type Label } from '../src/labels/label';
import { LabelStore } from '../src/labels/label-store';
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

test('what has the shape of a label but not its words would break the page, and is left out', () => {
  const good = label('ann', 'passed');
  const bad = [{ ...good, verdict: 'maybe' }, { ...good, reason: { text: 'x' } }, { ...good, criterion: 3 }, { ...good, at: undefined }];
  assert.deepEqual(parseKept(JSON.stringify([...bad, good, { ...good, criterion: null }])).map((one) => one.criterion), ['polite', null]);
});

test('labels given in two tabs are both kept, the newest last, and each once', () => {
  const kept = new Map<string, string>();
  const storage = { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, text: string) => void kept.set(key, text) };
  Object.defineProperty(globalThis, 'localStorage', { value: storage, configurable: true });
  try {
    const one = new LabelStore('batch_1');
    const other = new LabelStore('batch_1');
    let told = 0;
    other.listen(() => (told += 1));
    one.add({ ...label('ann', 'passed'), at: '2026-11-26T00:00:01.000Z' });
    other.add({ ...label('bo', 'failed'), at: '2026-11-26T00:00:02.000Z' });
    one.add({ ...label('ann', 'failed'), at: '2026-11-26T00:00:03.000Z' });
    const words = (store: LabelStore) => store.all().map((each) => `${each.author} ${each.verdict}`);
    const all = ['ann passed', 'bo failed', 'ann failed'];
    assert.deepEqual(words(new LabelStore('batch_1')), all);
    other.refresh();
    assert.deepEqual(words(other), all);
    assert.equal(told, 2);
  } finally {
    Reflect.deleteProperty(globalThis, 'localStorage');
  }
});

test('labels stay while the page is open where the browser keeps nothing', () => {
  Object.defineProperty(globalThis, 'localStorage', {
    get: () => {
      throw new Error('denied');
    },
    configurable: true,
  });
  try {
    const store = new LabelStore('batch_1');
    store.add(label('ann', 'passed'));
    store.add(label('bo', 'failed'));
    store.refresh();
    assert.equal(store.all().length, 2);
    assert.equal(store.lasting, false);
  } finally {
    Reflect.deleteProperty(globalThis, 'localStorage');
  }
});

test('a party of which the result says nothing is not checked, never clear', () => {
  const list = standings({ party: 'judge', parties: [{ party: 'agent', standing: 'clear' }] });
  assert.deepEqual(list.map((one) => one.standing), ['at_fault', 'clear', 'not_checked', 'not_checked', 'not_checked', 'not_checked']);
  assert.equal(list[0]?.party, 'judge');
});

test('parties are named as people say them', () => assert.equal(byParty({ simulated_user: 2, judge: 1 }), 'simulated user 2, judge 1'));
