/** Waveforms: the lowest and highest sample of short steps, at every scale. */

export interface Lane {
  /** Lowest and highest of each step in turn, ±127. */
  levels: readonly Int8Array[];
}

export interface Peaks {
  user: Lane;
  agent: Lane;
  /** Of the finest level, seconds. */
  step: number;
  /** The loudest value of both. */
  loudest: number;
}

const FACTOR = 8;
const COARSEST = 512;

function coarser(fine: Int8Array): Int8Array {
  const steps = Math.ceil(fine.length / 2 / FACTOR);
  const coarse = new Int8Array(steps * 2);
  for (let step = 0; step < steps; step++) {
    let low = 127;
    let high = -127;
    for (let at = step * FACTOR * 2; at < Math.min(fine.length, (step + 1) * FACTOR * 2); at += 2) {
      low = Math.min(low, fine[at] ?? 0);
      high = Math.max(high, fine[at + 1] ?? 0);
    }
    coarse[step * 2] = low;
    coarse[step * 2 + 1] = high;
  }
  return coarse;
}

function laneOf(fine: Int8Array): Lane {
  const levels = [fine];
  for (let level = fine; level.length / 2 > COARSEST; levels.push(level)) level = coarser(level);
  return { levels };
}

function loudestOf({ levels }: Lane): number {
  return (levels.at(-1) ?? new Int8Array()).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

/** Of bytes that hold all of the user's first, then as many of the agent's. */
export function readPeaks(bytes: Int8Array, step: number): Peaks {
  const half = Math.floor(bytes.length / 4) * 2;
  const user = laneOf(bytes.subarray(0, half));
  const agent = laneOf(bytes.subarray(half, half * 2));
  return { user, agent, step, loudest: Math.max(8, loudestOf(user), loudestOf(agent)) };
}

export interface Drawn {
  /** Seconds at the left end and the right one. */
  from: number;
  to: number;
  /** Pixels of both. */
  left: number;
  right: number;
  middle: number;
  /** Pixels of the loudest value. */
  height: number;
}

/** The outline of a lane as a path, a point every 2 px or every step, whichever is wider. */
export function wavePath({ levels }: Lane, { step, loudest }: Pick<Peaks, 'step' | 'loudest'>, drawn: Drawn): string {
  const perPixel = (drawn.to - drawn.from) / (drawn.right - drawn.left);
  if (!(perPixel > 0)) return '';
  const bucket = Math.max(step, perPixel * 2);
  const level = Math.max(0, Math.min(levels.length - 1, Math.floor(Math.log(bucket / step) / Math.log(FACTOR) + 1e-9)));
  const values = levels[level] ?? new Int8Array();
  const length = step * FACTOR ** level;
  const upper: string[] = [];
  const lower: string[] = [];
  const x = (time: number) => (drawn.left + (Math.min(drawn.to, Math.max(drawn.from, time)) - drawn.from) / perPixel).toFixed(1);
  const y = (value: number) => (drawn.middle - (value / loudest) * drawn.height).toFixed(1);
  // Buckets begin at whole multiples, so that nothing shimmers while the view moves.
  for (let start = Math.floor(drawn.from / bucket) * bucket; start < drawn.to; start += bucket) {
    let low = 0;
    let high = 0;
    const end = Math.min(values.length / 2, Math.ceil((start + bucket) / length - 1e-9));
    for (let at = Math.max(0, Math.floor(start / length + 1e-9)); at < end; at++) {
      low = Math.min(low, values[at * 2] ?? 0);
      high = Math.max(high, values[at * 2 + 1] ?? 0);
    }
    upper.push(`${x(start + bucket / 2)} ${y(high)}`);
    lower.push(`${x(start + bucket / 2)} ${y(low)}`);
  }
  return upper.length === 0 ? '' : `M${upper.join('L')}L${lower.reverse().join('L')}z`;
}
