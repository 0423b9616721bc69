// A real agent of @livekit/agents, driven by `antiphon session`: what our controller makes of what theirs says.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

const run = promisify(execFile);
const agent = new URL('./livekit_agent.mjs', import.meta.url).pathname;
const program = ['--', process.execPath, agent, 'console', '--connect-addr', '{address}', '--log-level', 'fatal'];

async function say(...texts) {
  const given = texts.flatMap((text) => ['--text', text]);
  let code = 0;
  const { stdout } = await run(process.env.ANTIPHON, ['session', '--json', ...given, ...program], { timeout: 60_000 }).catch((error) => {
    code = error.code;
    return error;
  });
  return { code, turns: stdout.trim().split('\n').map((line) => JSON.parse(line)) };
}

test('what LiveKits agent says, calls and keeps silent about comes out as it is (SES-1, SES-4)', async () => {
  const { code, turns } = await say('hello', 'weather in Paris', 'weather in Atlantis', 'nobody knows this');
  assert.equal(code, 0);
  const [hello, paris, atlantis, silence] = turns;
  assert.deepEqual(hello.items.map(({ type, role, content }) => ({ type, role, content })), [{ type: 'message', role: 'assistant', content: 'Good day.' }]);
  assert.equal(hello.error, null);
  assert.deepEqual(paris.items.map((item) => item.type), ['function_call', 'function_call_output', 'message']);
  assert.deepEqual(JSON.parse(paris.items[0].arguments), { city: 'Paris' });
  assert.match(paris.items[1].output, /sunny in Paris/);
  assert.equal(paris.items[2].content, 'It is sunny in Paris.');
  assert.equal(atlantis.items[1].is_error, true);
  assert.deepEqual(silence.items, []);
  assert.equal(silence.error, null);
});

test('a model that breaks inside LiveKits agent is an error, not a silence (SES-4)', async () => {
  const { code, turns } = await say('break', 'hello');
  assert.equal(code, 3);
  assert.notEqual(turns[0].error, null);
  assert.equal(turns[1].items[0].content, 'Good day.');
});

test('an agent that dies instead of connecting is told, with its last words (SES-1)', async () => {
  const dying = ['session', '--text', 'hello', '--', process.execPath, '-e', 'console.error("no such model"); process.exit(7)'];
  await assert.rejects(run(process.env.ANTIPHON, dying, { timeout: 60_000 }), (error) => {
    assert.equal(error.code, 3);
    assert.match(error.stderr, /exit code 7 instead of answering; its last words: "no such model"/);
    return true;
  });
});

test('the code of LiveKits agent vetoes what sounded fine, and only that (SES-9)', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'livekit-'));
  try {
    const command = [process.execPath, agent, 'console', '--connect-addr', '{address}', '--log-level', 'fatal'];
    await writeFile(join(folder, 'judge.rules.yaml'), 'rules:\n  - when: {offers_tool: finish_test}\n    criteria: {default: passed}\n');
    const entry = (label, userdata) => ({ label, instructions: 'You greet.', agent_expectations: 'The agent greets.', userdata });
    await writeFile(join(folder, 'group.json'), JSON.stringify({ name: 'desk', scenarios: [entry('fine', {}), entry('broken', { veto: 'the database holds no booking' })] }));
    const scenario = { name: 'desk', group: 'group.json', script: [{ user: 'hello' }, 'agent', 'judge'] };
    await writeFile(join(folder, 'suite.json'), JSON.stringify({ antiphon: 1, agent: { session: { run: command } }, defaults: { model: 'rules/judge.rules.yaml' }, scenarios: [scenario] }));
    await assert.rejects(run(process.env.ANTIPHON, ['run', 'suite.json', '--allow-commands', '--out', 'out'], { cwd: folder, timeout: 60_000 }), { code: 1 });
    const { scenarios } = JSON.parse(await readFile(join(folder, 'out', 'result.json'), 'utf8'));
    const [fine, broken] = ['fine', 'broken'].map((label) => scenarios.find(({ name }) => name.includes(label)));
    assert.equal(fine.outcome, 'passed', fine.reasoning);
    assert.equal(broken.outcome, 'failed');
    assert.match(broken.reasoning, /the database holds no booking/);
    assert.equal(broken.fault.party, 'agent');
  } finally {
    await rm(folder, { recursive: true });
  }
});
