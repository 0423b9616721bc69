import { useCallback, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { heightAbove, visibleRange, type Range } from '../model/window';

/** Lists up to this length are drawn whole. */
export const WHOLE_LIST = 100;

interface Options {
  count: number;
  /** Assumed height of a row that was not drawn yet, px. */
  estimate: number;
  /** Draw all rows, whatever their number. */
  all: boolean;
  /** The element that scrolls is the list's parent; otherwise the page. */
  inside?: boolean;
}

export interface Windowed extends Range {
  /** For the element whose children are the rows; spacers carry `data-spacer`. */
  list: (element: HTMLElement | null) => void;
  /** Brings a row near the middle of the view, drawn or not. */
  reveal: (index: number) => void;
}

function scrollerOf(list: HTMLElement, inside: boolean): HTMLElement {
  return inside && list.parentElement ? list.parentElement : document.documentElement;
}

/** Draws only the rows around the visible part of a long list. */
export function useWindow({ count, estimate, all, inside = false }: Options): Windowed {
  const element = useRef<HTMLElement | null>(null);
  const heights = useRef(new Map<number, number>());
  const [view, setView] = useState({ top: 0, height: 900 });
  const whole = all || count <= WHOLE_LIST;
  const heightOf = (index: number) => heights.current.get(index) ?? estimate;

  const measure = useCallback(() => {
    const list = element.current;
    if (!list) return;
    const scroller = scrollerOf(list, inside);
    const height = scroller.clientHeight;
    const edge = inside ? scroller.getBoundingClientRect().top : 0;
    const top = Math.max(0, edge - list.getBoundingClientRect().top);
    // Steps of half a screen: scrolling within one redraws nothing.
    const step = Math.max(1, Math.round(height / 2));
    const next = { top: Math.floor(top / step) * step, height: height + step };
    setView((old) => (old.top === next.top && old.height === next.height ? old : next));
  }, [inside]);

  useLayoutEffect(() => {
    if (whole) return;
    measure();
    const target = inside && element.current ? scrollerOf(element.current, true) : window;
    target.addEventListener('scroll', measure, { passive: true });
    const resized = () => {
      heights.current.clear();
      measure();
    };
    addEventListener('resize', resized);
    return () => {
      target.removeEventListener('scroll', measure);
      removeEventListener('resize', resized);
    };
  }, [whole, inside, measure]);

  const range = whole
    ? { from: 0, to: count, before: 0, after: 0 }
    : visibleRange(count, view, heightOf);

  useLayoutEffect(() => {
    if (whole || !element.current) return;
    const rows = [...element.current.children].filter((child) => !child.hasAttribute('data-spacer'));
    rows.forEach((row, at) => heights.current.set(range.from + at, row.getBoundingClientRect().height));
  });

  const list = useCallback((found: HTMLElement | null) => void (element.current = found), []);
  const reveal = (index: number) => {
    if (whole || !element.current || (index >= range.from && index < range.to)) return;
    const scroller = scrollerOf(element.current, inside);
    const above = heightAbove(index, heightOf);
    const start = element.current.getBoundingClientRect().top + scroller.scrollTop - (inside ? scroller.getBoundingClientRect().top : 0);
    scroller.scrollTop = start + above - scroller.clientHeight / 2;
    measure();
  };
  return { ...range, list, reveal };
}
