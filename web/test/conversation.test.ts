import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Check, Criterion, Message } from '../src/data/result';
import { conversationRows, laidOut, oneLine, textOf } from '../src/model/conversation';
import { summarize } from '../src/model/latency';
import { orderedChecks, orderedCriteria, problemNumbers } from '../src/model/problems';
import { bins, niceCeiling } from '../src/model/scale';
import { firstSentence } from '../src/model/sentence';
import { spokenLength, stripPaths } from '../src/model/strip';
import { readSample } from './sample';

function call(id: string, name: string): NonNullable<Message['tool_calls']>[number] {
  return { id, function: { name, arguments: '{"a": 1}' } };
}

test('the result of a tool stands on the row of its call', () => {
  const messages: Message[] = [
    { role: 'user', content: 'hi' },
    { role: 'assistant', content: null, tool_calls: [call('1', 'look'), call('2', 'book')] },
    { role: 'tool', tool_call_id: '2', content: 'booked' },
    { role: 'tool', tool_call_id: '1', content: 'found' },
    { role: 'assistant', content: 'done', tool_calls: [call('3', 'log')] },
    { role: 'tool', tool_call_id: 'lost', content: 'orphan' },
  ];
  const rows = conversationRows(messages, []);
  assert.deepEqual(
    rows.map((row) => [row.kind === 'tool' ? `${row.name}→${row.output}` : `${row.speaker}: ${row.text}`, row.indices]),
    [
      ['user: hi', [0]],
      ['look→found', [1, 3]],
      ['book→booked', [2]],
      ['agent: done', [4]],
      ['log→null', []],
      ['tool: orphan', [5]],
    ],
  );
});

test('every message of the sample has exactly one row', () => {
  for (const scenario of readSample().scenarios) {
    const rows = conversationRows(scenario.messages ?? [], scenario.timings ?? []);
    const shown = rows.flatMap((row) => row.indices).sort((a, b) => a - b);
    assert.deepEqual(shown, [...(scenario.messages ?? []).keys()], scenario.id);
    for (const row of rows) assert.ok(row.time !== null, `${scenario.id}: no time`);
  }
});

test('only the agent is timed', () => {
  const rows = conversationRows([{ role: 'user', content: 'a' }, { role: 'assistant', content: 'b' }], [
    { turn: 1, start_s: 0, end_s: 1 },
    { turn: 1, start_s: 1, end_s: 2.5 },
  ]);
  assert.deepEqual(rows.map((row) => [row.time, row.after]), [[1, null], [2.5, 1.5]]);
});

test('parts that are no text are named, not lost', () => {
  assert.equal(textOf({ role: 'user', content: [{ type: 'text', text: 'look:' }, { type: 'image_url' }] }), 'look:\n[image_url]');
  assert.equal(textOf({ role: 'assistant' }), '');
});

test('arguments that are no JSON stay readable', () => {
  assert.equal(oneLine('{ "a":\n 1 }'), '{"a":1}');
  assert.equal(oneLine('{"a":\n'), '{"a":');
  assert.equal(laidOut('{"a":1}'), '{\n  "a": 1\n}');
});

test('what went wrong comes first and is numbered in the order of the conversation', () => {
  const criteria: Criterion[] = [
    { criterion: 'met', status: 'passed', evidence: [0] },
    { criterion: 'not', status: 'failed', evidence: [7, 2] },
    { criterion: 'open', status: 'inconclusive', evidence: [4] },
  ];
  const checks: Check[] = [
    { kind: 'holds', passed: true, where: { message: 1, time_s: null } },
    { kind: 'open', passed: false, inconclusive: 'judge', where: { message: 9, time_s: null } },
    { kind: 'fails', passed: false, where: { message: 3, time_s: 1 } },
    { kind: 'whole', passed: false, where: { message: null, time_s: null } },
  ];
  assert.deepEqual(orderedCriteria(criteria).map((one) => one.criterion), ['not', 'open', 'met']);
  assert.deepEqual(orderedChecks(checks).map((one) => one.kind), ['fails', 'whole', 'open', 'holds']);
  assert.deepEqual([...problemNumbers({ criteria, checks })], [[3, 1], [7, 2]]);
});

test('percentiles are values that occurred, and agree with those of the sample', () => {
  assert.equal(summarize([]), null);
  assert.deepEqual(summarize([3, 1, 2, 4]), { n: 4, p50: 2, p95: 4, p99: 4, max: 4, average: 2.5 });
  for (const scenario of readSample().scenarios) {
    const ours = summarize(scenario.answer_s ?? []);
    const theirs = scenario.latency ?? null;
    assert.deepEqual(ours && [ours.n, ours.p50, ours.p95, ours.p99], theirs && [theirs.n, theirs.p50, theirs.p95, theirs.p99], scenario.id);
  }
});

test('strips stay inside their room and mark the message that failed', () => {
  const room = { scale: 100, width: 200, height: 14 };
  const short = stripPaths([['u', 50], ['t', 9000], ['a', 50]], 2, room);
  assert.ok(short.width > 190 && short.width <= 201, String(short.width));
  assert.ok(short.failed !== null && short.failed > 100 && short.failed < 200);
  const long = stripPaths(Array.from({ length: 4000 }, (_, at) => [at % 2 ? 'a' : 'u', 30]), 3999, room);
  assert.ok(long.width <= 201 && (long.failed ?? 999) <= 201);
  assert.equal(spokenLength([['u', 5], ['t', 9], ['s', 9], ['a', 6]]), 11);
});

test('axes end on round numbers and bins lose nothing', () => {
  assert.deepEqual([0, 0.07, 1.84, 2, 2.1, 4, 61].map(niceCeiling), [1, 0.1, 2, 2, 3, 5, 100]);
  assert.deepEqual(bins([0, 0.49, 0.5, 1, 1.2], 1, 2), [2, 3]);
});

test('a reason is cut after its first sentence', () => {
  assert.equal(firstSentence('Took 2.84 s. Then it hung up.'), 'Took 2.84 s.');
  assert.equal(firstSentence('Refused by 127.0.0.1:8099.'), 'Refused by 127.0.0.1:8099.');
  assert.equal(firstSentence('It said "Thank you. I have paid". Not met: a rule.'), 'It said "Thank you. I have paid".');
  assert.equal(firstSentence(null), '');
  assert.ok(firstSentence('word '.repeat(200)).length <= 181);
});
