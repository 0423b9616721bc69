import type { Latency } from '../data/result';
import { ABSENT, count, span } from '../model/format';
import { bins, niceCeiling } from '../model/scale';
import { NARROW, useMedia, WIDE } from '../ui/use-media';
import { useViewer } from '../viewer';

interface Props {
  latency: Latency | null;
  /** This conversation's answers, seconds. */
  values: readonly number[];
  /** Of a call, where the agent spoke first, how long it took for that, seconds; undefined: it is no call. */
  greeting: number | null | undefined;
}

const BASE = 84;
const TOP = 30;
const BINS = 40;

function summary(latency: Latency | null): string {
  if (!latency) return ABSENT;
  const p99 = latency.n >= 100 ? `, p99 ${span(latency.p99)}` : '';
  return `p50 ${span(latency.p50)}, p95 ${span(latency.p95)}${p99}, max ${span(latency.max)}`;
}

/** This conversation's answers as dots over the histogram of the run. */
export function LatencySection({ latency, values, greeting }: Props) {
  const viewer = useViewer();
  if (!latency || latency.n === 0) return null;
  const run = viewer.latency;
  return (
    <section class="sec" aria-labelledby="latency">
      <header>
        <h2 id="latency">Response latency{greeting !== undefined && ', heard'}</h2>
        <span>
          {count(latency.n)} here{run && `, ${count(run.n)} in the run`}
        </span>
      </header>
      {values.length > 0 && <Histogram values={values} ceiling={niceCeiling(run?.max ?? latency.max)} />}
      <dl class="kv">
        <div>
          <dt>Here, n = {count(latency.n)}</dt>
          <dd>{summary(latency)}</dd>
        </div>
        {run && (
          <div>
            <dt>Run, n = {count(run.n)}</dt>
            <dd>{summary(run)}</dd>
          </div>
        )}
        {typeof greeting === 'number' && (
          <div>
            <dt>Greeting, apart</dt>
            <dd>{span(greeting)}</dd>
          </div>
        )}
      </dl>
    </section>
  );
}

function Histogram({ values, ceiling }: { values: readonly number[]; ceiling: number }) {
  // Drawn near its real size, so that its letters keep theirs.
  const widest = useMedia(WIDE);
  const narrow = useMedia(NARROW);
  const width = narrow ? 340 : widest ? 540 : 440;
  const { run } = useViewer();
  const counts = bins(
    run.scenarios.flatMap((scenario) => scenario.answer_s ?? []),
    ceiling,
    BINS,
  );
  const most = Math.max(1, ...counts);
  const place = (seconds: number) => 5 + (seconds / ceiling) * (width - 10);
  const bar = (width - 10) / BINS;
  return (
    <svg class="histogram" viewBox={`0 0 ${width} 102`} role="img" aria-label={`Histogram of response latency, 0 to ${span(ceiling)}`}>
      {counts.map((times, at) => {
        const height = (times / most) * (BASE - TOP);
        return times > 0 && <rect key={at} x={5 + at * bar + 0.5} y={BASE - height} width={bar - 1} height={height} fill="var(--edge)" opacity=".45" />;
      })}
      <path d={`M0 ${BASE + 0.5}H${width}`} stroke="var(--edge)" />
      {values.map((seconds, at) => (
        <g key={at}>
          <path d={`M${place(seconds)} 18V${BASE}`} stroke="var(--ink)" opacity=".5" />
          <circle cx={place(seconds)} cy="14" r="3.5" fill="var(--ink)" />
        </g>
      ))}
      <text x="0" y="98" class="axis">
        0
      </text>
      <text x={width / 2} y="98" class="axis" text-anchor="middle">
        {span(ceiling / 2)}
      </text>
      <text x={width} y="98" class="axis" text-anchor="end">
        {span(ceiling)}
      </text>
    </svg>
  );
}
