// Our SessionHost, driven by the RemoteSession of @livekit/agents: what their controller makes of what ours says.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';

import { initializeLogger, voice } from '@livekit/agents';

initializeLogger({ pretty: false, level: 'fatal' });

let host;
let port;

before(async () => {
  host = spawn(process.env.ANTIPHON_SESSION_PEER, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(createInterface({ input: host.stdout }), 'line');
  port = Number(line.split(':').at(-1));
});

after(() => host.kill('SIGKILL'));

async function connected(use) {
  const session = new voice.RemoteSession(new voice.TcpSessionTransport('127.0.0.1', port));
  const events = [];
  for (const name of ['agent_state_changed', 'conversation_item_added', 'function_tools_executed', 'error']) session.on(name, (event) => events.push([name, event]));
  await session.start();
  try {
    await use(session, events);
  } finally {
    await session.close();
  }
}

const text = (item) => item.item.value.content.map((part) => part.payload.value).join('');

test('their controller reads who we are (SES-1)', () =>
  connected(async (session) => {
    const framework = await session.fetchFrameworkInfo();
    assert.equal(framework.sdk, 'antiphon');
    const info = await session.fetchAgentInfo();
    assert.equal(info.id, 'desk');
    assert.deepEqual([...info.tools], ['get_weather']);
    const state = await session.fetchSessionState();
    assert.equal(state.agentId, 'desk');
    assert.equal(state.options.max_tool_steps, '3');
    await session.fetchRtcStats();
    const usage = await session.fetchSessionUsage();
    assert.equal(usage.usage.modelUsage[0].usage.value.inputTokens, 7);
  }));

test('their controller gets the items of a turn and its events (SES-4)', () =>
  connected(async (session, events) => {
    const hello = await session.sendMessage('hello');
    assert.deepEqual(hello.items.map(text), ['Good day.']);
    const weather = await session.sendMessage('weather');
    assert.deepEqual(weather.items.map((item) => item.item.case), ['functionCall', 'functionCallOutput', 'message']);
    const moved = await session.sendMessage('hand over');
    assert.equal(moved.items[0].item.value.newAgentId, 'billing');
    const history = await session.fetchChatHistory();
    assert.equal(history.items.length, 8);  // three texts among them
    const names = events.map(([name]) => name);
    assert.ok(names.includes('agent_state_changed') && names.includes('conversation_item_added') && names.includes('function_tools_executed'));
    assert.ok(!names.includes('error'));
  }));

test('silence is no failure, and a failure is told in its answer alone (SES-4)', () =>
  connected(async (session, events) => {
    const silence = await session.sendMessage('nothing to say to this');
    assert.deepEqual([...(silence.items ?? [])], []);
    await assert.rejects(session.sendMessage('fail'), /llm:APIStatusError:401: no such key/);
    await assert.rejects(session.sendMessage(''), /empty run_input text/);
    assert.deepEqual((await session.sendMessage('hello')).items.map(text), ['Good day.']);
    assert.equal(events.filter(([name]) => name === 'error').length, 0);
  }));

test('the verdict of our code reaches their controller (SES-9)', () =>
  connected(async (session) => {
    await session.sendMessage('hello');
    const answer = await session.finalizeSimulation({ provisionalSuccess: true, provisionalReason: 'it said so' });
    const verdict = answer?.userVerdict ?? answer;
    assert.equal(verdict.success, false);
    assert.equal(verdict.reason, 'the database holds no booking');
  }));
