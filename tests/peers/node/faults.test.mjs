import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import OpenAI from 'openai';
import { TIME_LIMIT_MS, collect, makeClient, textOf, user } from './client.mjs';

const ask = (content, { client = makeClient(), ...options } = {}) => client.chat.completions.create({ model: 'm', messages: user(content), ...options });

// Retries come at once; how long the client meant to wait is kept. Its own guess is at most half a second before the first.
// Timers of others (connections that are kept open, the time limit of a request) run as they are.
const setTimer = globalThis.setTimeout;
function skipWaits() {
  const waits = [];
  globalThis.setTimeout = (call, ms, ...rest) => {
    if (ms === TIME_LIMIT_MS || !new Error().stack.includes('node_modules/openai/')) return setTimer(call, ms, ...rest);
    waits.push(ms);
    return setTimer(call, 0, ...rest);
  };
  return waits;
}
afterEach(() => {
  globalThis.setTimeout = setTimer;
});

async function refusal(promise, type) {
  const error = await promise.then(() => assert.fail('it was answered'), (reason) => reason);
  assert.ok(error instanceof type, `${error?.constructor?.name}: ${error?.message}`);
  return error;
}

test('400 says which parameter is wrong', async () => {
  const error = await refusal(makeClient().chat.completions.create({ model: 'm', messages: [] }), OpenAI.BadRequestError);
  assert.equal(error.param, 'messages');
  assert.match(error.message, /messages is empty/);
});

test('400 shows the input that no rule knows', async () => {
  const error = await refusal(ask('what nobody expects', { stream: true }), OpenAI.BadRequestError);
  assert.match(error.message, /mock\.rules\.yaml.*what nobody expects/);
});

test('401 for a wrong key, which is not repeated', async () => {
  const error = await refusal(ask('hello', { client: makeClient({ apiKey: 'sk-wrong' }) }), OpenAI.AuthenticationError);
  assert.equal(error.code, 'invalid_api_key');
  assert.ok(!error.message.includes('sk-wrong'));
});

test('404 for what is not served', async () => {
  assert.match((await refusal(makeClient().embeddings.create({ model: 'm', input: 'x' }), OpenAI.NotFoundError)).message, /\/v1\/embeddings/);
  assert.equal((await refusal(makeClient().models.retrieve('gpt-none'), OpenAI.NotFoundError)).code, 'model_not_found');
});

for (const stream of [false, true]) {
  test(`429 is tried again after as long as the server asked (stream: ${stream})`, async () => {
    const waits = skipWaits();
    const answer = await ask('limited once', { client: makeClient({ maxRetries: 2 }), stream });
    assert.equal(stream ? textOf(await collect(answer)) : answer.choices[0].message.content, 'the second try got through');
    assert.deepEqual(waits, [1500]);
  });
}

test('429 that stays is reported with its headers', async () => {
  const waits = skipWaits();
  const error = await refusal(ask('always limited', { client: makeClient({ maxRetries: 2 }) }), OpenAI.RateLimitError);
  assert.deepEqual(waits, [2000, 2000]);
  assert.equal(error.code, 'rate_limit_exceeded');
  assert.equal(error.headers.get('retry-after'), '2');
});

test('500 is reported; one that passes is tried again', async () => {
  assert.equal((await refusal(ask('broken for good'), OpenAI.InternalServerError)).type, 'server_error');
  const waits = skipWaits();
  assert.equal((await ask('broken once', { client: makeClient({ maxRetries: 2 }) })).choices[0].message.content, 'it works again');
  assert.equal(waits.length, 1);
});

test('a cut answer fails', async () => {
  const error = await ask('cut').then(() => assert.fail('it was answered'), (reason) => reason);
  assert.notEqual(error.code, 'ERR_ASSERTION', error.message);
  assert.match(`${error.name} ${error.message} ${error.cause?.message}`, /terminated|closed|Connection error/i);
});

test('a cut stream yields what came before and then fails', async () => {
  const chunks = [];
  const error = await (async () => {
    for await (const chunk of await ask('cut', { stream: true })) chunks.push(chunk);
  })().then(() => assert.fail('it ended well'), (reason) => reason);
  assert.match(`${error.name} ${error.message} ${error.cause?.message}`, /terminated|closed|Connection error/i);
  assert.equal(textOf(chunks), 'Here is all ');
  assert.ok(chunks.every((chunk) => chunk.choices[0].finish_reason === null));
});
