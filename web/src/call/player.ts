import type { Sound } from '../data/voice';
import { toCaf } from '../data/ogg';

/** The sides of a call that are heard. */
export interface Heard {
  user: boolean;
  agent: boolean;
}

const OGG = 'audio/ogg; codecs=opus';
const CAF = 'audio/x-caf; codecs=opus';

/**
 * Plays a call and knows where it is. Without audio it is a cursor: it can be moved, and everything follows.
 * Audio is loaded when it is asked for first.
 */
export class Player {
  time = 0;
  playing = false;
  speed = 1;
  heard: Heard = { user: true, agent: true };
  /** Why nothing is heard, for people. */
  problem: string | null;
  private audio: HTMLAudioElement | null = null;
  private gains: Record<'userLeft' | 'userRight' | 'agentLeft' | 'agentRight', GainNode> | null = null;
  private context: AudioContext | null = null;
  private address: string | null = null;
  private frame = 0;
  private readonly listeners = new Set<() => void>();

  constructor(
    readonly duration: number,
    private readonly sound: Sound | null,
    private readonly bytes: () => Uint8Array<ArrayBuffer> | null,
  ) {
    this.problem = sound === null ? 'This call was not recorded.' : sound.kind === 'missing' ? `The recording cannot be played: ${sound.why ?? 'it is missing'}.` : null;
  }

  get canPlay(): boolean {
    return this.problem === null;
  }

  /** Why one side cannot be heard alone; null: it can. A page from the disk gets no hold of the samples of a file beside it. */
  get whole(): string | null {
    if (this.problem !== null) return this.problem;
    return this.sound?.kind === 'beside' && location.protocol === 'file:' ? 'A browser does not separate the sides of a file beside the page: antiphon report … --embed-audio always puts it into the page.' : null;
  }

  /** Called whenever anything of it changes, while it plays at every frame. */
  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  seek(time: number): void {
    this.time = Math.min(this.duration, Math.max(0, time));
    if (this.audio && this.audio.readyState > 0) this.audio.currentTime = this.time;
    this.tell();
  }

  toggle(): void {
    if (this.playing) this.pause();
    else this.play();
  }

  play(from?: number): void {
    if (from !== undefined) this.seek(from);
    if (!this.canPlay) return;
    if (this.time >= this.duration - 0.05) this.seek(0);
    const audio = this.load();
    this.playing = true;
    void this.context?.resume();
    audio.play().catch((error: unknown) => this.stopped(error));
    this.tell();
    this.frame = requestAnimationFrame(this.follow);
  }

  pause(): void {
    this.audio?.pause();
    this.playing = false;
    cancelAnimationFrame(this.frame);
    this.tell();
  }

  setSpeed(speed: number): void {
    this.speed = speed;
    if (this.audio) this.audio.playbackRate = speed;
    this.tell();
  }

  hear(heard: Heard): void {
    if (this.whole !== null) return;
    this.heard = heard;
    this.separate();
    this.tell();
  }

  close(): void {
    this.listeners.clear();
    cancelAnimationFrame(this.frame);
    this.audio?.pause();
    this.audio?.removeAttribute('src');
    void this.context?.close();
    if (this.address) URL.revokeObjectURL(this.address);
  }

  private readonly follow = (): void => {
    cancelAnimationFrame(this.frame);
    if (!this.playing || !this.audio) return;
    if (this.audio.readyState > 0) this.time = Math.min(this.duration, this.audio.currentTime);
    this.tell();
    this.frame = requestAnimationFrame(this.follow);
  };

  private tell(): void {
    for (const listener of this.listeners) listener();
  }

  private stopped(error: unknown): void {
    if (error instanceof DOMException && error.name === 'AbortError') return; // paused before it began
    this.fail(error instanceof Error ? error.message : String(error));
  }

  private fail(why: string): void {
    const where = this.sound?.kind === 'beside' ? ` Does ${decodeURIComponent(this.sound.href ?? '')} lie beside this page?` : '';
    this.problem = `The recording cannot be played: ${why.replace(/\.$/, '')}.${where}`;
    this.playing = false;
    this.tell();
  }

  private load(): HTMLAudioElement {
    if (this.audio) return this.audio;
    const audio = new Audio();
    this.audio = audio;
    audio.preload = 'auto';
    audio.src = this.source(audio);
    audio.playbackRate = this.speed;
    audio.addEventListener('loadedmetadata', () => {
      audio.currentTime = this.time;
      audio.playbackRate = this.speed;
    });
    audio.addEventListener('ended', () => {
      this.time = this.duration;
      this.pause();
    });
    audio.addEventListener('error', () => this.fail(audio.error?.message || 'the browser cannot read it'));
    return audio;
  }

  private source(audio: HTMLAudioElement): string {
    const bytes = this.sound?.kind === 'embedded' ? this.bytes() : null;
    if (!bytes) return this.sound?.href ?? '';
    const asItIs = audio.canPlayType(OGG) !== '';
    this.address = URL.createObjectURL(new Blob([asItIs ? bytes : toCaf(bytes)], { type: asItIs ? OGG : CAF }));
    return this.address;
  }

  /** User left and agent right, as it was recorded; one side alone in both ears. */
  private separate(): void {
    const { user, agent } = this.heard;
    if (!this.gains && user && agent) return;
    this.gains ??= this.connect();
    const { userLeft, userRight, agentLeft, agentRight } = this.gains;
    userLeft.gain.value = user ? 1 : 0;
    userRight.gain.value = user && !agent ? 1 : 0;
    agentRight.gain.value = agent ? 1 : 0;
    agentLeft.gain.value = agent && !user ? 1 : 0;
  }

  private connect() {
    const context = new AudioContext();
    this.context = context;
    const split = context.createChannelSplitter(2);
    const merge = context.createChannelMerger(2);
    context.createMediaElementSource(this.load()).connect(split);
    const way = (from: number, to: number) => {
      const gain = context.createGain();
      split.connect(gain, from);
      gain.connect(merge, 0, to);
      return gain;
    };
    merge.connect(context.destination);
    if (this.playing) void context.resume();
    return { userLeft: way(0, 0), userRight: way(0, 1), agentLeft: way(1, 0), agentRight: way(1, 1) };
  }
}
