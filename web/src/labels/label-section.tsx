import type { CriterionStatus, Scenario } from '../data/result';
import { count, plural } from '../model/format';
import { useKeys } from '../ui/use-keys';
import { agreeing, current } from './label';
import { LabelExport } from './label-export';
import { Labelled } from './labelled';
import type { About, RunLabels } from './use-labels';

interface Props {
  scenario: Scenario;
  labels: RunLabels;
}

/** A verdict on a run as a label on it is compared with: what was neither passed nor failed is undecided. */
function asVerdict(scenario: Scenario): CriterionStatus {
  return scenario.outcome === 'passed' || scenario.outcome === 'failed' ? scenario.outcome : 'inconclusive';
}

/** What people say of the run as a whole, how they and the judge agree, and how labels leave the page. */
export function LabelSection({ scenario, labels }: Props) {
  const criteria = scenario.criteria ?? [];
  const places: About[] = [...criteria.map((one) => one.criterion), null];
  const next = places.find((about) => labels.of(about).length === 0) ?? places[0] ?? null;
  useKeys({ l: () => labels.possible && labels.show({ about: next }) });
  if (!labels.possible) return null;
  return (
    <section class="sec" aria-labelledby="labels">
      <header>
        <h2 id="labels">Labels and notes</h2>
        <span>the run as a whole; each criterion has its own above</span>
      </header>
      <Labelled labels={labels} about={null} name="the run as a whole" judged={asVerdict(scenario)} />
      <Agreeing scenario={scenario} labels={labels} />
      <LabelExport labels={labels.all} lasting={labels.lasting} />
    </section>
  );
}

function Agreeing({ scenario, labels }: Props) {
  const criteria = scenario.criteria ?? [];
  const judged = (words: string | null) => criteria.find((one) => one.criterion === words)?.status;
  const words = [...new Set(criteria.map((one) => one.criterion))];
  const { n, agree } = agreeing(words.flatMap((one) => current(labels.of(one))), judged);
  if (n === 0) return null;
  return (
    <p>
      {count(agree)} of {plural(n, 'label')} of this run’s criteria {agree === 1 ? 'agrees' : 'agree'} with the judge.
    </p>
  );
}
