import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LOOKUP, collect, makeClient, textOf, user } from './client.mjs';

const HELLO = 'Good day. Grüße aus Köln, 你好 🙂\nHow can I help?';
const client = makeClient();
const ask = (content, options = {}) => client.chat.completions.create({ model: 'gpt-peer', messages: user(content), ...options });

test('an answer has its words, reason and usage', async () => {
  const answer = await ask('hello');
  assert.equal(answer.object, 'chat.completion');
  assert.equal(answer.model, 'gpt-peer');
  assert.equal(answer.choices[0].message.content, HELLO);
  assert.equal(answer.choices[0].finish_reason, 'stop');
  assert.ok(answer.usage.prompt_tokens > 0 && answer.usage.completion_tokens > 5);
  assert.equal(answer.usage.total_tokens, answer.usage.prompt_tokens + answer.usage.completion_tokens);
});

test('models are listed, and found by name', async () => {
  const models = await collect(await client.models.list());
  assert.deepEqual(models.map((model) => model.id), ['rules']);
  assert.equal((await client.models.retrieve('rules')).owned_by, 'antiphon');
});

test('forty requests are answered at once, each with its own', async () => {
  const answers = await Promise.all(Array.from({ length: 40 }, () => ask('my name is Ada')));
  assert.ok(answers.every((answer) => answer.choices[0].message.content === 'Noted.'));
  assert.equal(new Set(answers.map((answer) => answer.id)).size, 40);
});

test('text is streamed in pieces, usage comes last', async () => {
  const chunks = await collect(await ask('hello', { stream: true, stream_options: { include_usage: true } }));
  assert.ok(chunks.length > 8);
  assert.equal(textOf(chunks), HELLO);
  const last = chunks.pop();
  assert.deepEqual(last.choices, []);
  assert.deepEqual(last.usage, (await ask('hello')).usage);
  assert.ok(chunks.every((chunk) => chunk.usage === null && chunk.object === 'chat.completion.chunk'));
  assert.equal(chunks.at(-1).choices[0].finish_reason, 'stop');
});

test('without include_usage no chunk counts tokens', async () => {
  const chunks = await collect(await ask('hello', { stream: true }));
  assert.ok(chunks.every((chunk) => chunk.choices.length === 1 && !chunk.usage));
});

test('the stream of the client puts tool calls together', async () => {
  const stream = client.chat.completions.stream({ model: 'm', messages: user('compare A-1007 with B-2210'), tools: [LOOKUP] });
  const deltas = [];
  stream.on('tool_calls.function.arguments.delta', (event) => deltas.push(event.arguments_delta));
  const { message, finish_reason } = (await stream.finalChatCompletion()).choices[0];
  assert.equal(finish_reason, 'tool_calls');
  assert.equal(message.content, 'Let me look at both.');
  const calls = message.tool_calls.map((call) => JSON.parse(call.function.arguments));
  assert.deepEqual(calls, [{ order: 'A-1007' }, { order: 'B-2210', detail: { language: 'Grüße 🙂', lines: 'a\nb' } }]);
  assert.equal(deltas.join(''), message.tool_calls.map((call) => call.function.arguments).join(''));
});

test('a stream may be left early', async () => {
  const stream = await ask('hello', { stream: true });
  for await (const chunk of stream) {
    assert.equal(chunk.choices[0].delta.role, 'assistant');
    break;
  }
  assert.equal((await ask('hello')).choices[0].message.content, HELLO);
});
