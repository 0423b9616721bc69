import { useMemo, useState } from 'preact/hooks';
import { CallContext, seekMessage } from '../call/call-context';
import { CallSection } from '../call/call-section';
import { MeasuresSection } from '../call/measures-section';
import { useCurrentCall } from '../call/use-current-call';
import type { Scenario } from '../data/result';
import type { Sound } from '../data/voice';
import { LabelSection } from '../labels/label-section';
import { useLabels } from '../labels/use-labels';
import { greetingOf } from '../model/call';
import { conversationRows } from '../model/conversation';
import { spokenRows } from '../model/spoken-rows';
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
  /** Of the call, seconds, where the address names one. */
  time: number | null;
  sound: Sound | null;
  query: Query;
}

/** Everything the verdict rests on, side by side: what was said, and what was made of it. */
export function Evidence({ scenario, sound, selected, time, query }: Props) {
  const [lit, setLit] = useState<readonly number[]>([]);
  const problems = useMemo(() => problemNumbers(scenario), [scenario]);
  const call = useCurrentCall({ scenario, sound, problems, selected, time, query });
  const rows = useMemo(() => {
    const written = conversationRows(scenario.messages ?? [], scenario.timings ?? []);
    return call ? spokenRows(written, call.layout) : written;
  }, [scenario, call]);
  const labels = useLabels(scenario);
  const links = { id: scenario.id, query, problems, known: scenario.messages?.length ?? 0, onLight: setLit, onSelect: (index: number) => seekMessage(call, index) };
  return (
    <CallContext.Provider value={call}>
      <MessageLinks.Provider value={links}>
        {scenario.fault && scenario.outcome !== 'passed' && <FaultStrip fault={scenario.fault} checks={scenario.checks ?? []} />}
        {call && <CallSection id={scenario.id} layout={call.layout} sound={sound} player={call.player} lit={lit} />}
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
            <LatencySection latency={scenario.voice?.measures.response ?? scenario.latency ?? null} values={scenario.answer_s ?? []} greeting={call ? greetingOf(call.layout.turns) : undefined} />
            {scenario.voice && <MeasuresSection call={scenario.voice.call} measures={scenario.voice.measures} />}
            <UsageSection scenario={scenario} />
            <LabelSection scenario={scenario} labels={labels} />
          </div>
        </div>
      </MessageLinks.Provider>
    </CallContext.Provider>
  );
}
