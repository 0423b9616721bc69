import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readOgg, toCaf } from '../src/data/ogg';
import type { Scenario } from '../src/data/result';
import { greetingOf, layOut, messageAt, overlaps, spokenAt, startOf, turnAt, type CallLayout } from '../src/model/call';
import { conversationRows } from '../src/model/conversation';
import { bracketPath, place, spanPath, spread, timeAt, touching, visibleSpans, type Axis } from '../src/model/lane-paths';
import { measureRows } from '../src/model/measures';
import { readPeaks, wavePath } from '../src/model/peaks';
import { problemNumbers } from '../src/model/problems';
import { spokenRows } from '../src/model/spoken-rows';
import { callPaths } from '../src/model/strip';
import { firstView, moved, showing, tickLabel, ticks, whole, zoomed } from '../src/model/view';
import { pace, wordsOf } from '../src/model/words';
import { SPOKEN, spokenReport } from './spoken.mjs';
import { readSample } from './sample';

const scenarios = spokenReport(readSample()).result.scenarios as unknown as Scenario[];
const scenario = scenarios.find((one) => one.id === SPOKEN)!;
const numbers = problemNumbers(scenario);

function layout(changes: Partial<Scenario> = {}): CallLayout {
  return layOut({ ...scenario, ...changes }, scenario.voice!, numbers);
}

test('a call is laid out in its own time, with what became of every turn', () => {
  const call = layout();
  assert.equal(call.began, 0.5);
  assert.deepEqual(call.turns.map((turn) => [turn.side, turn.start, turn.notes.join()]), [
    ['agent', 0.5, ''],
    ['user', 2.5, 'answered after 1.00\u00a0s'],
    ['agent', 5, 'cut off'],
    ['user', 7, 'overlapped after 1.50\u00a0s'],
    ['agent', 10, ''],
    ['user', 13, 'silent'],
    ['user', 15, 'held'],
  ]); // what was never sent is not there
  assert.deepEqual(call.brackets.map(({ from, to }) => [from, to]), [[4, 5], [8.5, 10]]);
  assert.deepEqual(call.fates.map(({ time, text, tone }) => [time, text, tone]), [[13.6, 'silent', 'caution'], [16, 'held', 'fail']]);
  assert.deepEqual(call.both, [[7, 8.5]]);
  assert.deepEqual(call.tools.map(({ start, end, text }) => [start, end, text]), [[5.2, 6.1, '{"day":"Tuesday"} → ["9:15"]']]);
  assert.deepEqual(call.problems.map(({ time, number }) => [time, number]), [[7, 1], [16, null]]);
  const times = call.happenings.map(({ time }) => time);
  assert.deepEqual(times, [...times].sort((a, b) => a - b));
});

test('what a check allows is the limit of a stop; without one it is two seconds', () => {
  assert.deepEqual(layout().stops.map(({ from, to, limit, over }) => [from, to, limit, over]), [[7, 9.6, 7.8, true]]);
  assert.equal(layout({ checks: [] }).stops[0]?.limit, 9);
});

test('answers that took longer than a check allows are told apart, and the longest is its problem', () => {
  const check = { kind: 'latency', passed: false, expected: { max: 1.2, p95: 9 }, where: { message: null, time_s: null }, sentence: 'too slow' };
  const call = layout({ checks: [check] });
  assert.deepEqual(call.brackets.map(({ over }) => over), [false, true]);
  assert.deepEqual(call.problems.map(({ time, text }) => [time, text]), [[10, 'too slow']]);
  assert.deepEqual(layout().brackets.map(({ over }) => over), [false, false]);
});

test('a call in which nothing happened is laid out, too', () => {
  const empty = { call: { duration_s: 0, utterances: [], turns: [], user_voiced: [], agent_voiced: [] }, measures: { user_turns: [], agent_turns: [] } };
  const call = layOut({ ...scenario, checks: null, criteria: null, timings: null }, empty, new Map());
  assert.deepEqual([call.duration, call.began, call.happenings.length], [0.1, 0, 0]);
  assert.deepEqual([greetingOf(call.turns), greetingOf(layout().turns)], [null, 0.5]);
  assert.ok(ticks(whole(call.duration), 1000).length > 0);
});

