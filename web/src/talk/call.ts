/** One call over /ws/call: address, connection, messages both ways, and going on with it after the connection broke. Knows no sound and no page. */
import type { CallEvent } from './conversation';
import { closeProblem, refusalProblem, UNREACHABLE, type Problem } from './problem';

export type CallState = 'connecting' | 'talking' | 'reconnecting' | 'ended';

export interface CallHandler {
  state(state: CallState, problem: Problem | null): void;
  event(event: CallEvent): void;
  audio(bytes: ArrayBuffer): void;
}

export interface Socket {
  binaryType: string;
  bufferedAmount: number;
  /** As WebSocket has it: 1 is open. */
  readyState: number;
  onopen: (() => void) | null;
  onmessage: ((message: { data: unknown }) => void) | null;
  onclose: ((end: { code: number }) => void) | null;
  send(data: string | ArrayBuffer): void;
  close(code?: number): void;
}

/** What the call needs of its surroundings. */
export interface Surroundings {
  /** Of the folder that the page is in. */
  base: string;
  fetch(url: string, init: { method: string; headers: Record<string, string> }): Promise<{ status: number; headers: { get(name: string): string | null }; text(): Promise<string> }>;
  open(url: string): Socket;
  after(ms: number, action: () => void): void;
  now(): number;
}

export interface Who {
  callerId: string;
  locale: string;
  token: string;
}

/** How long the gateway keeps a call whose connection broke. */
const RESUMABLE_MS = 60_000;
const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 4_000;
/** Audio that waits for a slow connection is dropped beyond: it would only come late. */
const OPEN = 1;
const MOST_BUFFERED = 64_000;

export class Call {
  private socket: Socket | null = null;
  private now: CallState = 'connecting';
  private resume = '';
  private lostAt: number | null = null;
  private retry = FIRST_RETRY_MS;
  private ended = false;
  private toldEnd = false;

  constructor(private readonly who: Who, private readonly around: Surroundings, private readonly handler: CallHandler) {
    void this.connect();
  }

  get state(): CallState {
    return this.now;
  }

  sendAudio(pcm: ArrayBuffer): void {
    const socket = this.openLine();
    if (socket && socket.bufferedAmount < MOST_BUFFERED) socket.send(pcm);
  }

  tell(message: { type: string; [field: string]: unknown }): void {
    this.openLine()?.send(JSON.stringify(message));
  }

  // A socket that closes takes nothing more, and that it has closed is told later.
  private openLine(): Socket | null {
    return this.now === 'talking' && this.socket?.readyState === OPEN ? this.socket : null;
  }

  hangUp(): void {
    if (this.now === 'ended') return;
    this.tell({ type: 'hangup' });
    this.ended = true;
    // The gateway says goodbye; one that does not is not waited for.
    if (this.socket) this.around.after(1_000, () => this.finish(null));
    else this.finish(null);
  }

  private query(): string {
    const query = new URLSearchParams({ caller_id: this.who.callerId, locale: this.who.locale, events: '1' });
    if (this.resume) query.set('resume', this.resume);
    return query.toString();
  }

  private async connect(): Promise<void> {
    const headers: Record<string, string> = this.who.token ? { Authorization: `Bearer ${this.who.token}` } : {};
    let answer;
    try {
      const reply = await this.around.fetch(new URL(`ws/call/address?${this.query()}`, this.around.base).href, { method: 'POST', headers });
      answer = { status: reply.status, wait: reply.headers.get('Retry-After'), body: parse(await reply.text()) };
    } catch {
      return this.lost(UNREACHABLE);
    }
    if (this.now === 'ended') return;
    if (answer.status !== 200) return this.refused(refusalProblem(answer.status, message(answer.body), answer.wait, this.who.token !== ''), answer.status);
    this.open(new URL(String(answer.body.address ?? ''), this.around.base));
  }

  private open(url: URL): void {
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = this.around.open(url.href);
    socket.binaryType = 'arraybuffer';
    socket.onmessage = ({ data }) => this.take(data);
    socket.onclose = ({ code }) => this.closed(code);
    this.socket = socket;
    if (this.ended) socket.close(1000);
  }

  private take(data: unknown): void {
    if (data instanceof ArrayBuffer) return this.handler.audio(data);
    const event = parse(String(data)) as unknown as CallEvent;
    if (event.type === 'call.started') this.begun(event);
    if (event.type === 'call.ended') this.ended = this.toldEnd = true;
    if (typeof event.type === 'string') this.handler.event(event);
  }

  private begun(event: CallEvent): void {
    this.resume = typeof event.resume === 'string' ? event.resume : '';
    this.lostAt = null;
    this.retry = FIRST_RETRY_MS;
    this.set('talking', null);
  }

  private closed(code: number): void {
    this.socket = null;
    if (this.ended) return this.finish(null);
    const problem = closeProblem(code);
    // A close with a reason of its own is the gateway's wish; only what broke is taken up again.
    if (code === 1006 && this.now === 'connecting') return this.finish({ text: 'The gateway did not take the call: it may have too many calls of yours. Try again in a minute.' });
    if (code === 1006 || code === 1001 || code === 1012) return this.lost(problem);
    this.finish(problem);
  }

  private refused(problem: Problem, status: number): void {
    if (this.now === 'reconnecting' && status !== 404 && status !== 401) return this.lost(problem);
    this.finish(problem);
  }

  private lost(problem: Problem | null): void {
    if (this.now === 'ended') return;
    if (!this.resume || this.ended) return this.finish(this.ended ? null : problem);
    this.lostAt ??= this.around.now();
    if (this.around.now() + this.retry - this.lostAt > RESUMABLE_MS) return this.finish(problem);
    this.set('reconnecting', { text: 'The connection was lost. Going on with the call as soon as it is back …' });
    this.around.after(this.retry, () => this.now === 'reconnecting' && !this.ended && void this.connect());
    this.retry = Math.min(this.retry * 2, LAST_RETRY_MS);
  }

  private finish(problem: Problem | null): void {
    if (this.now === 'ended') return;
    if (this.socket) this.socket.onclose = null;
    this.socket?.close(1000);
    // Only a hang-up of ours ends without a word of the gateway and without a problem.
    if (this.ended && !this.toldEnd) this.handler.event({ type: 'call.ended', reason: 'caller_hangup' });
    this.set('ended', problem);
  }

  private set(state: CallState, problem: Problem | null): void {
    this.now = state;
    this.handler.state(state, problem);
  }
}

function parse(text: string): Record<string, unknown> {
  try {
    const value = JSON.parse(text);
    return value && typeof value === 'object' ? value : {};
  } catch {
    return {};
  }
}

function message(body: Record<string, unknown>): string {
  const error = body.error as { message?: unknown } | undefined;
  return typeof error?.message === 'string' ? error.message : '';
}
