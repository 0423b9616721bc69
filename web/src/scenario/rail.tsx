import { useEffect, useRef } from 'preact/hooks';
import type { ScenarioFacts } from '../data/result';
import { count } from '../model/format';
import { capital, faultOf, outcomeLook } from '../model/outcome';
import { scenarioHash, type Query } from '../model/route';
import { Glyph } from '../ui/glyph';
import { useWindow } from '../ui/use-window';
import { useViewer } from '../viewer';

interface Props {
  scenarios: readonly ScenarioFacts[];
  current: string;
  query: Query;
}

/** All scenarios of the list one came from, so that nobody has to go back to it. */
export function Rail({ scenarios, current, query }: Props) {
  const viewer = useViewer();
  const box = useRef<HTMLElement>(null);
  const rows = useWindow({ count: scenarios.length, estimate: 28, all: viewer.printing, inside: true });
  const at = scenarios.findIndex((scenario) => scenario.id === current);
  useEffect(() => {
    rows.reveal(at);
    const link = () => box.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' });
    const frame = requestAnimationFrame(link);
    return () => cancelAnimationFrame(frame);
  }, [at]);
  const part = scenarios.length === viewer.scenarios.length ? 'worst first' : `of ${count(viewer.scenarios.length)}, filtered`;
  return (
    <nav class="rail" aria-label="Scenarios of this run" ref={box}>
      <h2>
        {count(scenarios.length)} scenarios <span>{part}</span>
      </h2>
      <ul ref={rows.list}>
        {rows.before > 0 && <li data-spacer aria-hidden="true" style={{ height: `${rows.before}px` }} />}
        {scenarios.slice(rows.from, rows.to).map((scenario) => (
          <li key={scenario.id}>
            <RailLink scenario={scenario} current={scenario.id === current} query={query} />
          </li>
        ))}
        {rows.after > 0 && <li data-spacer aria-hidden="true" style={{ height: `${rows.after}px` }} />}
      </ul>
    </nav>
  );
}

function RailLink({ scenario, current, query }: { scenario: ScenarioFacts; current: boolean; query: Query }) {
  const look = outcomeLook(scenario.outcome);
  const fault = scenario.outcome === 'passed' ? null : faultOf(scenario);
  return (
    <a href={scenarioHash(scenario.id, null, query)} aria-current={current ? 'page' : undefined} class={scenario.outcome === 'passed' ? 'p' : ''}>
      <Glyph kind={look.glyph} label={look.word} />
      <span>
        {scenario.id}
        {fault !== null && <small>{capital(fault)}</small>}
      </span>
    </a>
  );
}
