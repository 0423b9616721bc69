/** The part of a call that is in view. */

export interface View {
  /** Seconds. */
  from: number;
  to: number;
}

/** Nothing shorter is of use. */
const SHORTEST = 0.5;
/** Pixels of a second at first. */
const FIRST_SCALE = 40;

function within(from: number, span: number, duration: number): View {
  const length = Math.min(duration, Math.max(Math.min(SHORTEST, duration), span));
  const start = Math.min(Math.max(0, from), duration - length);
  return { from: start, to: start + length };
}

export function whole(duration: number): View {
  return { from: 0, to: duration };
}

/** All of a short call; of a long one as much as can be read, around the moment that matters. */
export function firstView(duration: number, width: number, moment: number): View {
  const span = Math.max(8, width / FIRST_SCALE);
  return span > duration * 0.8 ? whole(duration) : within(moment - span * 0.25, span, duration);
}

/** Keeps the time `around` where it is on screen. A factor above 1 shows less. */
export function zoomed(view: View, factor: number, around: number, duration: number): View {
  const span = Math.min(duration, Math.max(SHORTEST, (view.to - view.from) / factor));
  const share = (around - view.from) / (view.to - view.from);
  return within(around - share * span, span, duration);
}

export function moved(view: View, by: number, duration: number): View {
  return within(view.from + by, view.to - view.from, duration);
}

/** The view that shows a time: the same where it is in it already, else one in which it stands a quarter from the left. */
export function showing(view: View, time: number, duration: number): View {
  const span = view.to - view.from;
  if (time >= view.from && time <= view.to - span * 0.05) return view;
  return within(time - span * 0.25, span, duration);
}

/** Times for the ruler, seconds, at least `apart` px from each other. */
export function ticks(view: View, width: number, apart = 70): number[] {
  const least = ((view.to - view.from) / width) * apart;
  const steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];
  const step = steps.find((one) => one >= least) ?? 7200;
  const list: number[] = [];
  for (let at = Math.ceil(view.from / step - 1e-9); at * step <= view.to + 1e-9; at++) list.push(at * step);
  return list;
}

/** `13`, `13.5`, `1:05`, `1:02:00`: as exact as the ruler is. */
export function tickLabel(seconds: number, step: number): string {
  if (seconds < 60) return step < 1 ? seconds.toFixed(1) : seconds.toFixed(0);
  const whole = Math.floor(seconds + 1e-6);
  const tenths = step < 1 ? `.${Math.round((seconds - whole) * 10)}` : '';
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  return `${hours > 0 ? `${hours}:${two(minutes)}` : minutes}:${two(whole % 60)}${tenths}`;
}
