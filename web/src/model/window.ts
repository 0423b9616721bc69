/** Which rows of a long list to draw. */

export interface Range {
  /** First row drawn. */
  from: number;
  /** One after the last row drawn. */
  to: number;
  /** Height of the rows left out above, px. */
  before: number;
  /** Height of the rows left out below, px. */
  after: number;
}

/** Rows drawn beyond each edge of the view, so that a step by keyboard finds its row. */
const MARGIN = 6;

/** Height of the rows before one, px. */
export function heightAbove(index: number, heightOf: (index: number) => number): number {
  let height = 0;
  for (let at = 0; at < index; at++) height += heightOf(at);
  return height;
}

export function visibleRange(count: number, view: { top: number; height: number }, heightOf: (index: number) => number): Range {
  const tops: number[] = [0];
  for (let index = 0; index < count; index++) tops.push((tops[index] ?? 0) + heightOf(index));
  const total = tops[count] ?? 0;
  const bottom = view.top + view.height;
  let first = 0;
  while (first < count && (tops[first + 1] ?? 0) <= view.top) first++;
  let last = first;
  while (last < count && (tops[last] ?? 0) < bottom) last++;
  const from = Math.max(0, first - MARGIN);
  const to = Math.min(count, last + MARGIN);
  return { from, to, before: tops[from] ?? 0, after: total - (tops[to] ?? 0) };
}
