import type { ComponentChildren } from 'preact';
import type { Call, Measures, SpokenLatency } from '../data/voice';
import { count, plural, span } from '../model/format';
import { measureRows, type MeasureRow } from '../model/measures';

const NOT_MEASURED = 'not measured';

const LATENCIES: readonly [keyof Pick<Measures, 'response' | 'first_audio' | 'interrupt'>, string, string][] = [
  ['response', 'Response, heard', 'The user’s last voiced sample to the first of the answer.'],
  ['first_audio', 'First audio, received', 'The same to when that sample crossed the wire.'],
  ['interrupt', 'Cut-in to silence', 'The first voiced sample of a cut-in to the agent’s last before 0.6 s of silence.'],
];

/** What was measured of the call, each with how many values it rests on. */
export function MeasuresSection({ call, measures }: { call: Call; measures: Measures }) {
  const { ours, peers } = measureRows(measures);
  return (
    <section class="sec" aria-labelledby="measures">
      <header>
        <h2 id="measures">Measures</h2>
        <span>defined in docs/metrics.md</span>
      </header>
      <Table>
        {LATENCIES.map(([key, name, says]) => (
          <Row key={key} name={name} says={says} value={latencyWords(measures[key])} n={measures[key]?.n ?? null} />
        ))}
        {[...claims(call), ...ours].map(({ key, name, value, n, says }) => (
          <Row key={key} name={name} says={says} value={value} n={n} />
        ))}
      </Table>
      {peers.length > 0 && (
        <details class="aside peers">
          <summary>
            <h3>As others define it</h3> <span class="i3">{plural(peers.length, 'measure')}</span>
          </summary>
          <Table>
            {peers.map(({ key, name, value, n, says }) => (
              <Row key={key} name={name} says={says} value={value} n={n} />
            ))}
          </Table>
        </details>
      )}
      <p class="i3">
        {[call.adapter, call.detector, call.recogniser && `recognised by ${call.recogniser}${call.vocabulary === 'primed' ? ', told which words to expect' : ''}`, call.voice && `voice ${call.voice}`].filter(Boolean).join('; ')}
      </p>
    </section>
  );
}

function Table({ children }: { children: ComponentChildren }) {
  return (
    <table class="measures">
      <thead>
        <tr>
          <th scope="col">Measure</th>
          <th scope="col" class="num">
            Value
          </th>
          <th scope="col" class="num">
            n
          </th>
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}

function latencyWords(latency: SpokenLatency | null | undefined): string | null {
  if (!latency || latency.n === 0) return null;
  const text = latency.n === 1 ? span(latency.p50) : `p50 ${span(latency.p50)}, p95 ${span(latency.p95)}, max ${span(latency.max)}`;
  return latency.censored > 0 ? `${text}, ${plural(latency.censored, 'of them only known to be more', 'of them only known to be more')}` : text;
}

/** What the agent says of itself stands beside what was heard. */
function claims(call: Call): MeasureRow[] {
  const byName = new Map<string, number[]>();
  for (const { name, seconds } of call.claims?.latencies ?? []) byName.set(name, [...(byName.get(name) ?? []), seconds]);
  return [...byName].map(([name, values]) => {
    const sorted = [...values].sort((a, b) => a - b);
    const middle = (sorted[(sorted.length - 1) >> 1] ?? 0) / 2 + (sorted[sorted.length >> 1] ?? 0) / 2;
    return { key: `claimed ${name}`, name: `Claimed: ${name}`, value: `p50 ${span(middle)}, max ${span(sorted.at(-1))}`, n: values.length, says: 'As the agent said it of itself.' };
  });
}

function Row({ name, says, value, n }: Pick<MeasureRow, 'name' | 'says' | 'value' | 'n'>) {
  return (
    <tr>
      <th scope="row">
        {says ? (
          <details>
            <summary>{name}</summary>
            <p>{says}</p>
          </details>
        ) : (
          name
        )}
      </th>
      <td class={value === null ? 'num i3' : 'num'}>{value ?? NOT_MEASURED}</td>
      <td class="num">{n === null ? '' : count(n)}</td>
    </tr>
  );
}