test('what a wait was made of stands with it', () => {
  const voice = structuredClone(scenario.voice!);
  voice.measures.user_turns[0]!.parts = { hold_s: 0.3, model_s: 0.5, continuation_s: 0, synthesis_s: 0.2 };
  const turn = layOut(scenario, voice, numbers).turns[1];
  assert.deepEqual(turn?.notes, ['answered after 1.00\u00a0s (hold 0.30\u00a0s, model 0.50\u00a0s, synthesis 0.20\u00a0s)']);
});

test('a cut-in far from when it was meant, or that never came, says so', () => {
  const voice = structuredClone(scenario.voice!);
  voice.call.interruptions = [
    { utterance: 1, outcome: 'fired_after_speech', intended_s: 6.5, achieved_s: 7, native: true },
    { utterance: 1, outcome: 'turn_was_over', intended_s: 9 },
  ];
  const texts = layOut(scenario, voice, numbers).marks.map(({ text, tone }) => `${text} (${tone})`);
  assert.deepEqual(texts.slice(0, 2), ['cut-in by signal, meant 0.50\u00a0s earlier (caution)', 'no cut-in: turn was over (caution)']);
});

test('a time finds its turn, its message and its words', () => {
  const { turns } = layout();
  assert.equal(turnAt(turns, 0.2), null);
  assert.equal(messageAt(turns, 0.2), null);
  assert.deepEqual([0.5, 3, 6.9, 7, 12.5].map((time) => messageAt(turns, time)), [0, 1, 2, 3, 4]);
  assert.deepEqual([startOf(turns, 4), startOf(turns, 99)], [10, null]);
  assert.equal(spokenAt(turns, 0.2), 'nobody has spoken yet');
  assert.match(spokenAt(turns, 5.5), /^agent, cut off: On Tuesday/);
  assert.equal(spokenAt(turns, 12.5), 'silence after the agent: Thursday it is.');
});

test('rows of a call stand at the time they were heard and tell how long the user waited', () => {
  const rows = spokenRows(conversationRows(scenario.messages ?? [], scenario.timings ?? []), layout());
  assert.deepEqual(rows.map((row) => [row.time, row.after]), [[0.5, null], [2.5, null], [5, 1], [7, null], [10, 1.5], [13, null], [15, null]]);
  assert.deepEqual(rows.map((row) => (row.kind === 'speech' ? row.tags?.join() : '')), ['', '', 'cut off', 'cut-in', '', 'keys', '']);
});

test('words said over the other side are told apart, and those that nobody heard', () => {
  const rows = spokenRows(conversationRows(scenario.messages ?? [], scenario.timings ?? []), layout());
  const pieces = rows.map((row) => (row.kind === 'speech' ? (row.pieces ?? []) : []));
  assert.deepEqual(pieces[1], []); // heard alone
  assert.deepEqual(pieces[3]?.map(({ heard }) => heard), ['over']);
  assert.deepEqual(pieces[2]?.map(({ heard }) => heard), ['alone', 'over', 'alone', 'not']);
  assert.equal(pieces[2]?.map(({ text }) => text).join(''), rows[2]?.kind === 'speech' && rows[2].text);
});

test('overlaps are the intersections of both sides', () => {
  assert.deepEqual(overlaps([[0, 2], [3, 5]], [[1, 4], [4.5, 9]]), [[1, 2], [3, 4], [4.5, 5]]);
  assert.deepEqual(overlaps([[0, 1]], [[1, 2]]), []);
});

test('words are spread over what was voiced, of a turn that was cut off only those that were heard', () => {
  const { turns } = layout();
  const words = wordsOf(turns[1]!, 1);
  assert.deepEqual(words.map((word) => word.text), ['I', 'need', '<b>Tuesday</b>,', 'please.']);
  assert.equal(words[0]?.start, 2.5);
  assert.ok(words.every((word, at) => word.start < word.end && (at === 0 || word.start >= (words[at - 1]?.end ?? 0) - 1e-9)));
  const cut = wordsOf(turns[2]!, 10); // 4.4 s of voice at 10 letters a second
  assert.equal(cut.at(-1)?.text, 'forty,');
  assert.ok(cut.every((word) => word.start < 6.8 || word.start >= 7), 'no word begins in the pause');
  assert.equal(pace([], 'agent'), 15);
  assert.deepEqual(wordsOf(turns[5]!, 10), []);
});

