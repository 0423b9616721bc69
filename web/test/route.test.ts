import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_QUERY, parseRoute, runHash, scenarioHash } from '../src/model/route';

test('addresses come back as what they were made from', () => {
  const query = { filter: 'failed', search: 'a & b = c' };
  for (const id of ['plain', 'booking:41', 'every locale, en-US [persona=polite] row 1 #2', 'a/b?c#d%', '日本語', '..']) {
    for (const message of [null, 0, 12]) {
      assert.deepEqual(parseRoute(scenarioHash(id, message, query)), { page: 'scenario', id, message, time: null, query });
    }
    assert.deepEqual(parseRoute(scenarioHash(id, null, query, 14.3)), { page: 'scenario', id, message: null, time: 14.3, query });
  }
  assert.deepEqual(parseRoute(runHash(query)), { page: 'run', query });
});

test('no address is the run', () => {
  for (const hash of ['', '#', '#/', '#/run']) assert.deepEqual(parseRoute(hash), { page: 'run', query: NO_QUERY });
});

test('addresses that lead nowhere are told apart from scenarios', () => {
  for (const hash of ['#/nowhere', '#/s', '#/s/one/m', '#/s/one/m/x', '#/s/one/t/', '#/s/one/t/-1', '#/s/one/t/1e9', '#/s/%E0%A4%A', '#/run/427']) {
    assert.equal(parseRoute(hash).page, 'unknown', hash);
  }
});
