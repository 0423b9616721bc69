import { useEffect, useMemo } from 'preact/hooks';
import type { ScenarioFacts } from '../data/result';
import type { Query } from '../model/route';
import { niceCeiling } from '../model/scale';
import { spokenLength } from '../model/strip';
import { NARROW, useMedia, WIDE } from '../ui/use-media';
import { useWindow } from '../ui/use-window';
import { useViewer } from '../viewer';
import { ResponseAxis } from './response-cell';
import { ScenarioRow, type Scales } from './scenario-row';

interface Props {
  scenarios: readonly ScenarioFacts[];
  query: Query;
  current: string | null;
  /** Changes whenever the current row shall be focused. */
  focus: number;
}

/** Scales are the run's, not the filter's: filtering must not change what a row looks like. */
function useScales(): Scales {
  const { scenarios } = useViewer();
  const wide = useMedia(WIDE);
  const narrow = useMedia(NARROW);
  const [characters, seconds, slowest] = useMemo(
    () => [
      Math.max(1, ...scenarios.map((scenario) => spokenLength(scenario.strip ?? []))),
      Math.max(1, ...scenarios.map((scenario) => scenario.lanes?.duration_s ?? 0)),
      niceCeiling(Math.max(0, ...scenarios.map((scenario) => scenario.latency?.p95 ?? 0))),
    ],
    [scenarios],
  );
  return { characters, seconds, slowest, stripWidth: wide || narrow ? 210 : 136, responseWidth: wide ? 132 : 96 };
}

function focusRow(index: number): void {
  const link = document.querySelector<HTMLAnchorElement>(`tr[aria-rowindex="${index + 2}"] a.n`);
  link?.focus({ preventScroll: true });
  link?.closest('tr')?.scrollIntoView({ block: 'nearest' });
}

export function ScenarioTable({ scenarios, query, current, focus }: Props) {
  const viewer = useViewer();
  const scales = useScales();
  const rows = useWindow({ count: scenarios.length, estimate: 38, all: viewer.printing });
  const at = scenarios.findIndex((scenario) => scenario.id === current);
  useEffect(() => {
    if (at < 0) return;
    rows.reveal(at);
    if (focus > 0) requestAnimationFrame(() => focusRow(at));
  }, [focus]);
  return (
    <table class="list" aria-rowcount={scenarios.length + 1}>
      <caption class="vh">Scenarios, worst first</caption>
      <thead>
        <tr aria-rowindex={1}>
          <th scope="col">
            <span class="vh">Outcome</span>
          </th>
          <th scope="col">Scenario</th>
          <th scope="col" class="c-shape">
            Conversation<span class="wide">: user above, agent below</span>
          </th>
          <th scope="col" class="c-resp">
            <ResponseAxis width={scales.responseWidth} ceiling={scales.slowest} />
          </th>
          <th scope="col" class="c-crit num">
            Criteria
          </th>
          <th scope="col" class="c-chk num">
            Checks
          </th>
          <th scope="col" class="c-dur num">
            Length
          </th>
          <th scope="col" class="c-blame">
            Fault
          </th>
        </tr>
      </thead>
      <tbody ref={rows.list}>
        <Spacer height={rows.before} />
        {scenarios.slice(rows.from, rows.to).map((scenario, offset) => (
          <ScenarioRow
            key={scenario.id}
            scenario={scenario}
            index={rows.from + offset}
            current={scenario.id === current}
            query={query}
            scales={scales}
          />
        ))}
        <Spacer height={rows.after} />
      </tbody>
    </table>
  );
}

function Spacer({ height }: { height: number }) {
  if (height <= 0) return null;
  return (
    <tr data-spacer aria-hidden="true">
      <td colSpan={8} style={{ height: `${height}px`, padding: 0, border: 0 }} />
    </tr>
  );
}
