import type { ScenarioFacts } from '../data/result';

export interface NoticeCount {
  text: string;
  /** Id of the first scenario that has it. */
  first: string;
  runs: number;
}

/** Every notice once; those of most runs first. */
export function noticesOf(scenarios: readonly Pick<ScenarioFacts, 'id' | 'notices'>[]): NoticeCount[] {
  const byText = new Map<string, NoticeCount>();
  for (const { id, notices } of scenarios)
    for (const text of new Set(notices ?? [])) {
      const known = byText.get(text);
      if (known) known.runs += 1;
      else byText.set(text, { text, first: id, runs: 1 });
    }
  return [...byText.values()].sort((a, b) => b.runs - a.runs);
}
