// What `--reporter tap` writes, read by the parser of node-tap.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Parser } from 'tap-parser';

const suite = `antiphon: 1
agent: {model: rules/desk.rules.yaml}
scenarios:
  - {name: passes, script: [user: hi, agent], checks: [{contains: order}]}
  - {name: "fails # TODO \\\\ not really", script: [user: hi, agent], checks: [{contains: "re: fund"}]}
  - {name: undecided, script: [user: hi, agent]}
  - {name: never begun, script: [user: hi, agent], checks: [{contains: order}]}
`;

function tap(...flags) {
  const folder = mkdtempSync(join(tmpdir(), 'antiphon-tap-'));
  mkdirSync(join(folder, 'rules'));
  writeFileSync(join(folder, 'rules/desk.rules.yaml'), "rules: [{reply: 'your order, please'}]\n");
  writeFileSync(join(folder, 'desk.yaml'), suite);
  const run = spawnSync(process.env.ANTIPHON, ['run', 'desk.yaml', '-j', '1', '--reporter', 'tap=-', ...flags], { cwd: folder, encoding: 'utf8' });
  return run.stdout;
}

function parsed(text) {
  const parser = new Parser({ strict: true });
  const points = [];
  let final;
  parser.on('assert', (point) => points.push(point));
  parser.on('complete', (result) => (final = result));
  parser.end(text);
  return { points, final };
}

test('every run is a test point, and nothing else is on standard output', () => {
  const { points, final } = parsed(tap('--max-failures', '2'));
  assert.deepEqual(final.plan.end, 4);
  assert.equal(final.failures.filter((failure) => failure.tapError).length, 0);
  assert.deepEqual(points.map((point) => point.ok), [true, false, false, true]);
  assert.equal(points[1].name, 'fails # TODO \\ not really');
  assert.equal(points[1].todo, false);
  assert.equal(points[3].skip, 'never begun');
});

test('what did not pass brings its reason', () => {
  const { points } = parsed(tap());
  assert.equal(points[1].diag.outcome, 'failed');
  assert.match(points[1].diag.message, /re: fund/);
  assert.equal(points[1].diag.at.line, 5);
  assert.equal(points[2].diag.outcome, 'inconclusive');
});

test('an empty shard is a plan of none', () => {
  const { points, final } = parsed(tap('--shard', '9/9'));
  assert.equal(points.length, 0);
  assert.equal(final.ok, true);
});
