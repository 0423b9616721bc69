import type { ScenarioFacts } from '../data/result';
import { count } from '../model/format';
import { runHash, scenarioHash, type Query } from '../model/route';

interface Props {
  scenarios: readonly ScenarioFacts[];
  current: string;
  query: Query;
}

function Step({ to, word, query }: { to: ScenarioFacts | undefined; word: string; query: Query }) {
  if (!to) {
    return (
      <button type="button" class="btn" disabled title={word === 'Next' ? 'This is the last one' : 'This is the first one'}>
        {word}
      </button>
    );
  }
  return (
    <a class="btn" href={scenarioHash(to.id, null, query)} aria-label={`${word}: ${to.id}`}>
      {word}
    </a>
  );
}

/** Moves between scenarios where there is no room for the rail. */
export function Pager({ scenarios, current, query }: Props) {
  const at = scenarios.findIndex((scenario) => scenario.id === current);
  return (
    <nav class="pager" aria-label="Scenarios">
      <a class="btn" href={runHash(query)}>
        All {count(scenarios.length)}
      </a>
      <span class="sp" />
      <Step to={scenarios[at - 1]} word="Prev" query={query} />
      <span class="nw">
        {count(at + 1)} of {count(scenarios.length)}
      </span>
      <Step to={scenarios[at + 1]} word="Next" query={query} />
    </nav>
  );
}
