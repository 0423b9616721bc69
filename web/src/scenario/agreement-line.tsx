import type { Agreement, Criterion } from '../data/result';
import { count, kappa, plural } from '../model/format';
import { criterionLook } from '../model/outcome';

function figures({ n, agreed, kappa: value, interval, of_another_judge: others }: Agreement): string {
  const range = interval ? ` (${kappa(interval[0])} to ${kappa(interval[1])})` : '';
  const measured = n === 0 ? 'not labelled by people yet' : `judge κ ${kappa(value)}${range}, agrees with people in ${count(agreed)} of ${count(n)}`;
  return others ? `${measured}; ${plural(others, 'label')} of another judge left out` : measured;
}

/** How far this judge can be trusted on this criterion, by what people labelled. */
export function AgreementLine({ criterion }: { criterion: Criterion }) {
  const { agreement, judged } = criterion;
  if (!agreement) return null;
  return (
    <p class="agreement">
      {judged && (
        <span class="cau">
          The judge said “{criterionLook(judged).word}” and is not heard: it agrees with people too little
          {typeof agreement.floor === 'number' && ` (κ must be ${kappa(agreement.floor)})`}.{' '}
        </span>
      )}
      <span class="i3">{figures(agreement)}</span>
    </p>
  );
}
