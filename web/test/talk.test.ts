import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Call, type CallState, type Socket, type Surroundings } from '../src/talk/call';
import { EMPTY, follow, heardAfter, type CallEvent, type Conversation } from '../src/talk/conversation';
import { floatsOf, Framer } from '../src/talk/frames';
import { AnswerLatency } from '../src/talk/latency';
import { Playback, type PlaybackReport } from '../src/talk/playback';
import { microphoneProblem, refusalProblem } from '../src/talk/problem';
import { Resampler } from '../src/talk/resampler';

const tone = (hz: number, rate: number, seconds: number): Float32Array => Float32Array.from({ length: rate * seconds }, (_, i) => Math.sin((2 * Math.PI * hz * i) / rate));
const rms = (samples: Float32Array): number => Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);

test('a tone keeps pitch and level at another rate, however it is cut', () => {
  for (const [from, to] of [[48000, 16000], [44100, 16000], [24000, 44100], [24000, 48000], [16000, 16000]] as const) {
    const input = tone(440, from, 1);
    const whole = new Resampler(from, to).feed(input);
    const pieces = new Resampler(from, to);
    const cut: number[] = [];
    for (let at = 0; at < input.length; at += 128) cut.push(...pieces.feed(input.slice(at, at + 128)));
    assert.ok(Math.abs(whole.length - to) < to / 100, `${from} to ${to}: ${whole.length}`);
    const middle = whole.slice(1000, whole.length - 1000);
    const wanted = tone(440, to, 1).slice(1000, whole.length - 1000);
    assert.ok(rms(middle.map((sample, i) => sample - wanted[i]!)) < 0.01, `${from} to ${to}`);
    assert.deepEqual(cut.slice(0, 5000), [...whole.slice(0, 5000)]);
  }
});

test('what a lower rate cannot hold is taken out and does not come back as another tone', () => {
  assert.ok(rms(new Resampler(48000, 16000).feed(tone(11000, 48000, 1)).slice(1000, 14000)) < 0.005);
});

test('frames are of one size and say how loud they are; loud samples are clipped', () => {
  const frames: { pcm: Int16Array; rms: number }[] = [];
  const framer = new Framer(4, (pcm, loudness) => frames.push({ pcm, rms: loudness }));
  framer.feed(Float32Array.of(0, 0.5, -0.5));
  assert.equal(frames.length, 0);
  framer.feed(Float32Array.of(2, -2));
  assert.deepEqual([...frames[0]!.pcm], [0, 16384, -16384, 32767]);
  assert.ok(Math.abs(frames[0]!.rms - Math.sqrt(1.5 / 4)) < 1e-6);
  assert.deepEqual([...floatsOf(Int16Array.of(16384, -32768).buffer)], [0.5, -1]);
});

function player(cushion = 8) {
  const reports: PlaybackReport[] = [];
  const playback = new Playback(cushion, 100, (report) => reports.push(report));
  const block = () => {
    const output = new Float32Array(4);
    playback.render(output);
    return [...output];
  };
  return { playback, block, reports };
}

test('playing waits for its cushion, and what is shorter is played all the same', () => {
  const { playback, block } = player();
  playback.push(1, Float32Array.of(0.1, 0.2, 0.3));
  assert.deepEqual(block(), [0, 0, 0, 0]);
  playback.push(1, new Float32Array(5).fill(0.5));
  assert.notDeepEqual(block(), [0, 0, 0, 0]);
  const short = player();
  short.playback.push(1, Float32Array.of(0.5));
  assert.deepEqual([short.block(), short.block(), short.block()].map((block) => block[0]), [0, 0, 0.5]);
});

test('an interruption silences it at once and tells what was played', () => {
  const { playback, block, reports } = player(4);
  playback.push(3, new Float32Array(40).fill(0.5));
  block();
  block();
  playback.flush();
  assert.deepEqual(block(), [0, 0, 0, 0]);
  assert.ok(playback.idle);
  assert.deepEqual(reports, [{ kind: 'sounded', turn: 3, at: 0 }, { kind: 'played', turn: 3, samples: 8 }]);
});

test('the first sound of each turn is told, silence before it left out', () => {
  const { playback, block, reports } = player(4);
  playback.push(1, new Float32Array(4).fill(0.5));
  playback.push(2, Float32Array.of(0, 0, 0.5, 0.5));
  block();
  block();
  assert.deepEqual(reports.filter(({ kind }) => kind === 'sounded'), [{ kind: 'sounded', turn: 1, at: 0 }, { kind: 'sounded', turn: 2, at: 6 }]);
  assert.deepEqual(reports.filter(({ kind }) => kind === 'played'), [{ kind: 'played', turn: 1, samples: 4 }, { kind: 'played', turn: 2, samples: 4 }]);
});

