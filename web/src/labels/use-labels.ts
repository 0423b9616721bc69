import { useEffect, useState } from 'preact/hooks';
import type { Scenario } from '../data/result';
import { useViewer } from '../viewer';
import type { Answer, Label } from './label';

/** What a label is on: the words of a criterion, or null for the run as a whole. */
export type About = string | null;

export interface RunLabels {
  /** Of the whole batch. */
  all: readonly Label[];
  /** Of this run. */
  own: readonly Label[];
  /** On one criterion of this run, oldest first. */
  of: (about: About) => readonly Label[];
  add: (about: About, answer: Answer) => void;
  /** Who labelled last. */
  author: string;
  /** They stay when the page is closed. */
  lasting: boolean;
  /** A run that never began has no id to label it by. */
  possible: boolean;
  /** What the form that is open is on. */
  open: { about: About } | null;
  show: (open: { about: About } | null) => void;
}

/** The labels of a run, drawn anew when one is added. */
export function useLabels(scenario: Pick<Scenario, 'run_id'>): RunLabels {
  const { labels: store, run } = useViewer();
  const [, draw] = useState(0);
  const [open, show] = useState<{ about: About } | null>(null);
  useEffect(() => store.listen(() => draw((times) => times + 1)), [store]);
  const id = scenario.run_id ?? '';
  const own = store.all().filter((label) => label.run_id === id);
  return {
    all: store.all(),
    own,
    of: (about) => own.filter((label) => label.criterion === about),
    add: (criterion, answer) => store.add({ batch_id: run.batch_id ?? '', run_id: id, criterion, ...answer, at: new Date().toISOString() }),
    author: store.author,
    lasting: store.lasting,
    possible: id !== '' && Boolean(run.batch_id),
    open,
    show,
  };
}
