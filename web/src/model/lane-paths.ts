/** Spans and brackets as paths of the part in view: what lies closer than a pixel is drawn as one, so that an hour costs no more than a minute. */

import type { Span } from '../data/voice';
import type { Bracket } from './call';
import type { View } from './view';

export interface Axis {
  view: View;
  /** Pixels of the left end, and of its length. */
  left: number;
  width: number;
}

export function place({ view, left, width }: Axis, time: number): number {
  return left + ((time - view.from) / (view.to - view.from)) * width;
}

export function timeAt({ view, left, width }: Axis, x: number): number {
  return view.from + ((x - left) / width) * (view.to - view.from);
}

/** Index of the first of sorted spans that ends after a time. */
function firstAfter(spans: readonly Span[], time: number): number {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((spans[middle]?.[1] ?? 0) <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Spans, sorted by start, in pixels: clipped to the view and merged under a pixel. */
export function visibleSpans(spans: readonly Span[], axis: Axis): Span[] {
  const { view } = axis;
  const boxes: Span[] = [];
  for (let at = firstAfter(spans, view.from); at < spans.length; at++) {
    const [start, end] = spans[at] ?? [0, 0];
    if (start >= view.to) break;
    const from = place(axis, Math.max(start, view.from));
    const to = Math.max(from + 1, place(axis, Math.min(end, view.to)));
    const last = boxes.at(-1);
    if (last && from - last[1] < 1) last[1] = Math.max(last[1], to);
    else boxes.push([from, to]);
  }
  return boxes;
}

export function spanPath(spans: readonly Span[], axis: Axis, top: number, height: number): string {
  return visibleSpans(spans, axis)
    .map(([from, to]) => `M${from.toFixed(1)} ${top}H${to.toFixed(1)}V${top + height}H${from.toFixed(1)}z`)
    .join('');
}

/** Sorted items, at least `apart` px from each other. */
export function thinned<T>(items: readonly T[], axis: Axis, timeOf: (item: T) => number, apart: number): T[] {
  const shown: T[] = [];
  let last = -Infinity;
  for (const item of items) {
    const x = place(axis, timeOf(item));
    if (x - last < apart) continue;
    shown.push(item);
    last = x;
  }
  return shown;
}

/** Those that begin in view, at least `apart` px from each other. */
export function spread<T>(items: readonly T[], axis: Axis, timeOf: (item: T) => number, apart: number): T[] {
  const inView = items.filter((item) => timeOf(item) >= axis.view.from && timeOf(item) <= axis.view.to);
  return thinned(inView, axis, timeOf, apart);
}

/** Those of which any part is in view, at least `apart` px from each other. */
export function touching<T extends { from: number; to: number }>(items: readonly T[], axis: Axis, apart: number): T[] {
  const inView = items.filter(({ from, to }) => Math.max(from, to) > axis.view.from && Math.min(from, to) < axis.view.to);
  return thinned(inView, axis, (item) => item.from, apart);
}

/** Down from the user's lane, across, down to the agent's. */
export function bracketPath(brackets: readonly Bracket[], axis: Axis, top: number, middle: number, bottom: number): string {
  return touching(brackets, axis, 2)
    .map(({ from, to }) => `M${place(axis, from).toFixed(1)} ${top}V${middle}H${place(axis, to).toFixed(1)}V${bottom}`)
    .join('');
}
