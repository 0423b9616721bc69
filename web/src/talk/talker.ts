/** The state of the page: one call at a time, its sound and its words. */
import { Call, type CallState, type Surroundings, type Who } from './call';
import { EMPTY, follow, heardAfter, type CallEvent, type Conversation } from './conversation';
import { AnswerLatency } from './latency';
import type { Problem } from './problem';
import { isProblem, Sound } from './sound';

export interface View {
  state: 'idle' | 'opening' | CallState;
  problem: Problem | null;
  conversation: Conversation;
  withMicrophone: boolean;
  muted: boolean;
  /** Of the microphone, 0 to 1. */
  level: number;
  latencies: number[];
}

export class Talker {
  view: View = { state: 'idle', problem: null, conversation: EMPTY, withMicrophone: true, muted: false, level: 0, latencies: [] };
  private sound: Sound | null = null;
  private call: Call | null = null;
  private latency = new AnswerLatency();
  private turn = 0;

  constructor(private readonly around: Surroundings, private readonly changed: () => void) {}

  async begin(who: Who, withMicrophone: boolean): Promise<void> {
    this.latency = new AnswerLatency();
    this.turn = 0;
    this.set({ state: 'opening', problem: null, conversation: EMPTY, withMicrophone, muted: false, level: 0, latencies: [] });
    try {
      this.sound = await Sound.open(withMicrophone, new URL('talk-audio.js', this.around.base).href, {
        frame: (pcm, rms, at) => this.frame(pcm, rms, at),
        sounded: (turn, at) => this.sounded(turn, at),
        played: (turn, ms) => this.call?.tell({ type: 'played', turn, ms }),
      });
    } catch (error) {
      return this.set({ state: 'idle', problem: isProblem(error) ? error : { text: `Sound cannot be used here: ${String(error)}.` } });
    }
    this.call = new Call(who, this.around, {
      state: (state, problem) => this.reach(state, problem),
      event: (event) => this.take(event),
      audio: (bytes) => this.sound?.play(this.turn, bytes),
    });
    this.set({ state: this.call.state });
  }

  hangUp(): void {
    this.sound?.clear();
    this.call?.hangUp();
  }

  mute(muted: boolean): void {
    if (this.sound) this.sound.muted = muted;
    this.set({ muted, level: 0 });
  }

  press(digits: string): void {
    this.call?.tell({ type: 'dtmf', digits });
  }

  type(text: string): void {
    this.call?.tell({ type: 'text', text });
  }

  private reach(state: CallState, problem: Problem | null): void {
    if (state === 'ended' || state === 'reconnecting') this.sound?.clear();
    if (state === 'ended') {
      this.sound?.close();
      this.sound = null;
      this.call = null;
    }
    this.set({ state, problem, ...(state === 'ended' ? { level: 0 } : {}) });
  }

  private take(event: CallEvent): void {
    if (event.type === 'clear') this.sound?.clear();
    if (event.type === 'user.speech_stopped') this.latency.stopped();
    if (event.type === 'agent.text' && typeof event.turn === 'number') this.turn = event.turn;
    this.set({ conversation: follow(this.view.conversation, event) });
  }

  private frame(pcm: ArrayBuffer, rms: number, at: number): void {
    this.latency.frame(rms, at);
    this.call?.sendAudio(pcm);
    const level = Math.min(1, Math.sqrt(rms) * 1.6);
    if (Math.abs(level - this.view.level) > 0.04) this.set({ level });
  }

  private sounded(turn: number, at: number): void {
    const waited = this.latency.sounded(at);
    if (waited === null || turn === 0) return;
    this.set({ conversation: heardAfter(this.view.conversation, turn, waited), latencies: [...this.view.latencies, waited] });
  }

  private set(change: Partial<View>): void {
    this.view = { ...this.view, ...change };
    this.changed();
  }
}
