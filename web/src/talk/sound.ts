/** Microphone and loudspeaker of this browser. */
import { INSECURE, microphoneProblem, UNREACHABLE, type Problem } from './problem';
import type { FromWorklet, ToWorklet } from './rates';

export interface SoundHandler {
  /** 20 ms of PCM16 at 16 kHz. */
  frame(pcm: ArrayBuffer, rms: number, at: number): void;
  /** The first sound of a turn, when it leaves the loudspeaker. */
  sounded(turn: number, at: number): void;
  played(turn: number, ms: number): void;
}

export class Sound {
  private player: AudioWorkletNode | null = null;
  private stream: MediaStream | null = null;
  muted = false;

  private constructor(private readonly context: AudioContext, private readonly handler: SoundHandler) {}

  /** @throws Problem where there is no microphone, unless none is wanted. To be called in answer to a click: browsers play no sound else. */
  static async open(withMicrophone: boolean, worklet: string, handler: SoundHandler): Promise<Sound> {
    const context = new AudioContext({ latencyHint: 'interactive' });
    const sound = new Sound(context, handler);
    try {
      if (!context.audioWorklet) throw INSECURE;
      const [stream] = await Promise.all([withMicrophone ? microphone() : null, load(context, worklet), context.resume()]);
      sound.wire(stream);
      return sound;
    } catch (error) {
      sound.close();
      throw error;
    }
  }

  play(turn: number, bytes: ArrayBuffer): void {
    this.post({ kind: 'audio', turn, bytes }, [bytes]);
  }

  clear(): void {
    this.post({ kind: 'clear' });
  }

  close(): void {
    this.stream?.getTracks().forEach((track) => track.stop());
    if (this.context.state !== 'closed') void this.context.close();
  }

  private post(message: ToWorklet, transfer: Transferable[] = []): void {
    this.player?.port.postMessage(message, transfer);
  }

  private wire(stream: MediaStream | null): void {
    this.stream = stream;
    this.player = new AudioWorkletNode(this.context, 'antiphon-player', { numberOfInputs: 0, outputChannelCount: [1] });
    this.player.port.onmessage = ({ data }: MessageEvent<FromWorklet>) => this.take(data);
    this.player.connect(this.context.destination);
    if (!stream) return;
    const capture = new AudioWorkletNode(this.context, 'antiphon-capture', { numberOfOutputs: 0, channelCount: 1, channelCountMode: 'explicit' });
    capture.port.onmessage = ({ data }: MessageEvent<FromWorklet>) => this.take(data);
    this.context.createMediaStreamSource(stream).connect(capture);
  }

  private take(message: FromWorklet): void {
    if (message.kind === 'frame') this.handler.frame(this.muted ? new ArrayBuffer(message.pcm.byteLength) : message.pcm, this.muted ? 0 : message.rms, message.at);
    if (message.kind === 'sounded') this.handler.sounded(message.turn, message.at + (this.context.outputLatency || this.context.baseLatency || 0));
    if (message.kind === 'played') this.handler.played(message.turn, message.ms);
  }
}

/** It comes from the gateway, like the page; what keeps it from coming is that the gateway is gone. */
async function load(context: AudioContext, worklet: string): Promise<void> {
  try {
    await context.audioWorklet.addModule(worklet);
  } catch {
    throw UNREACHABLE;
  }
}

/** Cleaned of what the loudspeaker says: else the agent would interrupt itself. */
async function microphone(): Promise<MediaStream> {
  if (!navigator.mediaDevices?.getUserMedia) throw INSECURE;
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 } });
  } catch (error) {
    throw microphoneProblem(error);
  }
}

export function isProblem(error: unknown): error is Problem {
  return typeof error === 'object' && error !== null && typeof (error as Problem).text === 'string';
}