test('the view stays within the call, and zooming keeps the place under the pointer', () => {
  assert.deepEqual(firstView(10, 1000, 5), { from: 0, to: 10 });
  const view = firstView(3600, 1000, 1800);
  assert.deepEqual([view.to - view.from, view.from], [25, 1793.75]);
  const closer = zoomed(view, 5, 1800, 3600);
  assert.equal(closer.to - closer.from, 5);
  assert.ok(Math.abs((1800 - closer.from) / 5 - (1800 - view.from) / 25) < 1e-9);
  assert.deepEqual(zoomed(view, 1e-9, 1800, 3600), whole(3600));
  assert.equal(zoomed(view, 1e9, 1800, 3600).to - zoomed(view, 1e9, 1800, 3600).from, 0.5);
  assert.deepEqual(moved(view, -1e6, 3600), { from: 0, to: 25 });
  assert.deepEqual(moved(view, 1e6, 3600), { from: 3575, to: 3600 });
  assert.equal(showing(view, 1800, 3600), view);
  assert.deepEqual(showing(view, 100, 3600), { from: 93.75, to: 118.75 });
  assert.deepEqual(zoomed({ from: 0, to: 0.1 }, 2, 0, 0.1), { from: 0, to: 0.1 });
});

test('the ruler has round times that never crowd', () => {
  for (const span of [0.5, 7, 45, 600, 3600, 40_000]) {
    const times = ticks({ from: span / 3, to: span / 3 + span }, 1000);
    assert.ok(times.length >= 2 && times.length <= 15, `${times.length} over ${span} s`);
  }
  assert.deepEqual([tickLabel(7, 1), tickLabel(7.5, 0.5), tickLabel(65, 5), tickLabel(65.5, 0.5), tickLabel(3725, 60)], ['7', '7.5', '1:05', '1:05.5', '1:02:05']);
});

const axis: Axis = { view: { from: 10, to: 20 }, left: 100, width: 1000 };

test('pixels and seconds are each other’s inverse', () => {
  assert.equal(place(axis, 12.5), 350);
  assert.equal(timeAt(axis, 350), 12.5);
});

test('spans are clipped to the view and merged under a pixel', () => {
  assert.deepEqual(visibleSpans([[0, 5], [9, 11], [12, 13], [13.005, 14], [19, 30], [40, 50]], axis), [[100, 200], [300, 500], [1000, 1100]]);
  assert.equal(spanPath([[12, 13]], axis, 5, 3), 'M300.0 5H400.0V8H300.0z');
  const thousands = Array.from({ length: 9000 }, (_, at): [number, number] => [at * 0.4, at * 0.4 + 0.3]);
  assert.ok(visibleSpans(thousands, { view: { from: 0, to: 3600 }, left: 0, width: 1000 }).length <= 1000);
});

test('brackets that reach into the view are drawn, labels only where there is room', () => {
  const brackets = [[9, 11, 'a'], [12, 13, 'b'], [15, 14.5, 'c'], [30, 31, 'd']].map(([from, to, label]) => ({ from: Number(from), to: Number(to), label: String(label), over: false }));
  assert.deepEqual(touching(brackets, axis, 1).map((one) => one.label), ['a', 'b', 'c']);
  assert.equal(bracketPath(brackets, axis, 1, 2, 3), 'M0.0 1V2H200.0V3M300.0 1V2H400.0V3M600.0 1V2H550.0V3');
  assert.deepEqual(spread(brackets, axis, (one) => one.from, 400).map((one) => one.label), ['b']);
});

test('a wave is drawn from the level that fits, and no louder for that', () => {
  const steps = 360_000;
  const bytes = new Int8Array(steps * 4);
  bytes.set([-100, 100], 2 * 123_456);
  bytes.set([-50, 60], steps * 2 + 2 * 7);
  const peaks = readPeaks(bytes, 0.01);
  assert.equal(peaks.loudest, 100);
  const drawn = { from: 0, to: 3600, left: 0, right: 1000, middle: 50, height: 40 };
  const path = wavePath(peaks.user, peaks, drawn);
  assert.ok(path.length < 30_000);
  assert.match(path, / 10\.0L/); // the one loud step is seen from afar
  assert.match(wavePath(peaks.agent, peaks, { ...drawn, to: 1 }), / 26\.0L/);
  assert.equal(wavePath(peaks.user, peaks, { ...drawn, right: 0 }), '');
  assert.doesNotMatch(wavePath(peaks.user, peaks, { ...drawn, from: 3590, to: 3700 }), /NaN/);
});

