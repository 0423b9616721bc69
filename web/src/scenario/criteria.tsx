import type { Criterion } from '../data/result';
import { count } from '../model/format';
import { criterionLook, partyWords } from '../model/outcome';
import { orderedCriteria } from '../model/problems';
import { Glyph } from '../ui/glyph';
import { MessageLink, ProblemBadge } from './message-links';

const STATUSES: readonly Criterion['status'][] = ['passed', 'failed', 'inconclusive'];

/** `3 met, 2 not met, 1 undecided` */
function counts(criteria: readonly Criterion[]): string {
  const words = STATUSES.map((status) => [criteria.filter((one) => one.status === status).length, criterionLook(status).word] as const);
  return words.filter(([times]) => times > 0).map(([times, word]) => `${count(times)} ${word}`).join(', ');
}

export function Criteria({ criteria }: { criteria: readonly Criterion[] }) {
  if (criteria.length === 0) return null;
  return (
    <section class="sec" aria-labelledby="criteria">
      <header>
        <h2 id="criteria">Criteria</h2>
        <span>{counts(criteria)}</span>
      </header>
      <ol class="crit">
        {orderedCriteria(criteria).map((criterion, at) => (
          <CriterionItem key={at} criterion={criterion} />
        ))}
      </ol>
    </section>
  );
}

function CriterionItem({ criterion }: { criterion: Criterion }) {
  const { word, glyph } = criterionLook(criterion.status);
  const evidence = criterion.evidence ?? [];
  return (
    <li class={criterion.status}>
      <Glyph kind={glyph} />
      <span class="q">{criterion.criterion}</span>
      <span class="v">
        {word}
        {criterion.party && `, because of the ${partyWords(criterion.party)}`}
      </span>
      <p class="r">
        {criterion.reasoning}
        {evidence.length > 0 && <EvidenceLinks indices={evidence} numbered={criterion.status === 'failed'} />}
      </p>
    </li>
  );
}

function EvidenceLinks({ indices, numbered }: { indices: readonly number[]; numbered: boolean }) {
  return (
    <span class="ev">
      {indices.length === 1 ? 'message' : 'messages'}
      {indices.map((index, at) => (
        <span key={index} class="nw">
          {numbered && at === 0 && <ProblemBadge index={index} />}
          <MessageLink index={index} />
        </span>
      ))}
    </span>
  );
}