test('latency runs from the end of the voice to the first sound, noise apart', () => {
  const latency = new AnswerLatency();
  for (let i = 0; i < 100; i++) latency.frame(0.004, i * 0.02);
  for (let i = 100; i < 150; i++) latency.frame(0.1, i * 0.02);
  for (let i = 150; i < 170; i++) latency.frame(0.005, i * 0.02);
  assert.equal(latency.sounded(3.3), null, 'the gateway has not heard an end');
  latency.stopped();
  assert.equal(latency.sounded(3.9), 920);
  assert.equal(latency.sounded(4.5), null, 'the same voice is answered once');
});

const tell = (...events: CallEvent[]): Conversation => events.reduce(follow, EMPTY);

test('both sides stand in the captions: partial, final, and sentence after sentence', () => {
  let now = tell({ type: 'user.speech_started' }, { type: 'transcript.partial', text: 'where is' });
  assert.equal(now.partial, 'where is');
  now = [
    { type: 'transcript.final', text: 'Where is it?' },
    { type: 'turn.started', turn: 1 },
    { type: 'agent.text', turn: 1, text: 'One moment.' },
    { type: 'agent.text', turn: 1, text: 'It is on its way.' },
  ].reduce(follow, now);
  assert.equal(now.partial, null);
  assert.deepEqual(heardAfter(now, 1, 740).lines, [
    { who: 'user', text: 'Where is it?' },
    { who: 'agent', turn: 1, text: 'One moment. It is on its way.', heardAfterMs: 740 },
  ]);
});

test('an interruption leaves what was heard; one that is taken back gives the rest back', () => {
  const cut = tell({ type: 'agent.text', turn: 1, text: 'It is on its way to you.' }, { type: 'barge_in', turn: 1, heard_ms: 400, heard_text: 'It is' });
  assert.deepEqual([cut.lines[0]?.text, cut.lines[0]?.interrupted], ['It is', true]);
  const ended = follow(cut, { type: 'turn.ended', turn: 1, interrupted: true, text: 'It is', latency_ms: { asr: 90 } });
  assert.deepEqual(ended.lines[0], { who: 'agent', turn: 1, text: 'It is', interrupted: true, stages: { asr: 90 } });
  const back = follow(cut, { type: 'barge_in.resumed', turn: 1 });
  assert.deepEqual([back.lines[0]?.text, back.lines[0]?.interrupted], ['It is on its way to you.', undefined]);
});

test('tools, errors, notices and the end of the call are told in words', () => {
  const now = tell(
    { type: 'call.started', notices: [{ code: 'locale_fallback', message: 'it is en-US' }] },
    { type: 'tool.call', id: '1', name: 'order_status' },
    { type: 'tool.result', id: '1', ok: false, latency_ms: 120 },
    { type: 'error', code: 'asr', message: 'timeout', fatal: false },
    { type: 'unheard.of' },
    { type: 'call.ended', reason: 'expired' },
  );
  assert.deepEqual(now.lines.map(({ who, failed }) => [who, failed ?? false]), [['note', false], ['tool', true], ['note', true], ['note', false]]);
});

test('what keeps somebody from talking is said with what to do', () => {
  const named = (name: string) => Object.assign(new Error('x'), { name });
  assert.match(microphoneProblem(named('NotAllowedError')).text, /Allow it/);
  assert.match(microphoneProblem(named('NotFoundError')).text, /no microphone/);
  assert.match(microphoneProblem(named('NotReadableError')).text, /in use/);
  assert.match(microphoneProblem('?').text, /cannot be used/);
  assert.equal(refusalProblem(401, '', null, false).token, true);
  assert.match(refusalProblem(401, '', null, true).text, /does not take this token/);
  assert.equal(refusalProblem(503, 'all lines are busy', '5', false).text, 'All lines are busy. Try again in 5 s.');
  assert.match(refusalProblem(429, '', null, false).text, /Too many calls/);
});

class FakeSocket implements Socket {
  binaryType = '';
  bufferedAmount = 0;
  readyState = 1;
  onopen = null;
  onmessage: Socket['onmessage'] = null;
  onclose: Socket['onclose'] = null;
  sent: unknown[] = [];
  constructor(readonly url: string) {}
  send(data: unknown) {
    this.sent.push(data);
  }
  close() {
    this.onclose?.({ code: 1005 });
  }
  say(event: object) {
    this.onmessage?.({ data: JSON.stringify(event) });
  }
}

