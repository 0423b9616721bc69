import { useEffect, useState } from 'preact/hooks';
import type { Scenario } from '../data/result';
import { useViewer } from '../viewer';
import type { Answer, Label } from './label';

export interface RunLabels {
  /** Of the whole batch. */
  all: readonly Label[];
  /** Of this run. */
  own: readonly Label[];
  /** On one criterion of this run, oldest first. */
  of: (criterion: string | null) => readonly Label[];
  add: (criterion: string | null, answer: Answer) => void;
  /** Who labelled last. */
  author: string;
  /** They stay when the page is closed. */
  lasting: boolean;
}

/** The labels of a run, drawn anew when one is added. */
export function useLabels(scenario: Pick<Scenario, 'run_id'>): RunLabels {
  const { labels: store, run } = useViewer();
  const [, draw] = useState(0);
  useEffect(() => store.listen(() => draw((times) => times + 1)), [store]);
  const id = scenario.run_id ?? '';
  const own = store.all().filter((label) => label.run_id === id);
  return {
    all: store.all(),
    own,
    of: (criterion) => own.filter((label) => label.criterion === criterion),
    add: (criterion, answer) => store.add({ batch_id: run.batch_id ?? '', run_id: id, criterion, ...answer, at: new Date().toISOString() }),
    author: store.author,
    lasting: store.lasting,
  };
}
