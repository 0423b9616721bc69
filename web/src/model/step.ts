/** The next wanted place from `at` (−1: before the first) in a list; `at` itself when there is none. */
export function step(count: number, at: number, by: 1 | -1, wanted: (index: number) => boolean): number {
  const start = at < 0 && by < 0 ? count : at;
  for (let index = start + by; index >= 0 && index < count; index += by) {
    if (wanted(index)) return index;
  }
  return at;
}
