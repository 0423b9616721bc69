import { readFileSync } from 'node:fs';
import type { Run, Scenario } from '../src/data/result';

declare const SAMPLE_PATH: string;

/** A whole result as the C++ side writes it. */
export type Result = Omit<Run, 'scenarios'> & { scenarios: Scenario[] };

export function readSample(): Result {
  return JSON.parse(readFileSync(SAMPLE_PATH, 'utf8')) as Result;
}

export function facts(changes: Partial<Run['scenarios'][number]>): Run['scenarios'][number] {
  return { id: 'one', name: 'one', outcome: 'passed', ...changes };
}
