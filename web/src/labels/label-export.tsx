import { plural } from '../model/format';
import { useViewer } from '../viewer';
import { exported, type Label } from './label';

/** Where the labels of this batch are, and how they leave the page. */
export function LabelExport({ labels, lasting }: { labels: readonly Label[]; lasting: boolean }) {
  const { run } = useViewer();
  if (labels.length === 0) return null;
  return (
    <div class="label-sum">
      <p class="i2">
        {lasting ? 'Labels are kept in this browser only, until they are exported.' : 'This browser keeps nothing: labels are lost with the page.'} Export them, then{' '}
        <code class="mono">antiphon label import FILE</code>.
      </p>
      <button type="button" class="btn" onClick={() => download(`labels-${run.batch_id ?? 'run'}.json`, exported(labels))}>
        Export {plural(labels.length, 'label')}
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
