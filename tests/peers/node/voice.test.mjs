import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { WebSocketServer } from 'ws';

// `antiphon run` (ANTIPHON) on the telephone with agents on the package `ws`.

const RATE_OUT = 8000;

// 100 ms of a tone, mu-law: a square wave between two loud codes.
const TONE = Buffer.from(Array.from({ length: RATE_OUT / 10 }, (_, i) => (i % 20 < 10 ? 0x90 : 0x10)));
const isLoud = (mulaw) => mulaw.some((code) => (~code & 0x70) >= 0x40);

/** Answers 200 ms after our user fell silent. */
function listen(decode, answer) {
  return new Promise((resolve) => {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 }, () => resolve(server));
    server.heard = [];
    server.on('connection', (socket) => {
      let heard = false;
      let quiet = 0;
      socket.on('close', (code) => (server.closeCode = code));
      socket.on('message', (data, binary) => {
        const frame = decode(data, binary, server);
        if (!frame) return;
        server.heard.push(frame.length);
        quiet = isLoud(frame) ? 0 : quiet + 1;
        heard ||= quiet === 0;
        if (!heard || quiet !== 10) return;
        heard = false;
        answer(socket);
      });
    });
  });
}

async function call(server, settings) {
  const folder = await mkdtemp(path.join(tmpdir(), 'antiphon-voice-'));
  try {
    const websocket = { url: `ws://127.0.0.1:${server.address().port}/call`, send: 'mulaw/8000', ...settings };
    const scenario = { name: 'a call', script: [{ user: 'where is my order' }, 'agent'], checks: [{ time_to_first_audio: { max: '10s' } }] };
    const suite = path.join(folder, 'suite.json');
    await writeFile(suite, JSON.stringify({ antiphon: 1, agent: { websocket }, scenarios: [scenario] }));
    await new Promise((resolve) => execFile(process.env.ANTIPHON, ['run', suite, '--out', path.join(folder, 'out')], { timeout: 120_000 }, resolve));
    return JSON.parse(await readFile(path.join(folder, 'out', 'result.json'), 'utf8')).scenarios[0];
  } finally {
    server.close();
    await rm(folder, { recursive: true });
  }
}

test('a call over raw mu-law goes both ways in frames of 20 ms', async () => {
  const server = await listen((data, binary) => binary && data, (socket) => Array.from({ length: 8 }, () => socket.send(TONE)));
  const result = await call(server, {});
  assert.equal(result.error, null);
  assert.equal(result.outcome, 'passed');
  assert.ok(server.heard.length > 100);
  assert.deepEqual([...new Set(server.heard)], [160]);
  assert.equal(server.closeCode, 1000);
});

test('a call over JSON of their own shape carries words, ends and the line\'s own goodbye', async () => {
  const shape = {
    send: { audio: { event: 'media', media: { payload: '${audio}' } }, start: { event: 'start', call: '${thread_id}' }, hang_up: { event: 'stop' } },
    receive: { audio: { at: '/media/payload' }, transcript: { when: { event: 'said' }, at: '/text' }, turn_end: { when: { event: 'mark', name: 'done' } } },
  };
  const events = [];
  const decode = (data) => {
    const message = JSON.parse(data);
    if (message.event !== events.at(-1)?.event) events.push(message);
    return message.event === 'media' && Buffer.from(message.media.payload, 'base64');
  };
  const answer = (socket) => {
    socket.send(JSON.stringify({ event: 'said', text: 'one moment please' }));
    for (let i = 0; i < 8; ++i) socket.send(JSON.stringify({ event: 'media', media: { payload: TONE.toString('base64') } }));
    socket.send(JSON.stringify({ event: 'mark', name: 'done' }));
  };
  const result = await call(await listen(decode, answer), { json: shape });
  assert.equal(result.error, null);
  assert.equal(result.messages[1].content, 'one moment please');
  assert.deepEqual(events.map((message) => message.event), ['start', 'media', 'stop']);
  assert.equal(events[0].call, result.thread_id);
});
