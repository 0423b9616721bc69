/** Turns chat messages into the rows a reader sees: a tool's result stands on the row of its call. */

import type { Message, Timing, ToolCall } from '../data/result';

export type Speaker = 'user' | 'agent' | 'system' | 'tool';

interface RowCommon {
  /** Indices of the messages this row shows; evidence and links find it by them. */
  indices: number[];
  /** Seconds since the start; null where not recorded. */
  time: number | null;
  /** How long the speaker took to answer, seconds. */
  after: number | null;
  turn: number | null;
}

export interface SpeechRow extends RowCommon {
  kind: 'speech';
  speaker: Speaker;
  text: string;
  /** Of a call: `cut off`, `cut-in`. */
  tags?: string[];
  /** Of a call: the agent's own words for what our recogniser understood. */
  told?: string;
  /** Of a call: the text again, told apart by how it was heard. */
  pieces?: Piece[];
}

/** Words that were heard alone, over the other side, or most likely not at all. */
export interface Piece {
  text: string;
  heard: 'alone' | 'over' | 'not';
}

export interface ToolRow extends RowCommon {
  kind: 'tool';
  name: string;
  /** JSON text as the model wrote it. */
  input: string;
  /** null: no result was recorded. */
  output: string | null;
}

export type Row = SpeechRow | ToolRow;

const SPEAKERS: Record<string, Speaker> = { user: 'user', assistant: 'agent', tool: 'tool', function: 'tool' };

export function speakerOf(message: Message): Speaker {
  return SPEAKERS[message.role] ?? 'system';
}

/** All text of a message; parts that are no text are named in brackets. */
export function textOf(message: Message): string {
  const { content } = message;
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part) => part.text ?? part.refusal ?? `[${part.type ?? 'part'}]`).join('\n');
}

function difference(timing: Timing | undefined): number | null {
  const { start_s: start, end_s: end } = timing ?? {};
  return typeof start === 'number' && typeof end === 'number' ? end - start : null;
}

function common(indices: number[], timing: Timing | undefined): RowCommon {
  return { indices, time: timing?.end_s ?? null, after: difference(timing), turn: timing?.turn ?? null };
}

function resultOf(messages: readonly Message[], from: number, call: ToolCall): number {
  if (!call.id) return -1;
  return messages.findIndex((message, at) => at > from && message.tool_call_id === call.id);
}

function toolRow(messages: readonly Message[], call: ToolCall, own: number[], result: number, timing: Timing | undefined): ToolRow {
  const answered = messages[result];
  return {
    ...common(answered ? [...own, result] : own, timing),
    kind: 'tool',
    name: call.function?.name ?? 'tool',
    input: call.function?.arguments ?? '',
    output: answered ? textOf(answered) : null,
  };
}

function speechRow(message: Message, index: number, timing: Timing | undefined): SpeechRow {
  const speaker = speakerOf(message);
  const shared = common([index], timing);
  const after = speaker === 'agent' ? shared.after : null;
  return { ...shared, after, kind: 'speech', speaker, text: textOf(message) };
}

export function conversationRows(messages: readonly Message[], timings: readonly Timing[]): Row[] {
  const rows: Row[] = [];
  const shown = new Set<number>();
  messages.forEach((message, index) => {
    if (shown.has(index)) return;
    const calls = message.tool_calls ?? [];
    const silent = calls.length > 0 && textOf(message) === '';
    if (!silent) rows.push(speechRow(message, index, timings[index]));
    calls.forEach((call, at) => {
      const result = resultOf(messages, index, call);
      if (result >= 0) shown.add(result);
      rows.push(toolRow(messages, call, silent && at === 0 ? [index] : [], result, timings[result] ?? timings[index]));
    });
  });
  return rows;
}

/** JSON on one line, or the text as it is when it is no JSON. */
export function oneLine(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json));
  } catch {
    return json.replace(/\s+/g, ' ').trim();
  }
}

/** JSON over several lines, or the text as it is. */
export function laidOut(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}
