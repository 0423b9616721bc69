import type { Latency } from '../data/result';
import { ABSENT, count, span } from '../model/format';

interface Axis {
  width: number;
  /** Seconds at the right end. */
  ceiling: number;
}

/** Head of the column: the scale that all rows share. */
export function ResponseAxis({ width, ceiling }: Axis) {
  return (
    <div class="resp">
      <svg width={width} height="16" role="img" aria-label={`Response latency, p50 to p95, from 0 to ${span(ceiling)}`}>
        <text x="0" y="12" class="axis">
          0
        </text>
        <text x={width} y="12" class="axis" text-anchor="end">
          {span(ceiling)}
        </text>
      </svg>
      <span>p95</span>
    </div>
  );
}

/** p50 as a dot, p95 as a bar, the spread between them as a line. */
export function ResponseCell({ latency, width, ceiling }: Axis & { latency: Latency | null | undefined }) {
  if (!latency || latency.n === 0) return <span class="i3">{ABSENT}</span>;
  const place = (seconds: number) => ((seconds / ceiling) * (width - 6) + 3).toFixed(1);
  const low = place(latency.p50);
  const high = place(latency.p95);
  return (
    <div class="resp" title={`p50 ${span(latency.p50)}, p95 ${span(latency.p95)}, n = ${count(latency.n)}`}>
      <svg width={width} height="16" aria-hidden="true">
        <path d={`M0 8.5H${width}`} stroke="var(--line)" />
        <path d={`M${low} 8.5H${high}`} stroke="var(--ink2)" stroke-width="2" />
        <circle cx={low} cy="8.5" r="3" fill="var(--ink)" />
        <path d={`M${high} 4.5V12.5`} stroke="var(--ink)" stroke-width="2" />
      </svg>
      <span class="vh">p50 {span(latency.p50)},</span>
      <span>{span(latency.p95)}</span>
    </div>
  );
}
