/** Runs on the thread of the sound card: the microphone as frames of 20 ms at 16 kHz, the agent's 24 kHz at whatever rate is played. */
import { floatsOf, Framer } from './frames';
import { Playback } from './playback';
import { Resampler } from './resampler';
import { FRAME, RATE_IN, RATE_OUT, type FromWorklet, type ToWorklet } from './rates';

declare const sampleRate: number;
declare const currentTime: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: unknown): void;

class Capture extends AudioWorkletProcessor {
  private readonly rate = new Resampler(sampleRate, RATE_IN);
  private readonly framer = new Framer(FRAME, (pcm, rms) => {
    const message: FromWorklet = { kind: 'frame', pcm: pcm.buffer as ArrayBuffer, rms, at: currentTime };
    this.port.postMessage(message, [message.pcm]);
  });

  process(inputs: Float32Array[][]): boolean {
    const channel = inputs[0]?.[0];
    if (channel) this.framer.feed(this.rate.feed(channel));
    return true;
  }
}

class Player extends AudioWorkletProcessor {
  private rate = new Resampler(RATE_OUT, sampleRate);
  private began: number | undefined;
  private readonly playback = new Playback(Math.round(sampleRate * 0.06), Math.round(sampleRate * 0.2), (report) => {
    const message: FromWorklet =
      report.kind === 'sounded'
        ? { kind: 'sounded', turn: report.turn, at: (this.began ?? 0) + report.at / sampleRate }
        : { kind: 'played', turn: report.turn, ms: Math.round((report.samples * 1000) / sampleRate) };
    this.port.postMessage(message);
  });

  constructor() {
    super();
    this.port.onmessage = ({ data }: MessageEvent<ToWorklet>) => {
      if (data.kind === 'audio') return this.playback.push(data.turn, this.rate.feed(floatsOf(data.bytes)));
      this.rate = new Resampler(RATE_OUT, sampleRate);
      this.playback.flush();
      const silent: FromWorklet = { kind: 'silent', at: currentTime };
      this.port.postMessage(silent);
    };
  }

  process(_inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    this.began ??= currentTime;
    const [first, ...others] = outputs[0] ?? [];
    if (!first) return true;
    this.playback.render(first);
    for (const other of others) other.set(first);
    return true;
  }
}

registerProcessor('antiphon-capture', Capture);
registerProcessor('antiphon-player', Player);
