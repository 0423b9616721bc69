import type { Criterion, Vote } from '../data/result';
import { Labelled } from '../labels/labelled';
import type { RunLabels } from '../labels/use-labels';
import { count } from '../model/format';
import { criterionLook, partyWords } from '../model/outcome';
import { orderedCriteria } from '../model/problems';
import { Glyph } from '../ui/glyph';
import { AgreementLine } from './agreement-line';
import { MessageLink, ProblemBadge } from './message-links';

const STATUSES: readonly Criterion['status'][] = ['passed', 'failed', 'inconclusive'];

/** `3 met, 2 not met, 1 undecided` */
function counts(criteria: readonly Criterion[]): string {
  const words = STATUSES.map((status) => [criteria.filter((one) => one.status === status).length, criterionLook(status).word] as const);
  return words.filter(([times]) => times > 0).map(([times, word]) => `${count(times)} ${word}`).join(', ');
}

/** What the judge decided, and what people say of it. Of a sentence that was decided several times the last one is labelled. */
export function Criteria({ criteria: given, labels }: { criteria: readonly Criterion[]; labels: RunLabels }) {
  const criteria = orderedCriteria(given);
  if (criteria.length === 0) return null;
  const isLast = (criterion: Criterion) => given.filter((one) => one.criterion === criterion.criterion).at(-1) === criterion;
  return (
    <section class="sec" aria-labelledby="criteria">
      <header>
        <h2 id="criteria">Criteria</h2>
        <span>{counts(criteria)}</span>
      </header>
      <ol class="crit">
        {criteria.map((criterion, at) => (
          <CriterionItem key={at} criterion={criterion}>
            {isLast(criterion) && <Labelled labels={labels} about={criterion.criterion} name={criterion.criterion} judged={criterion.status} />}
          </CriterionItem>
        ))}
      </ol>
    </section>
  );
}

function CriterionItem({ criterion, children }: { criterion: Criterion; children: preact.ComponentChildren }) {
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
      <div class="r">
        <p>
          {criterion.reasoning}
          {evidence.length > 0 && <EvidenceLinks indices={evidence} numbered={criterion.status === 'failed'} />}
        </p>
        <AgreementLine criterion={criterion} />
        {criterion.votes && criterion.votes.length > 0 && <Votes votes={criterion.votes} />}
        {children}
      </div>
    </li>
  );
}

function Votes({ votes }: { votes: readonly Vote[] }) {
  return (
    <ul class="votes" aria-label="Votes">
      {votes.map((vote, at) => (
        <li key={at}>
          <Glyph kind={criterionLook(vote.status).glyph} label={criterionLook(vote.status).word} />
          <span>
            {vote.judge && <span class="mono">{vote.judge} </span>}
            {vote.reasoning}
          </span>
        </li>
      ))}
    </ul>
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
