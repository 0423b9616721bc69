import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { withStage } from './stage.mjs';

// Each is a whole conversation in real time: a browser, its microphone, our platform, a backend.

const QUESTION = 'Where is my parcel today?';
const ANSWER = 'Your parcel left our house on Monday morning.';
const LONG = 'One two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen.';

const answer = async (hook, stream) => {
  if (hook.type === 'session.start') stream.tts('Hello. How can I help?');
  else if (hook.type === 'data') stream.data({ echo: hook.data });
  else if (/long/.test(hook.text)) stream.tts(LONG);
  else stream.tts(ANSWER), stream.data({ order: 7, note: 'naïve \u2028 "quoted"' });
};
const ended = (count) => globalThis.seen.messages.filter((message) => message.type === 'response.end').length >= count;
const allGood = (stage) => {
  assert.ok(stage.hooks.length > 0);
  for (const hook of stage.hooks) assert.ok(hook.good, `the signature of ${hook.type} is not good`);
  assert.deepEqual(stage.complaints, []);
};

test('a sentence into the microphone is understood and answered, with the SDK\'s own voice detector', { timeout: 180_000 }, () =>
  withStage({ says: [9, QUESTION, 60], assets: true, answer }, async (stage) => {
    await stage.open();
    await stage.until(ended, 2);
    const seen = await stage.seen();
    const [message] = stage.messages();
    assert.match(message.text, /parcel/i);
    assert.equal(message.metadata.seat, 4);
    const of = (type) => seen.messages.filter((each) => each.type === type);
    assert.ok(of('vad_events').some(({ event }) => event === 'vad_start'), 'the detector of the SDK was at work');
    assert.match(of('user.transcript').at(-1).content, /parcel/i);
    assert.equal(of('turn.start').find(({ role }) => role === 'user').turn_id, `user-${message.turn_id}`);
    assert.equal(of('response.text').filter(({ turn_id }) => turn_id === message.turn_id).map(({ content }) => content).join(''), ANSWER);
    const audio = stage.frames.filter(({ type, turn_id }) => type === 'response.audio' && turn_id === message.turn_id);
    assert.ok(audio.length > 10, `${audio.length} pieces of audio`);
    assert.ok(seen.speaking.includes(true), 'the SDK played it');
    assert.deepEqual(seen.data.at(-1).content, { order: 7, note: 'naïve \u2028 "quoted"' });
    assert.deepEqual(seen.errors, []);
    allGood(stage);
  }));

test('the same where the detector cannot be loaded and everything is streamed', { timeout: 180_000 }, () =>
  withStage({ says: [9, QUESTION, 60], answer }, async (stage) => {
    await stage.open();
    await stage.until(ended, 2);
    assert.match(stage.messages()[0].text, /parcel/i);
    allGood(stage);
  }));

test('push to talk bounds a turn', { timeout: 180_000 }, () =>
  withStage({ says: [6, QUESTION, 60], flags: ['--trigger', 'push_to_talk'], answer }, async (stage) => {
    await stage.open();
    await stage.until(ended, 1);
    await stage.page.evaluate(() => globalThis.client.triggerUserTurnStarted());
    await sleep(9000);  // real time, as the microphone is real: the sentence is said meanwhile
    assert.equal(stage.messages().length, 0);
    await stage.page.evaluate(() => globalThis.client.triggerUserTurnFinished());
    await stage.until(ended, 2);
    assert.match(stage.messages()[0].text, /parcel/i);
    allGood(stage);
  }));

test('a voice cuts the agent off, and the backend learns what was heard', { timeout: 180_000 }, () =>
  withStage({ says: [13, 'Wait, please stop now.', 60], answer: async (hook, stream) => stream.tts(hook.type === 'session.start' ? `${LONG} ${LONG} ${LONG} ${LONG}` : ANSWER) }, async (stage) => {
    await stage.open();
    await stage.until(ended, 1);
    const [start] = stage.hooks;
    const [message] = stage.messages();
    const context = message.interruption_context;
    assert.equal(context.previous_turn_interrupted, true);
    assert.equal(context.assistant_turn_id, start.turn_id);
    assert.ok(context.words_heard > 0 && context.words_heard < 64, JSON.stringify(context));
    assert.ok(LONG.startsWith(context.text_heard.slice(0, LONG.length)), context.text_heard);
    allGood(stage);
  }));

test('without sound: typed lines, data, a conversation that goes on in another session', { timeout: 180_000 }, () =>
  withStage({ flags: ['--tts', 'off', '--stt', 'off'], answer }, async (stage) => {
    await stage.open({ audioInput: false, audioOutput: false });
    await stage.until(ended, 1);
    await stage.page.evaluate(() => globalThis.client.sendClientResponseText('where is it'));
    await stage.until(ended, 2);
    await stage.page.evaluate(() => globalThis.client.sendClientResponseData({ cart: [1, 2] }));
    await stage.until(() => globalThis.seen.data.some(({ content }) => content.echo));
    assert.deepEqual((await stage.seen()).data.at(-1).content, { echo: { cart: [1, 2] } });
    assert.equal(stage.messages()[0].interruption_context, undefined);
    const first = await stage.seen();
    await stage.page.evaluate(() => globalThis.client.disconnect());
    await stage.until(() => globalThis.seen.disconnects === 1);
    await stage.page.evaluate(() => globalThis.client.connect());
    await stage.until(ended, 3);
    const starts = stage.hooks.filter(({ type }) => type === 'session.start');
    assert.equal(starts.length, 2);
    assert.equal(starts[1].conversation_id, first.connected.conversationId);
    assert.notEqual(starts[1].session_id, starts[0].session_id);
    const end = stage.hooks.find(({ type }) => type === 'session.end');
    assert.deepEqual(end.transcript.map(({ role }) => role), ['assistant', 'user', 'assistant']);
    allGood(stage);
  }));

test('a handler of the backend that throws ends the turn, and the next one is answered', { timeout: 180_000 }, () =>
  withStage({ flags: ['--tts', 'off', '--stt', 'off'], answer: async (hook, stream) => {
    if (hook.text === 'break') throw new Error('no database');
    stream.tts('Fine.');
  } }, async (stage) => {
    await stage.open({ audioInput: false, audioOutput: false });
    await stage.until(ended, 1);
    await stage.page.evaluate(() => globalThis.client.sendClientResponseText('break'));
    await stage.until(ended, 2);
    await stage.page.evaluate(() => globalThis.client.sendClientResponseText('again'));
    await stage.until(ended, 3);
    assert.match(stage.notes, /no database/);
    allGood(stage);
  }));

test('a backend of the SDK that checks what it parsed and wrote again conforms but for that', { timeout: 180_000 }, () =>
  withStage({ flags: ['--tts', 'off', '--stt', 'off'], answer }, async (stage) => {
    const words = ['gym', 'check', `${stage.backend.url}/api/agent`, '--secret', 'whsec_peers', '--json'];
    const report = JSON.parse(await new Promise((resolve) => execFile(process.env.ANTIPHON, words, (_, out) => resolve(out))));
    assert.deepEqual(report.checks.filter(({ verdict }) => verdict !== 'holds').map(({ id, verdict }) => `${id} ${verdict}`), ['checks-raw-bytes fails']);
  }));
