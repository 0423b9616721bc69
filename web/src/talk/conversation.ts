/** What was said in a call, made of the gateway's events (antiphon.call/1). */
export interface CallEvent { type: string; t?: number; turn?: number; [field: string]: unknown }

export interface Stages { asr?: number; first_token?: number; llm?: number; first_audio?: number; total?: number }

export interface Line {
  who: 'user' | 'agent' | 'tool' | 'note';
  text: string;
  turn?: number;
  /** Cut off by the caller: `text` is what was heard of it. */
  interrupted?: boolean;
  /** What it was going to say, while that may still come. */
  whole?: string;
  heardAfterMs?: number;
  stages?: Stages;
  id?: string;
  failed?: boolean;
}

export interface Conversation {
  lines: Line[];
  /** What the caller is saying; null while silent. */
  partial: string | null;
}

export const EMPTY: Conversation = { lines: [], partial: null };

const str = (value: unknown): string => (typeof value === 'string' ? value : '');

function changeTurn(lines: Line[], turn: number | undefined, change: (line: Line) => Line): Line[] {
  const at = lines.findLastIndex((line) => line.who === 'agent' && line.turn === turn);
  return at < 0 ? lines : lines.map((line, i) => (i === at ? change(line) : line));
}

function sentence(lines: Line[], turn: number | undefined, text: string): Line[] {
  const last = lines.findLast((line) => line.who === 'agent');
  if (last?.turn !== turn || turn === undefined) return [...lines, { who: 'agent', turn, text }];
  return changeTurn(lines, turn, (line) => (line.interrupted ? line : { ...line, text: `${line.text} ${text}` }));
}

/** What an interruption left of a turn. Where nothing was heard, the line says so rather than vanish. */
function cut(line: Line, heard: string): Line {
  return { ...line, whole: line.whole ?? line.text, text: heard, interrupted: true };
}

function resume({ whole, interrupted, ...line }: Line): Line {
  return { ...line, text: whole ?? line.text };
}

function end(line: Line, event: CallEvent): Line {
  const { whole, ...rest } = line;
  const text = str(event.text);
  return { ...rest, text: text || (event.interrupted ? '' : line.text), interrupted: event.interrupted === true, stages: event.latency_ms as Stages };
}

const REASONS: Record<string, string> = {
  completed: 'The agent ended the call.',
  escalated: 'The call was handed to a person.',
  caller_hangup: 'You hung up.',
  error: 'The gateway could not go on.',
  expired: 'The call was ended: nobody spoke, or it took too long.',
  drain: 'The gateway is being stopped. Please call again.',
};

export const endedText = (reason: string): string => REASONS[reason] ?? 'The call is over.';

export function follow(now: Conversation, event: CallEvent): Conversation {
  const { lines } = now;
  const note = (text: string, failed = false): Conversation => ({ ...now, lines: [...lines, { who: 'note', text, failed }] });
  switch (event.type) {
    case 'call.started': {
      const notices = Array.isArray(event.notices) ? event.notices : [];
      return { ...now, lines: [...lines, ...notices.map((notice): Line => ({ who: 'note', text: str(notice?.message) }))] };
    }
    case 'user.speech_started':
      return { ...now, partial: now.partial ?? '' };
    case 'transcript.partial':
      return { ...now, partial: str(event.text) };
    case 'transcript.final':
      return { partial: null, lines: [...lines, { who: 'user', text: str(event.text) }] };
    case 'agent.text':
      return { ...now, lines: sentence(lines, event.turn, str(event.text)) };
    case 'barge_in':
      return { ...now, lines: changeTurn(lines, event.turn, (line) => cut(line, str(event.heard_text))) };
    case 'barge_in.resumed':
      return { partial: null, lines: changeTurn(lines, event.turn, resume) };
    case 'turn.ended':
      return { ...now, lines: changeTurn(lines, event.turn, (line) => end(line, event)) };
    case 'tool.call':
      return { ...now, lines: [...lines, { who: 'tool', id: str(event.id), text: str(event.name) }] };
    case 'tool.result':
      return { ...now, lines: lines.map((line) => (line.who === 'tool' && line.id === event.id ? finishTool(line, event) : line)) };
    case 'escalation':
      return note('The call goes to a person.');
    case 'error':
      return note(`Something went wrong: ${str(event.message) || str(event.code)}.`, true);
    case 'call.ended':
      return { ...note(endedText(str(event.reason))), partial: null };
    default:
      return now;
  }
}

function finishTool(line: Line, event: CallEvent): Line {
  return { ...line, failed: event.ok !== true, heardAfterMs: typeof event.latency_ms === 'number' ? event.latency_ms : undefined };
}

export function heardAfter(now: Conversation, turn: number, ms: number): Conversation {
  return { ...now, lines: changeTurn(now.lines, turn, (line) => ({ ...line, heardAfterMs: ms })) };
}
