/** Our client and the vendor's own for Node, both asked to say the same. */
import Anthropic from '@anthropic-ai/sdk';
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { TIME_LIMIT_MS } from './client.mjs';

const CLIENT = path.join(path.dirname(process.env.ANTIPHON), 'peer_model_client');
const HELLO = [{ role: 'user', content: 'where is my parcel? 📦' }];
const SCHEMA = { type: 'object', properties: { order: { type: 'string' } }, required: ['order'], additionalProperties: false };
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';
const ANSWER = {
  id: 'msg_peer', type: 'message', role: 'assistant', model: 'claude-peer', stop_reason: 'end_turn', stop_sequence: null,
  content: [{ type: 'text', text: 'hello' }], usage: { input_tokens: 1, output_tokens: 1 },
};
let asked = [];
let url;

const server = createServer(async (request, response) => {
  let text = '';
  for await (const piece of request.setEncoding('utf8')) text += piece;
  asked.push({ path: request.url, headers: request.headers, body: JSON.parse(text) });
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(ANSWER));
});

before(async () => {
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  url = `http://127.0.0.1:${server.address().port}`;
});
after(() => server.close());

const ask = (question) => new Promise((resolve, reject) => {
  const child = execFile(CLIENT, (error, stdout) => (error ? reject(error) : resolve(JSON.parse(stdout))));
  child.stdin.end(JSON.stringify({ model: 'anthropic/claude-peer', base_url: url, key: 'sk-peer', ...question }));
});

const blocksOf = (content) => {
  const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : content;
  return blocks.map((block) => (block.type === 'tool_result' ? { ...block, content: blocksOf(block.content) } : block));
};
const inMeaning = (body) => ({ ...body, messages: body.messages.map(({ role, content }) => ({ role, content: blocksOf(content) })) });

const CASES = {
  'words and instructions': [{ messages: HELLO, system: 'be brief', max_tokens: 60 }, { messages: HELLO, system: 'be brief', max_tokens: 60 }],
  'a tool that has to be called': [
    { messages: HELLO, tools: [{ name: 'lookup', description: 'finds it', parameters: SCHEMA }], tool_choice: 'lookup' },
    { messages: HELLO, tools: [{ name: 'lookup', description: 'finds it', input_schema: SCHEMA }], tool_choice: { type: 'tool', name: 'lookup' } },
  ],
  'a call and its result': [
    {
      messages: [
        ...HELLO,
        { role: 'assistant', content: null, tool_calls: [{ id: 'toolu_1', type: 'function', function: { name: 'lookup', arguments: '{"order":"A-1007"}' } }] },
        { role: 'tool', tool_call_id: 'toolu_1', content: 'shipped' },
      ],
    },
    {
      messages: [
        ...HELLO,
        { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'lookup', input: { order: 'A-1007' } }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'shipped' }] },
      ],
    },
  ],
  'a picture': [
    { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: `data:image/png;base64,${PIXEL}` } }] }] },
    { messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } }] }] },
  ],
  'an answer of a schema': [
    { messages: HELLO, response_schema: SCHEMA },
    { messages: HELLO, output_config: { format: { type: 'json_schema', schema: SCHEMA } } },
  ],
};

for (const [name, [ours, theirs]] of Object.entries(CASES))
  test(`both clients say the same: ${name}`, { timeout: TIME_LIMIT_MS }, async () => {
    asked = [];
    assert.equal((await ask(ours)).message.content, 'hello');
    const client = new Anthropic({ baseURL: url, apiKey: 'sk-peer', maxRetries: 0, timeout: TIME_LIMIT_MS });
    assert.equal((await client.messages.create({ model: 'claude-peer', max_tokens: 16384, ...theirs })).content[0].text, 'hello');
    const [mine, vendors] = asked;
    assert.equal(mine.path, vendors.path);
    assert.deepEqual(inMeaning(mine.body), inMeaning(vendors.body));
    assert.equal(mine.headers['anthropic-version'], vendors.headers['anthropic-version']);
  });