/** A world with a clock of its own. `statuses` are what the gateway answers, one after the other. */
function world(statuses: (number | 'gone')[] = []) {
  const sockets: FakeSocket[] = [];
  const asked: { url: string; token: string | undefined }[] = [];
  const alarms: { at: number; action: () => void }[] = [];
  const states: [CallState, string][] = [];
  let now = 0;
  const around: Surroundings = {
    base: 'https://gateway.example/voice/',
    async fetch(url, { headers }) {
      asked.push({ url, token: headers.Authorization });
      const status = statuses.shift() ?? 200;
      if (status === 'gone') throw new TypeError('failed');
      const body = status === 200 ? { address: `ws/call${new URL(url).search}&signature=x` } : { error: { message: 'no' } };
      return { status, headers: { get: () => null }, text: async () => JSON.stringify(body) };
    },
    open(url) {
      const socket = new FakeSocket(url);
      sockets.push(socket);
      return socket;
    },
    after: (ms, action) => void alarms.push({ at: now + ms, action }),
    now: () => now,
  };
  const settle = async () => {
    for (let i = 0; i < 10; i++) await Promise.resolve();
  };
  const pass = async (ms: number) => {
    for (const end = now + ms; ; ) {
      await settle();
      const next = alarms.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) {
        now = end;
        return;
      }
      now = next.at;
      alarms.splice(alarms.indexOf(next), 1);
      next.action();
    }
  };
  const events: CallEvent[] = [];
  const call = new Call({ callerId: 'me', locale: 'en-US', token: 'sesame' }, around, { state: (state, problem) => states.push([state, problem?.text ?? '']), event: (event) => events.push(event), audio: () => {} });
  return { call, events, sockets, asked, states, settle, pass };
}

test('a call asks for its address with the token, and opens it beside the page', async () => {
  const { call, sockets, asked, settle } = world();
  await settle();
  assert.deepEqual(asked, [{ url: 'https://gateway.example/voice/ws/call/address?caller_id=me&locale=en-US&events=1', token: 'Bearer sesame' }]);
  assert.equal(sockets[0]!.url, 'wss://gateway.example/voice/ws/call?caller_id=me&locale=en-US&events=1&signature=x');
  call.tell({ type: 'dtmf', digits: '1' });
  assert.deepEqual(sockets[0]!.sent, [], 'nothing is sent before the call has begun');
  sockets[0]!.say({ type: 'call.started' });
  call.tell({ type: 'dtmf', digits: '1' });
  assert.deepEqual(sockets[0]!.sent, ['{"type":"dtmf","digits":"1"}']);
});

test('audio that a slow connection does not take is dropped', async () => {
  const { call, sockets, settle } = world();
  await settle();
  sockets[0]!.say({ type: 'call.started' });
  sockets[0]!.bufferedAmount = 100_000;
  call.sendAudio(new ArrayBuffer(640));
  assert.deepEqual(sockets[0]!.sent, []);
});

test('a connection that closes is given nothing more', async () => {
  const { call, sockets, settle } = world();
  await settle();
  sockets[0]!.say({ type: 'call.started' });
  sockets[0]!.readyState = 2;
  call.sendAudio(new ArrayBuffer(640));
  call.tell({ type: 'text' });
  assert.deepEqual(sockets[0]!.sent, []);
});

test('a broken connection is taken up again with the token of the call', async () => {
  const { sockets, asked, states, pass } = world([200, 'gone', 200]);
  await pass(0);
  sockets[0]!.say({ type: 'call.started', resume: 'r1' });
  sockets[0]!.onclose?.({ code: 1006 });
  assert.equal(states.at(-1)![0], 'reconnecting');
  await pass(1_000);
  assert.equal(asked.length, 3, 'the first new try failed');
  assert.match(asked[2]!.url, /resume=r1/);
  sockets[1]!.say({ type: 'call.started', resume: 'r2' });
  assert.equal(states.at(-1)![0], 'talking');
});

test('after a minute it is given up', async () => {
  const { sockets, states, pass } = world([200, ...Array<'gone'>(100).fill('gone')]);
  await pass(0);
  sockets[0]!.say({ type: 'call.started', resume: 'r1' });
  sockets[0]!.onclose?.({ code: 1006 });
  await pass(55_000);
  assert.equal(states.at(-1)![0], 'reconnecting');
  await pass(10_000);
  assert.equal(states.at(-1)![0], 'ended');
});

test('without a token of the call a broken connection is its end', async () => {
  const { sockets, states, settle } = world();
  await settle();
  sockets[0]!.say({ type: 'call.started' });
  sockets[0]!.onclose?.({ code: 1006 });
  assert.deepEqual(states.at(-1), ['ended', 'The connection was lost.']);
});

test('hanging up is told, and waits no longer than a second for the goodbye', async () => {
  const { call, events, sockets, states, pass } = world();
  await pass(0);
  sockets[0]!.say({ type: 'call.started' });
  call.hangUp();
  assert.deepEqual(sockets[0]!.sent, ['{"type":"hangup"}']);
  await pass(1_100);
  assert.deepEqual(states.at(-1), ['ended', '']);
  assert.deepEqual(events.at(-1), { type: 'call.ended', reason: 'caller_hangup' }, 'the captions say so all the same');
});

test('a refusal ends the call with its reason', async () => {
  const { states, settle } = world([503]);
  await settle();
  assert.deepEqual(states.at(-1), ['ended', 'No. Try again soon.']);
});
