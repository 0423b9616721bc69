import { useMemo } from 'preact/hooks';
import type { ScenarioFacts } from '../data/result';
import { applyQuery } from '../model/filter';
import { runHash, type Query } from '../model/route';
import { Notice } from '../ui/notice';
import { useMedia, WIDE } from '../ui/use-media';
import { useKeys } from '../ui/use-keys';
import { useViewer } from '../viewer';
import { Evidence } from './evidence';
import { Pager } from './pager';
import { Rail } from './rail';
import { useDetail } from './use-detail';
import { VerdictBlock } from './verdict-block';

interface Props {
  scenario: ScenarioFacts;
  message: number | null;
  /** Of the call, seconds. */
  time: number | null;
  query: Query;
  spoken: ReadonlyMap<string, string>;
}

export function ScenarioPage({ scenario, message, time, query, spoken }: Props) {
  const viewer = useViewer();
  const wide = useMedia(WIDE);
  const detail = useDetail(scenario.id);
  const listed = useMemo(() => {
    const shown = applyQuery(viewer.scenarios, query, spoken);
    return shown.some((one) => one.id === scenario.id) ? shown : viewer.scenarios;
  }, [viewer, scenario.id, query.filter, query.search, spoken]);
  useKeys({ Escape: () => (location.hash = runHash(query)) });
  return (
    <div class="split">
      {wide && <Rail scenarios={listed} current={scenario.id} query={query} />}
      <main class="main" id="main" tabIndex={-1}>
        {!wide && <Pager scenarios={listed} current={scenario.id} query={query} />}
        <VerdictBlock facts={scenario} detail={detail.state === 'here' ? detail.scenario : null} />
        {detail.state === 'missing' && (
          <Notice tone="caution">The conversation of this scenario could not be read: {detail.why}. The run’s result.json holds it as well.</Notice>
        )}
        {detail.state === 'here' && <Evidence scenario={detail.scenario} sound={scenario.sound ?? null} selected={message} time={time} query={query} key={scenario.id} />}
      </main>
    </div>
  );
}
