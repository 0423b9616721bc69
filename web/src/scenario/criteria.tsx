import { useState } from 'preact/hooks';
import type { Criterion, Scenario, Vote } from '../data/result';
import { LabelForm } from '../labels/label-form';
import { LabelList } from '../labels/label-list';
import { LabelSummary } from '../labels/label-summary';
import { useLabels } from '../labels/use-labels';
import { count } from '../model/format';
import { criterionLook, partyWords } from '../model/outcome';
import { orderedCriteria } from '../model/problems';
import { Glyph } from '../ui/glyph';
import { useKeys } from '../ui/use-keys';
import { MessageLink, ProblemBadge } from './message-links';

const STATUSES: readonly Criterion['status'][] = ['passed', 'failed', 'inconclusive'];

/** `3 met, 2 not met, 1 undecided` */
function counts(criteria: readonly Criterion[]): string {
  const words = STATUSES.map((status) => [criteria.filter((one) => one.status === status).length, criterionLook(status).word] as const);
  return words.filter(([times]) => times > 0).map(([times, word]) => `${count(times)} ${word}`).join(', ');
}

/** What the judge decided, and what people say of it. */
export function Criteria({ scenario }: { scenario: Scenario }) {
  const criteria = orderedCriteria(scenario.criteria ?? []);
  const [open, setOpen] = useState<string | null>(null);
  const labels = useLabels(scenario);
  const next = criteria.find((one) => labels.of(one.criterion).length === 0) ?? criteria[0];
  useKeys({ l: () => next && setOpen(next.criterion) });
  if (criteria.length === 0) return null;
  return (
    <section class="sec" aria-labelledby="criteria">
      <header>
        <h2 id="criteria">Criteria</h2>
        <span>{counts(criteria)}</span>
      </header>
      <ol class="crit">
        {criteria.map((criterion, at) => (
          <CriterionItem key={at} criterion={criterion}>
            <LabelList labels={labels.of(criterion.criterion)} judged={criterion.status} />
            {open === criterion.criterion ? (
              <LabelForm
                about={criterion.criterion}
                author={labels.author}
                onCancel={() => setOpen(null)}
                onSave={(answer) => {
                  labels.add(criterion.criterion, answer);
                  setOpen(null);
                }}
              />
            ) : (
              <button type="button" class="more" aria-label={`Label: ${criterion.criterion}`} onClick={() => setOpen(criterion.criterion)}>
                Label
              </button>
            )}
          </CriterionItem>
        ))}
      </ol>
      <LabelSummary labels={labels} criteria={criteria} />
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
