import type { Latency } from '../data/result';

/** Percentiles by nearest rank over all values together: those of parts are never averaged. */
export function summarize(seconds: readonly number[]): Latency | null {
  const n = seconds.length;
  if (n === 0) return null;
  const sorted = [...seconds].sort((a, b) => a - b);
  const rank = (share: number) => sorted[Math.max(0, Math.ceil(share * n) - 1)] ?? 0;
  const total = sorted.reduce((sum, value) => sum + value, 0);
  return { n, p50: rank(0.5), p95: rank(0.95), p99: rank(0.99), max: rank(1), average: total / n };
}
