/** Cuts a stream of samples from -1 to 1 into frames of PCM16, each with how loud it is. */
export class Framer {
  private readonly frame: Float32Array;
  private filled = 0;

  constructor(size: number, private readonly send: (frame: Int16Array, rms: number) => void) {
    this.frame = new Float32Array(size);
  }

  feed(samples: Float32Array): void {
    for (const sample of samples) {
      this.frame[this.filled++] = sample;
      if (this.filled === this.frame.length) this.emit();
    }
  }

  private emit(): void {
    this.filled = 0;
    const pcm = new Int16Array(this.frame.length);
    let energy = 0;
    this.frame.forEach((sample, i) => {
      const whole = Math.max(-1, Math.min(1, sample));
      pcm[i] = Math.round(whole < 0 ? whole * 32768 : whole * 32767);
      energy += whole * whole;
    });
    this.send(pcm, Math.sqrt(energy / this.frame.length));
  }
}

export function floatsOf(bytes: ArrayBuffer): Float32Array {
  const pcm = new Int16Array(bytes, 0, bytes.byteLength >> 1);
  return Float32Array.from(pcm, (sample) => sample / 32768);
}
