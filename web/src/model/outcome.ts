import type { CriterionStatus, Outcome, Run, ScenarioFacts } from '../data/result';
import type { GlyphKind } from '../ui/glyph';
import { count } from './format';

interface OutcomeLook {
  word: string;
  glyph: GlyphKind;
}

/** Worst first. */
export const OUTCOMES: readonly Outcome[] = ['failed', 'error', 'inconclusive', 'not_run', 'passed'];

const LOOKS: Record<Outcome, OutcomeLook> = {
  failed: { word: 'Failed', glyph: 'fail' },
  error: { word: 'Error', glyph: 'error' },
  inconclusive: { word: 'Inconclusive', glyph: 'open' },
  not_run: { word: 'Not run', glyph: 'none' },
  passed: { word: 'Passed', glyph: 'pass' },
};

export function outcomeLook(outcome: Outcome): OutcomeLook {
  return LOOKS[outcome] ?? { word: String(outcome), glyph: 'none' };
}

export function criterionLook(status: CriterionStatus): OutcomeLook {
  if (status === 'passed') return { word: 'met', glyph: 'pass' };
  return status === 'failed' ? { word: 'not met', glyph: 'fail' } : { word: 'undecided', glyph: 'open' };
}

/** `simulated_user` as people write it: `simulated user`. */
export function partyWords(party: string): string {
  const words = party.replace(/_/g, ' ');
  return words === 'user' ? 'simulated user' : words;
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Who is to blame, where that is known. */
export function faultOf(scenario: Pick<ScenarioFacts, 'fault' | 'error'>): string | null {
  const party = scenario.fault?.party ?? scenario.error?.party ?? null;
  return party === null ? null : partyWords(party);
}

/** It did not pass, and not because of the agent. */
export function isSpoiled(scenario: Pick<ScenarioFacts, 'outcome' | 'fault'>): boolean {
  const over = scenario.outcome !== 'passed' && scenario.outcome !== 'not_run';
  return over && typeof scenario.fault?.party === 'string' && scenario.fault.party !== 'agent';
}

/** `Failed, agent at fault`. */
export function verdictWords(scenario: Pick<ScenarioFacts, 'outcome' | 'fault' | 'error'>): string {
  const { word } = outcomeLook(scenario.outcome);
  const fault = scenario.outcome === 'passed' ? null : faultOf(scenario);
  return fault === null ? word : `${word}, ${fault} at fault`;
}

/** The order of the table: worst first, then as in the suite. */
export function worstFirst<T extends Pick<ScenarioFacts, 'outcome'>>(scenarios: readonly T[]): T[] {
  const rank = (outcome: Outcome) => (OUTCOMES.includes(outcome) ? OUTCOMES.indexOf(outcome) : 0);
  return scenarios
    .map((scenario, at) => ({ scenario, at, rank: rank(scenario.outcome) }))
    .sort((a, b) => a.rank - b.rank || a.at - b.at)
    .map((entry) => entry.scenario);
}

/** The answer in one line: `9 of 14 passed, 3 failed, 1 error, 1 inconclusive`. */
export function answer(run: Run): { passed: string; rest: { outcome: Outcome; text: string }[] } {
  const { summary } = run;
  const passed = summary.total === summary.passed ? `All ${count(summary.total)} passed` : `${count(summary.passed)} of ${count(summary.total)} passed`;
  const rest = OUTCOMES.filter((outcome) => outcome !== 'passed' && summary[outcome] > 0).map((outcome) => ({
    outcome,
    text: `${count(summary[outcome])} ${outcome.replace('_', ' ')}`,
  }));
  return { passed, rest };
}
