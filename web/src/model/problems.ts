import type { Check, Criterion, Scenario } from '../data/result';

/** What a check came to: held, did not hold, or could not be decided. */
export type CheckState = 'holds' | 'fails' | 'undecided';

export function checkState(check: Check): CheckState {
  if (check.passed) return 'holds';
  return check.inconclusive ? 'undecided' : 'fails';
}

const CHECK_ORDER: readonly CheckState[] = ['fails', 'undecided', 'holds'];
const CRITERION_ORDER: readonly Criterion['status'][] = ['failed', 'inconclusive', 'passed'];

/** Not holding first, then as in the suite. */
export function orderedChecks(checks: readonly Check[]): Check[] {
  return CHECK_ORDER.flatMap((state) => checks.filter((check) => checkState(check) === state));
}

/** Not met, undecided, met; then as in the suite. */
export function orderedCriteria(criteria: readonly Criterion[]): Criterion[] {
  return CRITERION_ORDER.flatMap((status) => criteria.filter((criterion) => criterion.status === status));
}

/**
 * Messages at which something went wrong, numbered from 1 in the order of the conversation: the number is the same beside the message, its criterion and its
 * check. Of a criterion's evidence only the first counts.
 */
export function problemNumbers(scenario: Pick<Scenario, 'criteria' | 'checks'>): Map<number, number> {
  const failed = (scenario.criteria ?? []).filter((criterion) => criterion.status === 'failed').map((criterion) => criterion.evidence?.[0]);
  const broken = (scenario.checks ?? []).filter((check) => checkState(check) === 'fails').map((check) => check.where?.message);
  const messages = [...failed, ...broken].filter((index): index is number => typeof index === 'number');
  const ordered = [...new Set(messages)].sort((a, b) => a - b);
  return new Map(ordered.map((index, at) => [index, at + 1]));
}
