import { useMemo, useState } from 'preact/hooks';
import type { Scenario } from '../data/result';
import { conversationRows } from '../model/conversation';
import { problemNumbers } from '../model/problems';
import type { Query } from '../model/route';
import { Checks } from './checks';
import { Conversation } from './conversation';
import { Criteria } from './criteria';
import { FaultStrip } from './fault-strip';
import { LatencySection } from './latency-section';
import { MessageLinks } from './message-links';
import { RolledBack } from './rolled-back';
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
  const links = { id: scenario.id, query, problems, known: scenario.messages?.length ?? 0, onLight: setLit };
  return (
    <MessageLinks.Provider value={links}>
      {scenario.fault && scenario.outcome !== 'passed' && <FaultStrip fault={scenario.fault} />}
      <div class="cols">
        <div>
          <Conversation rows={rows} lit={lit} selected={selected} />
          <RolledBack messages={scenario.rolled_back ?? []} />
        </div>
        <div>
          <Criteria scenario={scenario} />
          <Checks checks={scenario.checks ?? []} />
          <UserSection report={scenario.user_report ?? {}} />
          <LatencySection latency={scenario.latency ?? null} values={scenario.answer_s ?? []} />
        </div>
      </div>
    </MessageLinks.Provider>
  );
}
