/** Axes: where they end and what falls where. */

/** The smallest of 1, 2, 3, 5 × 10ⁿ that holds the value. */
export function niceCeiling(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = [1, 2, 3, 5, 10].find((one) => one * power >= value * (1 - 1e-9)) ?? 10;
  return factor * power;
}

/** How many values fall into each of equal bins from 0 to `ceiling`; the last bin takes what lies on its end. */
export function bins(values: readonly number[], ceiling: number, howMany: number): number[] {
  const counts = new Array<number>(howMany).fill(0);
  for (const value of values) {
    const at = Math.min(howMany - 1, Math.max(0, Math.floor((value / ceiling) * howMany)));
    counts[at] = (counts[at] ?? 0) + 1;
  }
  return counts;
}
