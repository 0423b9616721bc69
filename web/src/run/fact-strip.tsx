import type { ScenarioFacts } from '../data/result';
import { count, interval, money, percent, plural, span } from '../model/format';
import { capital, faultOf, outcomeLook } from '../model/outcome';
import { byParty } from '../model/parties';
import { scenarioHash, type Query } from '../model/route';
import { Glyph } from '../ui/glyph';
import { useViewer } from '../viewer';

/** More glyphs than this say no more than the counts do. */
const MOST_CELLS = 60;
const PARTIES = ['agent', 'simulated user', 'judge', 'provider', 'transport', 'harness'];

export function FactStrip({ query }: { query: Query }) {
  const { scenarios } = useViewer();
  const notPassed = scenarios.filter((scenario) => scenario.outcome !== 'passed' && scenario.outcome !== 'not_run');
  const blamed = notPassed.some((scenario) => faultOf(scenario) !== null);
  return (
    <div class={`strip${blamed ? ' four' : ''}`}>
      <PassRate query={query} />
      {blamed && <Faults notPassed={notPassed} />}
      <Response />
      <Figures />
    </div>
  );
}

function PassRate({ query }: { query: Query }) {
  const { run, scenarios } = useViewer();
  const rate = run.summary.pass_rate;
  const decided = rate?.n ?? 0;
  const few = decided < 10;
  const without = run.summary.pass_rate_without_spoiled;
  const excluded = run.summary.pass_rate_without_spoiled === undefined ? 0 : decided - (without?.n ?? 0);
  return (
    <section aria-label="Pass rate">
      <h2>
        Pass rate <span>of {count(decided)} decided</span>
      </h2>
      <p class="big">
        {!rate || decided === 0 ? '–' : few ? `${run.summary.passed} of ${decided}` : percent(rate.value)}{' '}
        {rate && decided > 0 && <small>95 % interval {interval(...rate.interval)} %</small>}
      </p>
      {excluded > 0 && (
        <p class="i2">
          {!without ? 'none' : without.n < 10 ? `${run.summary.passed} of ${without.n}` : `${percent(without.value)} of ${without.n}`} without {excluded} spoiled
          {without && ` (${interval(...without.interval)})`}
        </p>
      )}
      <Reliability />
      {scenarios.length <= MOST_CELLS && (
        <div class="cells">
          {scenarios.map((scenario) => (
            <a key={scenario.id} href={scenarioHash(scenario.id, null, query)} title={scenario.id}>
              <Glyph kind={outcomeLook(scenario.outcome).glyph} label={`${outcomeLook(scenario.outcome).word}: ${scenario.id}`} />
            </a>
          ))}
        </div>
      )}
    </section>
  );
}

/** pass@1 and "never failed", where scenarios were run several times; how many passed only when they were run again. */
function Reliability() {
  const { repeats, flaky, replaced } = useViewer().run.summary;
  const first = repeats?.pass_at_1;
  const last = repeats?.pass_hat.at(-1);
  if (!first && !flaky && !replaced) return null;
  return (
    <p class="meta">
      {first && (
        <span>
          pass@1 {percent(first.value)} of {count(first.n)} scenarios ({interval(...first.interval)} %)
        </span>
      )}
      {last && last.k > 1 && (
        <span>
          pass^{last.k} {percent(last.value)}
        </span>
      )}
      {flaky ? <span>{count(flaky)} flaky</span> : null}
      {replaced && (
        <span>
          {plural(replaced.attempts, 'spoiled attempt')} replaced ({byParty(replaced.by)}){replaced.still_spoiled > 0 && `, ${count(replaced.still_spoiled)} still spoiled`}
        </span>
      )}
    </p>
  );
}

function Faults({ notPassed }: { notPassed: readonly ScenarioFacts[] }) {
  const blamed = notPassed.map(faultOf);
  const parties = [...new Set([...PARTIES, ...blamed.filter((party): party is string => party !== null)])];
  const rows: [string, number][] = parties.map((party) => [party, blamed.filter((one) => one === party).length]);
  const open = blamed.filter((party) => party === null).length;
  if (open > 0) rows.push(['not attributed', open]);
  return (
    <section aria-label="Whose fault">
      <h2>
        Whose fault <span>{count(notPassed.length)} not passed</span>
      </h2>
      <dl class="kv tight">
        {rows.map(([party, times]) => (
          <div key={party} class={times > 0 ? '' : 'zero'}>
            <dt>{capital(party)}</dt>
            <dd>{count(times)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Response() {
  const { latency, scenarios } = useViewer();
  const measured = scenarios.filter((scenario) => (scenario.latency?.n ?? 0) > 0);
  const heard = measured.length > 0 && measured.every((scenario) => scenario.lanes);
  return (
    <section aria-label="Response latency">
      <h2>
        Response{heard && ', heard'} <span>n = {latency ? count(latency.n) : '–'}</span>
      </h2>
      <dl class="kv">
        <Fact name="p50" value={span(latency?.p50)} />
        <Fact name="p95" value={span(latency?.p95)} />
        {latency && latency.n >= 100 && <Fact name="p99" value={span(latency.p99)} />}
        <Fact name="Slowest" value={span(latency?.max)} />
      </dl>
    </section>
  );
}

function Figures() {
  const { run, scenarios } = useViewer();
  const sum = (pick: (scenario: ScenarioFacts) => number | null | undefined) => {
    const known = scenarios.map(pick).filter((value): value is number => typeof value === 'number');
    return known.length === 0 ? null : known.reduce((total, value) => total + value, 0);
  };
  return (
    <section aria-label="Run">
      <h2>Run</h2>
      <dl class="kv">
        <Fact name="Duration" value={span(run.duration_s)} />
        <Fact name="Turns" value={count(sum((scenario) => scenario.turns))} />
        <Fact name="Spent in the agent" value={span(sum((scenario) => scenario.agent_s))} />
        <Fact name="Cost" value={money(sum((scenario) => scenario.cost_usd))} />
        <Fact name="Seed" value={run.seed === null || run.seed === undefined ? '–' : String(run.seed)} />
      </dl>
    </section>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
