export const RATE_IN = 16000;
export const RATE_OUT = 24000;
/** Samples of a frame of 20 ms that is sent. */
export const FRAME = RATE_IN / 50;

/** `at` is in seconds of the audio context, in all messages. */
export type FromWorklet =
  | { kind: 'frame'; pcm: ArrayBuffer; rms: number; at: number }
  | { kind: 'sounded'; turn: number; at: number }
  | { kind: 'played'; turn: number; ms: number }
  | { kind: 'silent'; at: number };
export type ToWorklet = { kind: 'audio'; turn: number; bytes: ArrayBuffer } | { kind: 'clear' };
