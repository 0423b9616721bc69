/** A duration as people read it: `310 ms`, `1.84 s`. */
export function ms(value: number): string {
  return value < 1000 ? `${Math.round(value)}\u00a0ms` : `${(value / 1000).toFixed(2)}\u00a0s`;
}
