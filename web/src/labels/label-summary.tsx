import type { Criterion } from '../data/result';
import { count, plural } from '../model/format';
import { useViewer } from '../viewer';
import { agreeing, current, exported } from './label';
import type { RunLabels } from './use-labels';

/** How people and judge agree on this run, where the labels are, and how they leave the page. */
export function LabelSummary({ labels, criteria }: { labels: RunLabels; criteria: readonly Criterion[] }) {
  const { run } = useViewer();
  if (labels.all.length === 0) return null;
  const judged = (words: string | null) => criteria.find((one) => one.criterion === words)?.status;
  const counted = criteria.flatMap((criterion) => current(labels.of(criterion.criterion)));
  const { n, agree } = agreeing(counted, judged);
  return (
    <div class="label-sum">
      {n > 0 && (
        <p>
          {count(agree)} of {plural(n, 'label')} of this run {agree === 1 ? 'agrees' : 'agree'} with the judge.
        </p>
      )}
      <p class="i2">
        {labels.lasting ? 'Labels are kept in this browser only.' : 'This browser keeps nothing: labels are lost with the page.'} Export them, then{' '}
        <code class="mono">antiphon label import FILE</code>.
      </p>
      <button type="button" class="btn" onClick={() => download(`labels-${run.batch_id ?? 'run'}.json`, exported(labels.all))}>
        Export {plural(labels.all.length, 'label')}
      </button>
    </div>
  );
}

function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
