/** Changes the rate of a stream, however it is cut: a windowed sinc, one set of taps for each phase. */
export class Resampler {
  private readonly up: number;
  private readonly down: number;
  private readonly reach: number;
  private readonly taps: Float32Array[];
  private input: Float32Array;
  private first: number;  // index, in the whole stream, of what `input` begins with
  private made = 0;

  constructor(from: number, to: number) {
    const common = divisor(from, to);
    this.up = to / common;
    this.down = from / common;
    const cutoff = 0.92 * Math.min(1, to / from);
    this.reach = from === to ? 0 : Math.ceil(16 / cutoff);
    this.taps = from === to ? [] : Array.from({ length: this.up }, (_, phase) => tapsAt(phase / this.up, cutoff, this.reach));
    this.input = new Float32Array(this.reach);
    this.first = -this.reach;
  }

  feed(samples: Float32Array): Float32Array {
    if (this.reach === 0) return samples;
    const joined = new Float32Array(this.input.length + samples.length);
    joined.set(this.input);
    joined.set(samples, this.input.length);
    const last = this.first + joined.length - 1 - this.reach;  // centre of the last sample that has all its neighbours
    const count = last < 0 ? 0 : Math.max(0, Math.floor((last * this.up) / this.down) + 1 - this.made);
    const output = new Float32Array(count);
    for (let i = 0; i < count; i++) output[i] = this.at(joined, this.made + i);
    this.made += count;
    const next = Math.floor((this.made * this.down) / this.up) - this.reach;
    const used = Math.min(Math.max(next - this.first, 0), joined.length);
    this.input = joined.slice(used);
    this.first += used;
    return output;
  }

  private at(joined: Float32Array, index: number): number {
    const place = index * this.down;
    const centre = Math.floor(place / this.up);
    const taps = this.taps[place % this.up]!;
    const begin = centre - this.reach - this.first;
    let sum = 0;
    for (let i = 0; i < taps.length; i++) sum += taps[i]! * (joined[begin + i] ?? 0);
    return sum;
  }
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}

/** For a point `fraction` behind the centre; their sum is 1, so that silence and level stay what they are. */
function tapsAt(fraction: number, cutoff: number, reach: number): Float32Array {
  const taps = new Float32Array(2 * reach + 1);
  let sum = 0;
  for (let i = 0; i < taps.length; i++) {
    const distance = i - reach - fraction;
    const window = Math.abs(distance) > reach ? 0 : 0.5 + 0.5 * Math.cos((Math.PI * distance) / reach);
    taps[i] = cutoff * sinc(cutoff * distance) * window;
    sum += taps[i]!;
  }
  return taps.map((tap) => tap / sum);
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}
