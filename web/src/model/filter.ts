import type { ScenarioFacts } from '../data/result';
import { outcomeLook, OUTCOMES } from './outcome';
import type { Query } from './route';

export interface FilterChoice {
  key: string;
  label: string;
  count: number;
}

function matchesFilter(scenario: ScenarioFacts, filter: string): boolean {
  if (filter === 'not-passed') return scenario.outcome !== 'passed';
  return filter === 'all' || scenario.outcome === filter;
}

/** The filters that make sense for a run, each with how many scenarios it keeps. */
export function filterChoices(scenarios: readonly ScenarioFacts[]): FilterChoice[] {
  const counted = (key: string, label: string) => ({ key, label, count: scenarios.filter((one) => matchesFilter(one, key)).length });
  const outcomes = OUTCOMES.map((outcome) => counted(outcome, outcomeLook(outcome).word));
  const shown = outcomes.filter((choice) => choice.key !== 'not_run' || choice.count > 0);
  return [counted('all', 'All'), counted('not-passed', 'Not passed'), ...shown];
}

export function filterLabel(scenarios: readonly ScenarioFacts[], filter: string): string {
  return filterChoices(scenarios).find((choice) => choice.key === filter)?.label ?? filter;
}

/** What the search box looks through, in lower case, apart from what was said. */
export function searchText(scenario: ScenarioFacts): string {
  const place = scenario.file ? `${scenario.file}:${scenario.line ?? ''}` : '';
  const matrix = Object.entries(scenario.matrix ?? {}).map(([key, value]) => `${key}=${value}`);
  const parts = [scenario.id, scenario.name, scenario.suite, place, scenario.reasoning, scenario.fault?.party, scenario.error?.message];
  return [...parts, ...matrix, ...(scenario.tags ?? [])].filter(Boolean).join('\n').toLowerCase();
}

/** Scenarios that pass the filter and hold every word of the search, in facts or conversation. */
export function applyQuery(scenarios: readonly ScenarioFacts[], query: Query, spoken: ReadonlyMap<string, string>): ScenarioFacts[] {
  const words = query.search.toLowerCase().split(/\s+/).filter(Boolean);
  return scenarios.filter((scenario) => {
    if (!matchesFilter(scenario, query.filter)) return false;
    if (words.length === 0) return true;
    const text = `${searchText(scenario)}\n${spoken.get(scenario.id) ?? ''}`;
    return words.every((word) => text.includes(word));
  });
}
