import { count, plural } from '../model/format';
import { useViewer } from '../viewer';
import { LabelExport } from './label-export';

/** Labels of all runs of this batch, where there are any. */
export function BatchLabels() {
  const { labels } = useViewer();
  const all = labels.all();
  if (all.length === 0) return null;
  const authors = new Set(all.map((label) => label.author)).size;
  const runs = new Set(all.map((label) => label.run_id)).size;
  return (
    <details class="aside">
      <summary>
        <h2>{plural(all.length, 'label')}</h2>{' '}
        <span class="i3">
          on {plural(runs, 'run')} by {authors === 1 ? 'one person' : `${count(authors)} people`}
        </span>
      </summary>
      <LabelExport labels={all} lasting={labels.lasting} />
    </details>
  );
}
