import { useMemo } from 'preact/hooks';
import type { PassHat, RepeatedScenario } from '../data/result';
import { ABSENT, count, interval, percent } from '../model/format';
import { useViewer } from '../viewer';

/** More rows than these are read in result.json. */
const MOST = 50;

/** Scenarios that do not always pass, least reliable first, and how pass^k falls with k. */
export function Repeats() {
  const repeats = useViewer().run.summary.repeats;
  const unsteady = useMemo(() => unreliable(repeats?.scenarios ?? []), [repeats]);
  if (!repeats?.scenarios) return null;
  const never = repeats.scenarios.length - unsteady.length;
  return (
    <details class="aside repeats">
      <summary>
        <h2>Repeats</h2>{' '}
        <span class="i3">
          {count(never)} of {count(repeats.scenarios.length)} scenarios never failed
        </span>
      </summary>
      <Hats hats={repeats.pass_hat} />
      {unsteady.length > 0 && <Unsteady scenarios={unsteady} />}
    </details>
  );
}

/** Undecided runs are no failures. */
function unreliable(scenarios: readonly RepeatedScenario[]): RepeatedScenario[] {
  return scenarios.filter((one) => one.passed < one.decided).sort((a, b) => a.passed / a.decided - b.passed / b.decided);
}

function Hats({ hats }: { hats: readonly PassHat[] }) {
  return (
    <ul class="meta">
      {hats.map((hat) => (
        <li key={hat.k}>
          pass^{hat.k} {percent(hat.value)} of {count(hat.n)} ({interval(...hat.interval)} %)
        </li>
      ))}
    </ul>
  );
}

function Unsteady({ scenarios }: { scenarios: readonly RepeatedScenario[] }) {
  return (
    <>
      <table>
        <thead>
          <tr>
            <th scope="col">Scenario</th>
            <th scope="col" class="num">
              Passed
            </th>
            <th scope="col" class="num">
              95 % interval
            </th>
            <th scope="col" class="num">
              Undecided
            </th>
          </tr>
        </thead>
        <tbody>
          {scenarios.slice(0, MOST).map((one) => (
            <tr key={one.id}>
              <th scope="row">{one.id}</th>
              <td class="num">
                {count(one.passed)} of {count(one.decided)}
              </td>
              <td class="num">{one.pass_rate ? `${interval(...one.pass_rate.interval)} %` : ABSENT}</td>
              <td class="num">{count(one.runs - one.decided)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {scenarios.length > MOST && <p class="i3">{count(scenarios.length - MOST)} more stand in result.json.</p>}
    </>
  );
}
