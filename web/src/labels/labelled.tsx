import type { CriterionStatus } from '../data/result';
import { LabelForm } from './label-form';
import { LabelList } from './label-list';
import type { About, RunLabels } from './use-labels';

interface Props {
  labels: RunLabels;
  about: About;
  /** What it is on, for people. */
  name: string;
  judged: CriterionStatus;
}

/** What people said of a criterion or of the run, and the form to say more. */
export function Labelled({ labels, about, name, judged }: Props) {
  if (!labels.possible) return null;
  const isOpen = labels.open !== null && labels.open.about === about;
  const save = (answer: Parameters<RunLabels['add']>[1]) => {
    labels.add(about, answer);
    labels.show(null);
  };
  return (
    <>
      <LabelList labels={labels.of(about)} judged={judged} />
      {isOpen ? (
        <LabelForm about={name} author={labels.author} onCancel={() => labels.show(null)} onSave={save} />
      ) : (
        <button type="button" class="more" aria-label={`Label: ${name}`} onClick={() => labels.show({ about })}>
          Label
        </button>
      )}
    </>
  );
}
