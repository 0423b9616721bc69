/** How long an answer was waited for, by the ear: from the end of the caller's voice in the microphone to the first sound of the answer. */
const QUIETEST_VOICE = 0.012;
const ABOVE_NOISE = 3;
const KEPT = 6;  // seconds

export class AnswerLatency {
  private loudAt: number[] = [];
  private floor = 0.002;
  private voiceEnd: number | null = null;

  frame(rms: number, at: number): void {
    // Noise falls at once and rises slowly: a sentence is over before it passes for noise.
    this.floor = rms < this.floor ? rms : this.floor + (rms - this.floor) * 0.002;
    if (rms > Math.max(QUIETEST_VOICE, ABOVE_NOISE * this.floor)) this.loudAt.push(at);
    while (this.loudAt[0] !== undefined && this.loudAt[0] < at - KEPT) this.loudAt.shift();
  }

  /** The gateway has found that the caller stopped, which was a little before. */
  stopped(): void {
    this.voiceEnd = this.loudAt.at(-1) ?? null;
  }

  /** Milliseconds; null where the caller had not spoken before. */
  sounded(at: number): number | null {
    if (this.voiceEnd === null) return null;
    const waited = Math.round((at - this.voiceEnd) * 1000);
    this.voiceEnd = null;
    return waited;
  }
}
