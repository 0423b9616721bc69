import type { CriterionStatus } from '../data/result';

/** A person's verdict on a criterion of a run; the format that `antiphon label import` reads. */
export interface Label {
  batch_id: string;
  run_id: string;
  /** Its words; null for the run as a whole. */
  criterion: string | null;
  verdict: CriterionStatus;
  reason: string;
  author: string;
  /** RFC 3339, UTC. */
  at: string;
}

/** What a form gives. */
export type Answer = Pick<Label, 'verdict' | 'reason' | 'author'>;

/** The newest of each author, in the order in which they were first given: what counts. Earlier ones are history. */
export function current(labels: readonly Label[]): Label[] {
  const byAuthor = new Map<string, Label>();
  for (const label of labels) byAuthor.set(label.author, label);
  return [...byAuthor.values()];
}

/** How many of these say what the judge said. */
export function agreeing(labels: readonly Label[], judged: (criterion: string | null) => CriterionStatus | undefined): { n: number; agree: number } {
  const about = labels.filter((label) => judged(label.criterion) !== undefined);
  return { n: about.length, agree: about.filter((label) => judged(label.criterion) === label.verdict).length };
}

/** The file that is exported. */
export function exported(labels: readonly Label[]): string {
  return `${JSON.stringify({ antiphon_labels: 1, labels }, null, 2)}\n`;
}

/** All labels of both, each once, oldest first. */
export function merged(ours: readonly Label[], theirs: readonly Label[]): Label[] {
  const all = new Map([...ours, ...theirs].map((label) => [JSON.stringify([label.run_id, label.criterion, label.author, label.at, label.verdict, label.reason]), label]));
  return [...all.values()].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

const VERDICTS: readonly unknown[] = ['passed', 'failed', 'inconclusive'];

function isLabel(item: unknown): item is Label {
  const label = item as Record<keyof Label, unknown> | null;
  if (typeof label !== 'object' || label === null || !VERDICTS.includes(label.verdict)) return false;
  const texts = [label.batch_id, label.run_id, label.author, label.reason, label.at, label.criterion ?? ''];
  return texts.every((text) => typeof text === 'string');
}

/** What was kept before; nothing where it is not what this page wrote. */
export function parseKept(text: string | null): Label[] {
  try {
    const kept: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(kept) ? kept.filter(isLabel) : [];
  } catch {
    return [];
  }
}
