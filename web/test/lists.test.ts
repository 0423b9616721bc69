import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyQuery, filterChoices } from '../src/model/filter';
import { answer, isSpoiled, verdictWords, worstFirst } from '../src/model/outcome';
import { shortPaths } from '../src/model/paths';
import { noticesOf } from '../src/model/notices';
import { step } from '../src/model/step';
import { heightAbove, visibleRange } from '../src/model/window';
import { facts, readSample } from './sample';

const NOTHING_SPOKEN = new Map<string, string>();
const ids = (scenarios: readonly { id: string }[]) => scenarios.map((one) => one.id);

test('the worst comes first, equals stay as in the suite', () => {
  const scenarios = [
    facts({ id: 'p1' }),
    facts({ id: 'i', outcome: 'inconclusive' }),
    facts({ id: 'f1', outcome: 'failed' }),
    facts({ id: 'n', outcome: 'not_run' }),
    facts({ id: 'e', outcome: 'error' }),
    facts({ id: 'f2', outcome: 'failed' }),
  ];
  assert.deepEqual(ids(worstFirst(scenarios)), ['f1', 'f2', 'e', 'i', 'n', 'p1']);
  assert.deepEqual(ids(scenarios)[0], 'p1');
});

test('filters count what they keep', () => {
  const { scenarios } = readSample();
  for (const choice of filterChoices(scenarios)) {
    assert.equal(applyQuery(scenarios, { filter: choice.key, search: '' }, NOTHING_SPOKEN).length, choice.count, choice.key);
  }
  assert.deepEqual(ids(applyQuery(scenarios, { filter: 'inconclusive', search: '' }, NOTHING_SPOKEN)), ['customer changes the subject twice']);
});

test('search takes every word, from facts and from what was said', () => {
  const scenarios = [facts({ id: 'Refund', matrix: { persona: 'rude' } }), facts({ id: 'Login', file: '/x/auth.yaml', line: 12 })];
  const spoken = new Map([['Login', 'my blender smokes']]);
  const find = (search: string) => ids(applyQuery(scenarios, { filter: 'all', search }, spoken));
  assert.deepEqual(find('refund RUDE'), ['Refund']);
  assert.deepEqual(find('auth.yaml:12'), ['Login']);
  assert.deepEqual(find('login smokes'), ['Login']);
  assert.deepEqual(find('refund smokes'), []);
  assert.deepEqual(find('  '), ['Refund', 'Login']);
});

test('the answer names every outcome that occurred', () => {
  const run = { ...readSample(), scenarios: [] };
  const { passed, rest } = answer(run);
  assert.equal([passed, ...rest.map((one) => one.text)].join(', '), '5 of 14 passed, 4 failed, 3 error, 1 inconclusive, 1 not run');
});

test('a verdict names the party at fault, but not for a pass', () => {
  const error = { party: 'simulated_user', message: 'left' };
  assert.equal(verdictWords(facts({ outcome: 'error', error })), 'Error, simulated user at fault');
  assert.equal(verdictWords(facts({ outcome: 'failed' })), 'Failed');
  assert.equal(verdictWords(facts({ outcome: 'passed', error })), 'Passed');
});

test('a run is spoiled when it did not pass because of somebody else than the agent', () => {
  assert.equal(isSpoiled(facts({ outcome: 'failed', fault: { party: 'simulated_user' } })), true);
  assert.equal(isSpoiled(facts({ outcome: 'error', fault: { party: 'provider' } })), true);
  assert.equal(isSpoiled(facts({ outcome: 'failed', fault: { party: 'agent' } })), false);
  assert.equal(isSpoiled(facts({ outcome: 'failed' })), false);
  assert.equal(isSpoiled(facts({ outcome: 'passed', fault: { party: 'judge' } })), false);
});

test('paths lose the folders that all files share, but one', () => {
  const short = shortPaths(['/srv/desk/suites/a.yaml', '/srv/desk/suites/deep/b.yaml', null]);
  assert.deepEqual([...short.values()], ['suites/a.yaml', 'suites/deep/b.yaml']);
  assert.equal(shortPaths(['/a/b/c.yaml']).get('/a/b/c.yaml'), 'b/c.yaml');
  assert.equal(shortPaths(['c.yaml']).get('c.yaml'), 'c.yaml');
  assert.equal(shortPaths([null]).size, 0);
});

test('steps stop at the ends and skip what is not wanted', () => {
  const even = (index: number) => index % 2 === 0;
  const any = () => true;
  assert.deepEqual([step(5, -1, 1, any), step(5, -1, -1, any), step(5, 4, 1, any), step(5, 0, -1, any)], [0, 4, 4, 0]);
  assert.deepEqual([step(5, 0, 1, even), step(5, 3, 1, even), step(5, 4, 1, even), step(0, -1, 1, any)], [2, 4, 4, -1]);
});

test('a window draws the rows in view and keeps the height of all', () => {
  const height = (index: number) => (index % 2 === 0 ? 20 : 40);
  for (const top of [0, 500, 14_000, 29_000, 90_000]) {
    const range = visibleRange(1000, { top, height: 900 }, height);
    let drawn = 0;
    for (let index = range.from; index < range.to; index++) drawn += height(index);
    assert.equal(range.before + drawn + range.after, 30_000);
    assert.equal(range.before, heightAbove(range.from, height));
    assert.ok(range.to - range.from < 60, `${range.to - range.from} rows`);
    if (top < 30_000) assert.ok(range.before <= top && range.before + drawn >= Math.min(30_000, top + 900));
  }
  assert.deepEqual(visibleRange(0, { top: 0, height: 900 }, height), { from: 0, to: 0, before: 0, after: 0 });
});

test('a notice of many scenarios stands once, the most frequent first', () => {
  const notices = noticesOf([
    { id: 'a', notices: ['once'] },
    { id: 'b', notices: ['often', 'often'] },
    { id: 'c', notices: ['often'] },
    { id: 'd', notices: null },
  ]);
  assert.deepEqual(notices, [{ text: 'often', first: 'b', runs: 2 }, { text: 'once', first: 'a', runs: 1 }]);
});
