// Twilio's own library for Node signs what the gateway checks.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import twilio from 'twilio';

const auth = '0123456789abcdef0123456789abcdef';
const form = { CallSid: 'CA00000000000000000000000000000001', CallStatus: 'ringing', From: '+15550100', To: '+15550199', CallerName: 'Ünal & Söhne' };
let peer, port;

before(async () => {
  peer = spawn(process.env.ANTIPHON_PHONE_PEER, ['--twilio', 'https://voice.example', auth], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(createInterface({ input: peer.stdout }), 'line');
  port = JSON.parse(line).port;
});
after(() => peer.kill());

function call(signature, path = '/twilio/voice') {
  return fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body: new URLSearchParams(form), headers: { 'X-Twilio-Signature': signature } });
}
const sign = (token, path = '/twilio/voice') => twilio.getExpectedTwilioSignature(token, `https://voice.example${path}`, form);

test('takes what the library signs', async () => {
  const reply = await call(sign(auth, '/twilio/voice?locale=en-US'), '/twilio/voice?locale=en-US');
  assert.equal(reply.status, 200);
  assert.match(await reply.text(), /<Stream url="wss:\/\/voice\.example\/twilio\/stream">/);
});

test('refuses what another token signs', async () => {
  assert.equal((await call(sign('another'))).status, 403);
});
