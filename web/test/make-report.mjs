/** Puts a result into the report, as `antiphon run --reporter html` does: node test/make-report.mjs RESULT.json TEMPLATE.html OUT.html */
import { readFile, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { deflateSync } from 'node:zlib';

const MARKER = '<!--ANTIPHON_DATA-->';
const INITIALS = { user: 'u', assistant: 'a', tool: 't', function: 't' };
const FACTS = [
  ...['id', 'name', 'suite', 'file', 'line', 'matrix', 'row', 'tags', 'outcome', 'reasoning'],
  ...['error', 'fault', 'turns', 'duration_s', 'agent_s', 'latency', 'answer_s', 'notices', 'cost_usd', 'usage'],
];

function characters(message) {
  return typeof message.content === 'string' ? [...message.content].length : 0;
}

function failedMessage(scenario) {
  const check = scenario.checks.find((one) => !one.passed && !one.inconclusive && one.where.message !== null);
  const criterion = scenario.criteria.find((one) => one.status === 'failed' && one.evidence.length > 0);
  return check?.where.message ?? criterion?.evidence[0] ?? null;
}

function facts(scenario) {
  const met = (status) => scenario.criteria.filter((one) => one.status === status).length;
  return {
    ...Object.fromEntries(FACTS.map((key) => [key, scenario[key]])),
    criteria_counts: { met: met('passed'), not_met: met('failed'), undecided: met('inconclusive') },
    check_counts: { hold: scenario.checks.filter((one) => one.passed).length, fail: scenario.checks.filter((one) => !one.passed).length },
    strip: scenario.messages.map((message) => [INITIALS[message.role] ?? 's', characters(message)]),
    failed_message: failedMessage(scenario),
  };
}

function tag(kind, index, bytes) {
  return `<script type="application/octet-stream" id="antiphon-${kind}-${index}">${Buffer.from(bytes).toString('base64')}</script>`;
}

function lanes({ voice }) {
  return voice ? { lanes: { duration_s: voice.call.duration_s, user: voice.call.user_voiced, agent: voice.call.agent_voiced, failed_s: null } } : {};
}

/** `sounds`: of each scenario, or none: `{sound, peaks, audio}`. */
export function makeReport(result, template, sounds = []) {
  const run = { ...result, scenarios: result.scenarios.map((scenario, index) => ({ ...facts(scenario), ...lanes(scenario), sound: sounds[index]?.sound ?? null })) };
  const packed = result.scenarios.map((scenario, index) => {
    const { peaks, audio } = sounds[index] ?? {};
    return [tag('s', index, deflateSync(JSON.stringify(scenario))), peaks ? tag('p', index, deflateSync(peaks)) : '', audio ? tag('a', index, audio) : ''].join('\n');
  });
  const json = JSON.stringify(run).replace(/</g, '\\u003c');
  const data = [`<script type="application/json" id="antiphon-run">${json}</script>`, ...packed].join('\n');
  return template.replace(MARKER, () => data);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [result, template, out] = process.argv.slice(2);
  if (!out) throw new Error('usage: node test/make-report.mjs RESULT.json TEMPLATE.html OUT.html');
  await writeFile(out, makeReport(JSON.parse(await readFile(result, 'utf8')), await readFile(template, 'utf8')));
}
