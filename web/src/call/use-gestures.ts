import { useEffect, useRef } from 'preact/hooks';
import { timeAt, type Axis } from '../model/lane-paths';

export interface Gestures {
  onSeek: (time: number) => void;
  /** By so many seconds. */
  onMove: (by: number) => void;
  onZoom: (factor: number, around: number) => void;
  /** The time that is pointed at; null: none. */
  onPoint: (time: number | null) => void;
}

/** Pixels by which a finger may slip and still point. */
const SLIP = 4;

function distance(fingers: ReadonlyMap<number, number>): number {
  const [one = 0, other = 0] = [...fingers.values()];
  return Math.max(20, Math.abs(one - other));
}

/** A click moves the cursor, dragging moves the view, two fingers or the wheel with Ctrl zoom, a wheel that goes sideways moves. Scrolling stays the page's. */
export function useGestures(element: { current: Element | null }, axis: Axis, gestures: Gestures): void {
  const latest = useRef({ axis, gestures });
  latest.current = { axis, gestures };
  useEffect(() => {
    const target = element.current as (Element & GlobalEventHandlers) | null;
    if (!target) return;
    const left = () => target.getBoundingClientRect().left;
    const time = (clientX: number) => timeAt(latest.current.axis, clientX - left());
    const perPixel = () => (latest.current.axis.view.to - latest.current.axis.view.from) / latest.current.axis.width;
    const fingers = new Map<number, number>();
    let began = 0;
    let dragging = false;
    const down = (event: PointerEvent) => {
      if (event.button !== 0) return;
      fingers.set(event.pointerId, event.clientX);
      began = event.clientX;
      dragging = fingers.size > 1;
      target.setPointerCapture(event.pointerId);
    };
    const move = (event: PointerEvent) => {
      const before = fingers.get(event.pointerId);
      if (before === undefined) return latest.current.gestures.onPoint(time(event.clientX));
      if (!dragging && Math.abs(event.clientX - began) < SLIP) return;
      dragging = true;
      const apart = distance(fingers);
      fingers.set(event.pointerId, event.clientX);
      if (fingers.size === 1) latest.current.gestures.onMove((before - event.clientX) * perPixel());
      else latest.current.gestures.onZoom(distance(fingers) / apart, time(event.clientX));
    };
    const up = (event: PointerEvent) => {
      const known = fingers.delete(event.pointerId);
      if (known && !dragging && fingers.size === 0) latest.current.gestures.onSeek(time(event.clientX));
    };
    const cancel = (event: PointerEvent) => void fingers.delete(event.pointerId);
    const leave = () => latest.current.gestures.onPoint(null);
    const wheel = (event: WheelEvent) => {
      const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
      if (!event.ctrlKey && !sideways && !event.shiftKey) return;
      event.preventDefault();
      if (event.ctrlKey) latest.current.gestures.onZoom(Math.exp(-event.deltaY / 300), time(event.clientX));
      else latest.current.gestures.onMove((sideways ? event.deltaX : event.deltaY) * perPixel());
    };
    target.addEventListener('pointerdown', down);
    target.addEventListener('pointermove', move);
    target.addEventListener('pointerup', up);
    target.addEventListener('pointercancel', cancel);
    target.addEventListener('pointerleave', leave);
    target.addEventListener('wheel', wheel, { passive: false });
    return () => {
      target.removeEventListener('pointerdown', down);
      target.removeEventListener('pointermove', move);
      target.removeEventListener('pointerup', up);
      target.removeEventListener('pointercancel', cancel);
      target.removeEventListener('pointerleave', leave);
      target.removeEventListener('wheel', wheel);
    };
  }, []);
}
