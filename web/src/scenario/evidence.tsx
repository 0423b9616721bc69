import { useMemo, useState } from 'preact/hooks';
import type { Scenario } from '../data/result';
import { LabelSection } from '../labels/label-section';
import { useLabels } from '../labels/use-labels';
import { conversationRows } from '../model/conversation';
import { problemNumbers } from '../model/problems';
import type { Query } from '../model/route';
import { Attempts } from './attempts';
import { Checks } from './checks';
import { Conversation } from './conversation';
import { Criteria } from './criteria';
import { FaultStrip } from './fault-strip';
import { LatencySection } from './latency-section';
import { MessageLinks } from './message-links';
import { RolledBack } from './rolled-back';
import { UsageSection } from './usage-section';
import { UserSection } from './user-section';

interface Props {
  scenario: Scenario;
  /** Index of the selected message. */
  selected: number | null;
  query: Query;
}

/** Everything the verdict rests on, side by side: what was said, and what was made of it. */
export function Evidence({ scenario, selected, query }: Props) {
  const [lit, setLit] = useState<readonly number[]>([]);
  const rows = useMemo(() => conversationRows(scenario.messages ?? [], scenario.timings ?? []), [scenario]);
  const problems = useMemo(() => problemNumbers(scenario), [scenario]);
  const labels = useLabels(scenario);
  const links = { id: scenario.id, query, problems, known: scenario.messages?.length ?? 0, onLight: setLit };
  return (
    <MessageLinks.Provider value={links}>
      {scenario.fault && scenario.outcome !== 'passed' && <FaultStrip fault={scenario.fault} checks={scenario.checks ?? []} />}
      <div class="cols">
        <div>
          <Conversation rows={rows} lit={lit} selected={selected} />
          <RolledBack messages={scenario.rolled_back ?? []} />
          <Attempts attempts={scenario.earlier_attempts ?? []} />
        </div>
        <div>
          <Criteria criteria={scenario.criteria ?? []} labels={labels} />
          <Checks checks={scenario.checks ?? []} />
          <UserSection report={scenario.user_report ?? {}} />
          <LatencySection latency={scenario.latency ?? null} values={scenario.answer_s ?? []} />
          <UsageSection scenario={scenario} />
          <LabelSection scenario={scenario} labels={labels} />
        </div>
      </div>
    </MessageLinks.Provider>
  );
}
