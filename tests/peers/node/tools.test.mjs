import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zodFunction, zodResponseFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import { LOOKUP, makeClient, user } from './client.mjs';

const client = makeClient();

test('the client runs the tools that are asked for and ends with the answer', async () => {
  const seen = [];
  const lookup = {
    ...LOOKUP.function,
    parse: JSON.parse,
    function: ({ order }) => {
      seen.push(order);
      return '{"status": "shipped"}';
    },
  };
  const runner = client.chat.completions.runTools({ model: 'm', messages: user('where is A-1007?'), tools: [{ type: 'function', function: lookup }] });
  assert.equal(await runner.finalContent(), 'Your order has shipped and should arrive on Thursday.');
  assert.deepEqual(seen, ['A-1007']);
  assert.deepEqual(runner.messages.map((message) => message.role), ['user', 'assistant', 'tool', 'assistant']);
});

const Refund = z.object({ order: z.string(), cents: z.int().min(100).max(5000), reason: z.enum(['late', 'broken']), note: z.string().nullable() });

for (const choice of ['required', { type: 'function', function: { name: 'create_refund' } }]) {
  test(`a tool forced by ${JSON.stringify(choice)} gets arguments of the client's own type`, async () => {
    const tools = [zodFunction({ name: 'create_refund', parameters: Refund }), zodFunction({ name: 'hang_up', parameters: z.object({}) })];
    const { choices } = await client.chat.completions.parse({ model: 'm', messages: user('force'), tools, tool_choice: choice });
    const [call] = choices[0].message.tool_calls;
    assert.equal(call.function.name, 'create_refund');
    Refund.parse(call.function.parsed_arguments);
    assert.deepEqual(Object.keys(call.function.parsed_arguments).sort(), ['cents', 'note', 'order', 'reason']);
  });
}

const Event = z.object({ name: z.string(), day: z.enum(['monday', 'friday']), people: z.array(z.object({ name: z.string(), age: z.int().nullable() })) });

test('what a rule wrote is parsed by the schema of the client', async () => {
  const format = zodResponseFormat(Event, 'event');
  const { choices } = await client.chat.completions.parse({ model: 'm', messages: user('as written'), response_format: format });
  const people = [{ name: 'Alice', age: 41 }, { name: 'Bob', age: null }];
  assert.deepEqual(choices[0].message.parsed, { name: 'science fair', day: 'friday', people });
});

test('what is made up holds under the schema of the client', async () => {
  const Plan = z.object({
    event: Event,
    via: z.discriminatedUnion('kind', [z.object({ kind: z.literal('mail'), to: z.email() }), z.object({ kind: z.literal('call') })]),
    at: z.iso.datetime(),
    tags: z.array(z.string()).min(2),
  });
  const format = zodResponseFormat(Plan, 'plan');
  const { choices } = await client.chat.completions.parse({ model: 'm', messages: user('make up'), response_format: format });
  Plan.parse(choices[0].message.parsed);
  assert.ok(choices[0].message.parsed.tags.length >= 2);
});

test('json_schema without helpers is filled', async () => {
  const schema = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'], additionalProperties: false };
  const response_format = { type: 'json_schema', json_schema: { name: 'number', strict: true, schema } };
  const answer = await client.chat.completions.create({ model: 'm', messages: user('make up'), response_format });
  const made = JSON.parse(answer.choices[0].message.content);
  assert.ok(Number.isInteger(made.n));
  assert.deepEqual(Object.keys(made), ['n']);
});
