import type { CriterionStatus } from '../data/result';
import { date } from '../model/format';
import { criterionLook } from '../model/outcome';
import { Glyph } from '../ui/glyph';
import { current, type Label } from './label';

function said(label: Label): string {
  return `${criterionLook(label.verdict).word}${label.reason ? `, “${label.reason}”` : ''} (${date(label.at)})`;
}

/** What people said of a criterion or of a run, beside what was decided; who sees it otherwise is named. */
export function LabelList({ labels, judged }: { labels: readonly Label[]; judged: CriterionStatus }) {
  const counted = current(labels);
  if (counted.length === 0) return null;
  return (
    <ul class="labels" aria-label="Labels">
      {counted.map((label) => (
        <li key={label.author}>
          <Glyph kind={criterionLook(label.verdict).glyph} />
          <span>
            {label.author}: {criterionLook(label.verdict).word}
            {label.verdict !== judged && <strong class="cau"> disagrees with the judge</strong>}
            {label.reason && <span class="i2">. {label.reason}</span>}
          </span>
          <History labels={labels.filter((one) => one.author === label.author)} />
        </li>
      ))}
    </ul>
  );
}

function History({ labels }: { labels: readonly Label[] }) {
  if (labels.length < 2) return null;
  return (
    <span class="i3">
      before: {labels.slice(0, -1).map(said).join('; ')}
    </span>
  );
}
