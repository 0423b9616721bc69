/** The official client against the mock model that run.sh started (ANTIPHON_MOCK_URL, ANTIPHON_MOCK_KEY). */
import { randomUUID } from 'node:crypto';
import OpenAI from 'openai';

export const TIME_LIMIT_MS = 20_000;

/** A client of its own conversation: the mock keeps state by thread. */
export function makeClient(options = {}) {
  return new OpenAI({
    baseURL: process.env.ANTIPHON_MOCK_URL,
    apiKey: process.env.ANTIPHON_MOCK_KEY,
    maxRetries: 0,
    timeout: TIME_LIMIT_MS,
    defaultHeaders: { 'x-antiphon-thread-id': randomUUID() },
    ...options,
  });
}

export const user = (content) => [{ role: 'user', content }];

export const LOOKUP = {
  type: 'function',
  function: { name: 'lookup_order', parameters: { type: 'object', properties: { order: { type: 'string' } }, required: ['order'] } },
};

export async function collect(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

export const textOf = (chunks) => chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('');