test('the strip of a call is drawn in time', () => {
  const paths = callPaths({ duration_s: 10, user: [[0, 1]], agent: [[5, 10]], failed_s: 5 }, { scale: 20, width: 200, height: 14 });
  assert.deepEqual([paths.width, paths.failed, paths.user.slice(0, 10)], [100, 50, 'M0.0 1h10.']);
});

test('what measures mean comes from docs/metrics.md', () => {
  const figures = { 'new/1 x_s': { value: 0.5, n: 3 }, overlap_s: null, under_runs: { value: 1234, n: 9 }, agent_loudness_lufs: { value: -23.04, n: 2 }, agent_keys: { value: 2, n: 2 } };
  const peers = { 'livekit/2026-08 heard_e2e_latency_p95_ms': { value: 1250, n: 4 }, 'tau-voice/1.0 yield_rate': { value: 1, n: 1 }, 'tau-voice/1.0 yield_latency_s': { value: -0.5, n: 1 } };
  const rows = measureRows({ figures: { ...peers, ...figures } });
  assert.deepEqual(rows.ours.map(({ name, value, n }) => [name, value, n]), [
    ['Both speaking', null, null],
    ['Under-runs', '1\u202f234', 9],
    ['Agent loudness', '−23.0\u00a0LUFS', 2],
    ['Agent keys', '2', 2],
  ]);
  assert.deepEqual(rows.peers.map(({ name, value }) => [name, value]), [
    ['tau-voice/1.0 yield latency', '−0.50\u00a0s'],
    ['tau-voice/1.0 yield rate', '1.00'],
    ['livekit/2026-08 heard E2E latency p95', '1.25\u00a0s'],
    ['new/1 x', '0.50\u00a0s'],
  ]);
  const unknown = [...rows.ours, ...rows.peers].filter(({ says }) => says === '').map(({ key }) => key);
  assert.deepEqual(unknown, ['new/1 x_s']);
  assert.match(rows.ours[0]?.says ?? '', /^seconds in which both are voiced/);
});

/** An Ogg page with packets of these sizes. */
function oggPage(sizes: number[], granule: number, fill: number[] = []): number[] {
  const lacing = sizes.flatMap((size) => [...new Array<number>(Math.floor(size / 255)).fill(255), size % 255]);
  const number = new DataView(new ArrayBuffer(8));
  number.setBigUint64(0, BigInt(granule), true);
  const body = sizes.flatMap((size) => Array.from({ length: size }, (_, at) => fill[at] ?? size % 251));
  return [0x4f, 0x67, 0x67, 0x53, 0, 0, ...new Uint8Array(number.buffer), ...new Array<number>(12).fill(0), lacing.length, ...lacing, ...body];
}

test('Opus comes out of Ogg and into CAF packet by packet', () => {
  const head = [...'OpusHead'].map((letter) => letter.charCodeAt(0)).concat([1, 2, 56, 1, 0, 0, 0, 0, 0, 0, 0]);
  const ogg = Uint8Array.from([...oggPage([19], 0, head), ...oggPage([16], 0), ...oggPage([180, 300, 255], 6000)]);
  const opus = readOgg(ogg);
  assert.deepEqual([opus.channels, opus.skipped, opus.length, opus.packets.map((packet) => packet.length)], [2, 312, 6000, [180, 300, 255]]);
  const caf = toCaf(ogg);
  const text = Buffer.from(caf).toString('latin1');
  assert.ok(text.startsWith('caff'));
  const table = text.indexOf('pakt') + 12;
  const data = new DataView(caf.buffer);
  assert.deepEqual([data.getBigInt64(table), data.getBigInt64(table + 8), data.getInt32(table + 16), data.getInt32(table + 20)], [3n, 5688n, 312, 2640]);
  assert.deepEqual([...caf.subarray(table + 24, table + 30)], [0x81, 52, 0x82, 44, 0x81, 127]);
  assert.equal(data.getBigInt64(text.indexOf('data') + 4), BigInt(4 + 180 + 300 + 255));
  assert.equal(caf.length, text.indexOf('data') + 12 + 4 + 735);
  assert.throws(() => readOgg(new Uint8Array(40)), /no Ogg/);
  assert.throws(() => readOgg(Uint8Array.from(oggPage([3], 0))), /cut off/);
});
