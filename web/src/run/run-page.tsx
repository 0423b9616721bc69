import { useMemo, useState } from 'preact/hooks';
import { applyQuery, filterChoices, filterLabel } from '../model/filter';
import { runHash, scenarioHash, type Query } from '../model/route';
import { Segmented } from '../ui/segmented';
import { useKeys } from '../ui/use-keys';
import { replaceHash } from '../ui/use-route';
import { useViewer } from '../viewer';
import { BatchLabels } from '../labels/batch-labels';
import { FactStrip } from './fact-strip';
import { Notices } from './notices';
import { Repeats } from './repeats';
import { RunHead } from './run-head';
import { ScenarioTable } from './scenario-table';
import { UserModels } from './user-models';
import { step } from '../model/step';

interface Props {
  query: Query;
  /** What was said, by scenario, as far as it was unpacked for the search. */
  spoken: ReadonlyMap<string, string>;
  /** The scenario the reader was at last. */
  current: string | null;
  onCurrent: (id: string) => void;
}

export function RunPage({ query, spoken, current, onCurrent }: Props) {
  const viewer = useViewer();
  const [focus, setFocus] = useState(0);
  const choices = useMemo(() => filterChoices(viewer.scenarios), [viewer]);
  const shown = useMemo(() => applyQuery(viewer.scenarios, query, spoken), [viewer, query.filter, query.search, spoken]);
  const at = shown.findIndex((scenario) => scenario.id === current);
  const go = (by: 1 | -1, wanted: (index: number) => boolean) => {
    const next = shown[step(shown.length, at, by, wanted)];
    if (!next) return;
    onCurrent(next.id);
    setFocus((count) => count + 1);
  };
  const notPassed = (index: number) => shown[index]?.outcome !== 'passed';
  useKeys({
    j: () => go(1, () => true),
    k: () => go(-1, () => true),
    n: () => go(1, notPassed),
    p: () => go(-1, notPassed),
    Enter: () => current !== null && at >= 0 && (location.hash = scenarioHash(current, null, query)),
  });
  return (
    <main class="page" id="main" tabIndex={-1}>
      <RunHead />
      <FactStrip query={query} />
      <UserModels />
      <Repeats />
      <Notices query={query} />
      <BatchLabels />
      <div class="bar">
        <Segmented
          label="Filter by outcome"
          choices={choices}
          chosen={query.filter}
          onChoose={(filter) => replaceHash(runHash({ ...query, filter }))}
        />
        <span class="sp" />
        <span class="i3 hint">
          Worst first <kbd>j</kbd> <kbd>k</kbd> move <kbd>Enter</kbd> open <kbd>n</kbd> next not passed
        </span>
      </div>
      {shown.length > 0 ? (
        <ScenarioTable scenarios={shown} query={query} current={current} focus={focus} />
      ) : (
        <NothingLeft query={query} total={viewer.scenarios.length} label={filterLabel(viewer.scenarios, query.filter)} />
      )}
    </main>
  );
}

function NothingLeft({ query, total, label }: { query: Query; total: number; label: string }) {
  const searched = query.search === '' ? '' : ` with “${query.search}”`;
  return (
    <div class="nothing">
      <p>
        No scenario: {label}
        {searched}.
      </p>
      <button type="button" class="btn" onClick={() => replaceHash(runHash())}>
        Show all {total}
      </button>
    </div>
  );
}
