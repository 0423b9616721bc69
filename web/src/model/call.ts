/** A spoken conversation laid out in time: who spoke when, what happened between them. All times are seconds of the call. */

import type { Check, Scenario, Timing } from '../data/result';
import type { AgentTurn, Call, Interruption, Span, UserTurnEntry, Utterance, Voice } from '../data/voice';
import { span } from './format';
import { checkState } from './problems';

export type Side = 'user' | 'agent';

/** What one side said without giving the word away. */
export interface Turn {
  side: Side;
  start: number;
  end: number;
  voiced: readonly Span[];
  text: string;
  /** `cut-in`, `backchannel`, `keys`; nothing for plain speech. */
  kind: string;
  /** What became of it: `answered after 0.94 s`, `cut off`. */
  notes: string[];
  /** The agent's own words, where the text is what our recogniser made of them. */
  told: string | null;
  /** It was cut off: not all of the text was heard. */
  cut: boolean;
  message: number | null;
}

/** From the end of the user's speech to the agent's first sound; leftwards where the agent spoke first. */
export interface Bracket {
  from: number;
  to: number;
  label: string;
  /** Longer than a check of latency allows. */
  over: boolean;
}

/** From a cut-in to the agent's last sound. */
export interface Stop {
  from: number;
  to: number;
  /** When it should have been silent. */
  limit: number;
  over: boolean;
  label: string;
}

export interface Mark {
  time: number;
  text: string;
  tone: 'ink' | 'caution' | 'fail';
}

export interface Tool {
  start: number;
  end: number;
  name: string;
  text: string;
}

/** Something that went wrong, by the number that it has all over the page; null: it has none. */
export interface Problem {
  time: number;
  number: number | null;
  text: string;
}

/** A line of the table of everything that happened. */
export interface Happening {
  time: number;
  end: number | null;
  who: string;
  what: string;
  text: string;
}

export interface CallLayout {
  duration: number;
  turns: Turn[];
  user: readonly Span[];
  agent: readonly Span[];
  /** Both speak. */
  both: Span[];
  brackets: Bracket[];
  stops: Stop[];
  /** What became of turns of the user's that were not answered, at their ends. */
  fates: Mark[];
  marks: Mark[];
  tools: Tool[];
  problems: Problem[];
  happenings: Happening[];
  /** When the call began on the clock of the run, to which checks refer. */
  began: number;
}

/** Seconds within which an agent that is cut into should be silent, where no check says less. */
const STOP_WINDOW = 2;

const KINDS: Record<Utterance['kind'], string> = {
  speech: '',
  audio: 'audio file',
  interruption: 'cut-in',
  backchannel: 'backchannel',
  hesitation: 'hesitation',
  dtmf: 'keys',
  silence: 'silence',
};
const ENDINGS: Partial<Record<AgentTurn['ending'], string>> = { capped: 'capped', closed: 'hung up', open: 'still open at the end' };
const ANSWERS: Record<string, string> = { answer: '', re_prompt: 're-prompt', own_initiative: 'own initiative' };

/** Where both sides are voiced. */
export function overlaps(one: readonly Span[], other: readonly Span[]): Span[] {
  const both: Span[] = [];
  let at = 0;
  for (const [start, end] of one) {
    while (at < other.length && (other[at]?.[1] ?? 0) <= start) at++;
    for (let next = at; next < other.length && (other[next]?.[0] ?? 0) < end; next++) {
      both.push([Math.max(start, other[next]?.[0] ?? 0), Math.min(end, other[next]?.[1] ?? 0)]);
    }
  }
  return both;
}

/** Message times are the run's; those of the call begin when the call does. */
function beginning(call: Call, timings: readonly Timing[]): number {
  for (const piece of [...call.turns, ...call.utterances]) {
    const start = piece.message === undefined ? undefined : timings[piece.message]?.start_s;
    if (typeof start === 'number') return start - piece.start_s;
  }
  return 0;
}

function lastVoiced(utterance: Utterance): number {
  return utterance.voiced.at(-1)?.[1] ?? utterance.end_s;
}

/** ` (hold 0.30 s, model 0.41 s, synthesis 0.23 s)` */
function madeOf({ parts }: UserTurnEntry): string {
  const told = Object.entries(parts ?? {}).filter(([, seconds]) => seconds !== 0);
  return told.length === 0 ? '' : ` (${told.map(([name, seconds]) => `${name.replace(/_s$/, '')} ${span(seconds)}`).join(', ')})`;
}

function userTurns({ call, measures }: Voice): Turn[] {
  const entries = new Map(measures.user_turns.map((entry) => [entry.utterance, entry]));
  return call.utterances.map((utterance, index) => {
    const entry = entries.get(index);
    const latency = typeof entry?.latency_s === 'number' ? ` after ${span(entry.latency_s)}${madeOf(entry)}` : '';
    const fate = entry ? [`${entry.outcome.replace('_', ' ')}${latency}`, ...(entry.premature ? ['premature'] : [])] : [];
    return {
      side: 'user',
      start: utterance.voiced[0]?.[0] ?? utterance.start_s,
      end: lastVoiced(utterance),
      voiced: utterance.voiced,
      text: utterance.text ?? utterance.keys ?? '',
      kind: KINDS[utterance.kind] ?? utterance.kind,
      notes: fate,
      told: null,
      cut: false,
      message: utterance.message ?? null,
    };
  });
}

function agentTurns({ call, measures }: Voice): Turn[] {
  const kinds = new Map(measures.agent_turns.map((entry) => [entry.turn, entry.kind]));
  return call.turns.map((turn, index) => {
    const notes = [turn.transcript_truncated ? 'cut off' : '', ENDINGS[turn.ending] ?? '', turn.resumed ? `went on ${turn.resumed}\u00d7 after a pause` : ''];
    return {
      side: 'agent',
      start: turn.start_s,
      end: turn.end_s,
      voiced: turn.voiced,
      text: turn.transcript ?? '',
      kind: ANSWERS[kinds.get(index) ?? ''] ?? '',
      notes: notes.filter(Boolean),
      told: turn.recognised && turn.told !== undefined && turn.told !== turn.transcript ? turn.told : null,
      cut: turn.transcript_truncated ?? false,
      message: turn.message ?? null,
    };
  });
}

/** The least that any check of a kind names, or otherwise. */
function leastOf(checks: readonly Check[], kind: string, name: string, otherwise: number): number {
  const limits = checks
    .filter((check) => check.kind === kind)
    .map((check) => (check.expected as Record<string, unknown> | null)?.[name])
    .filter((limit): limit is number => typeof limit === 'number');
  return Math.min(otherwise, ...limits);
}

function bracketsOf({ call, measures }: Voice, limit: number): Bracket[] {
  return measures.user_turns.flatMap((entry) => {
    const utterance = call.utterances[entry.utterance];
    if (!utterance || typeof entry.latency_s !== 'number') return [];
    const from = lastVoiced(utterance);
    return [{ from, to: from + entry.latency_s, label: span(entry.latency_s), over: entry.latency_s > limit + 1e-6 }];
  });
}

function fatesOf({ call, measures }: Voice): Mark[] {
  return measures.user_turns.flatMap((entry): Mark[] => {
    const utterance = call.utterances[entry.utterance];
    if (!utterance || ['answered', 'overlapped', 'not_sent'].includes(entry.outcome)) return [];
    return [{ time: lastVoiced(utterance), text: entry.outcome.replace('_', ' '), tone: entry.outcome === 'held' ? 'fail' : 'caution' }];
  });
}

function stopsOf(interruptions: readonly Interruption[], limit: number): Stop[] {
  return interruptions.flatMap((one) => {
    if (one.achieved_s === undefined || one.agent_stopped_s === undefined) return [];
    const took = one.agent_stopped_s - one.achieved_s;
    const over = took > limit || one.censored === true;
    const label = one.censored ? `over ${span(STOP_WINDOW)}, did not stop` : `${span(took)} to stop`;
    return [{ from: one.achieved_s, to: Math.max(one.agent_stopped_s, one.achieved_s), limit: one.achieved_s + limit, over, label }];
  });
}

function missed(one: Interruption): Mark[] {
  if (one.achieved_s !== undefined || one.intended_s === undefined) return [];
  return [{ time: one.intended_s, text: `no cut-in: ${one.outcome.replace(/_/g, ' ')}`, tone: 'caution' }];
}

function cutIn(one: Interruption): Mark[] {
  if (one.achieved_s === undefined) return missed(one);
  const off = one.intended_s === undefined ? 0 : one.achieved_s - one.intended_s;
  const late = Math.abs(off) > 0.1 ? `, meant ${span(Math.abs(off))} ${off > 0 ? 'earlier' : 'later'}` : '';
  return [{ time: one.achieved_s, text: `cut-in${one.native ? ' by signal' : ''}${late}`, tone: late ? 'caution' : 'ink' }];
}

function marksOf(call: Call): Mark[] {
  const keys = call.utterances.filter((one) => one.kind === 'dtmf' && one.sent !== false);
  const broken = (call.events ?? []).filter((event) => event.type === 'error');
  const marks: Mark[] = [
    ...(call.interruptions ?? []).flatMap(cutIn),
    ...keys.map((one): Mark => ({ time: one.start_s, text: `keys ${one.keys ?? ''}`, tone: 'ink' })),
    ...broken.map((event): Mark => ({ time: event.time, text: event.name || 'error', tone: 'fail' })),
    ...call.turns.filter((turn) => turn.ending === 'capped').map((turn): Mark => ({ time: turn.end_s, text: 'capped', tone: 'caution' })),
  ];
  if (call.agent_closed) marks.push({ time: call.duration_s, text: 'agent hung up', tone: 'caution' });
  return marks.sort((a, b) => a.time - b.time);
}

function oneLine(value: unknown): string {
  return value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value);
}

/** From events of the call; a result ends the call before it that has its name. */
function toolsOf(call: Call): Tool[] {
  const tools: Tool[] = [];
  for (const event of call.events ?? []) {
    if (event.type === 'tool_call') {
      tools.push({ start: event.time, end: event.time + (event.latency ?? 0), name: event.name ?? 'tool', text: oneLine(event.args) });
    } else if (event.type === 'tool_result') {
      const open = tools.filter((tool) => tool.name === (event.name ?? 'tool')).at(-1);
      if (!open) continue;
      open.end = Math.max(open.end, event.time);
      open.text += ` → ${oneLine(event.result)}`;
    }
  }
  return tools;
}

function placeOf(check: Check, began: number, turns: readonly Turn[]): number | null {
  const { message, time_s: time } = check.where ?? {};
  if (typeof time === 'number') return time - began;
  return typeof message === 'number' ? (turns.find((turn) => turn.message === message)?.start ?? null) : null;
}

/** A check of all latencies names no place: it fails by the longest. */
function slowestAnswer(check: Check, brackets: readonly Bracket[]): number | null {
  const longest = [...brackets].sort((a, b) => b.to - b.from - (a.to - a.from))[0];
  return check.kind === 'latency' && longest ? longest.to : null;
}

function problemsOf(scenario: Scenario, numbers: ReadonlyMap<number, number>, began: number, turns: readonly Turn[], brackets: readonly Bracket[]): Problem[] {
  const problems: Problem[] = [];
  const add = (time: number | null | undefined, message: number | null | undefined, text: string) => {
    if (typeof time !== 'number') return;
    const number = typeof message === 'number' ? (numbers.get(message) ?? null) : null;
    if (number === null || !problems.some((one) => one.number === number)) problems.push({ time: Math.max(0, time), number, text });
  };
  for (const check of scenario.checks ?? []) {
    if (checkState(check) === 'fails') add(placeOf(check, began, turns) ?? slowestAnswer(check, brackets), check.where?.message, check.sentence ?? check.kind);
  }
  for (const criterion of scenario.criteria ?? []) {
    const message = criterion.evidence?.[0];
    if (criterion.status === 'failed') add(turns.find((turn) => turn.message === message)?.start, message, criterion.criterion);
  }
  return problems.sort((a, b) => a.time - b.time);
}

function happeningsOf(layout: Omit<CallLayout, 'happenings'>): Happening[] {
  const spoken = layout.turns.map(({ side, start, end, kind, notes, text: heard, told }): Happening => {
    const text = told === null ? heard : `${heard} (its own words: ${told})`;
    return { time: start, end, who: side === 'user' ? 'User' : 'Agent', what: [kind || 'speaks', ...notes].join(', '), text };
  });
  const stops = layout.stops.map((stop): Happening => ({ time: stop.from, end: stop.to, who: 'Agent', what: stop.label, text: '' }));
  const marks = layout.marks.map(({ time, text }): Happening => ({ time, end: null, who: 'Call', what: text, text: '' }));
  const tools = layout.tools.map(({ start, end, name, text }): Happening => ({ time: start, end, who: 'Tool', what: name, text }));
  const problems = layout.problems.map(({ time, text, number }): Happening => {
    return { time, end: null, who: 'Problem', what: number === null ? 'does not hold' : `number ${number}`, text };
  });
  return [...spoken, ...stops, ...marks, ...tools, ...problems].sort((a, b) => a.time - b.time);
}

export function layOut(scenario: Scenario, voice: Voice, numbers: ReadonlyMap<number, number>): CallLayout {
  const { call } = voice;
  const began = beginning(call, scenario.timings ?? []);
  const sent = userTurns(voice).filter((_, index) => call.utterances[index]?.sent !== false);
  const turns = [...sent, ...agentTurns(voice)].sort((a, b) => a.start - b.start);
  const checks = scenario.checks ?? [];
  const brackets = bracketsOf(voice, leastOf(checks, 'latency', 'max', Infinity));
  const layout = {
    duration: Math.max(call.duration_s, 0.1),
    turns,
    user: call.user_voiced,
    agent: call.agent_voiced,
    both: overlaps(call.user_voiced, call.agent_voiced),
    brackets,
    stops: stopsOf(call.interruptions ?? [], leastOf(checks, 'interruption', 'stops_within', STOP_WINDOW)),
    fates: fatesOf(voice),
    marks: marksOf(call),
    tools: toolsOf(call),
    problems: problemsOf(scenario, numbers, began, turns, brackets),
    began,
  };
  return { ...layout, happenings: happeningsOf(layout) };
}

/** The turn that began last at a time, or before it. */
export function turnAt(turns: readonly Turn[], time: number): Turn | null {
  let low = 0;
  let high = turns.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((turns[middle]?.start ?? 0) <= time + 0.005) low = middle + 1;
    else high = middle;
  }
  return turns[low - 1] ?? null;
}

/** The message that is being said at a time, or was said last. */
export function messageAt(turns: readonly Turn[], time: number): number | null {
  const spoken = turns.filter((turn) => turn.message !== null);
  return turnAt(spoken, time)?.message ?? null;
}

/** When a message begins to be heard. */
export function startOf(turns: readonly Turn[], message: number): number | null {
  return turns.find((turn) => turn.message === message)?.start ?? null;
}

/** How long the caller waited for the agent's first words, where these opened the call; null where they did not. */
export function greetingOf(turns: readonly Turn[]): number | null {
  const first = turns[0];
  return first?.side === 'agent' ? first.start : null;
}

/** `13.50: agent, cut off: We are open …`: what a reader is told of a moment. */
export function spokenAt(turns: readonly Turn[], time: number): string {
  const turn = turnAt(turns, time);
  if (!turn) return 'nobody has spoken yet';
  const what = [turn.side, turn.kind, ...turn.notes].filter(Boolean).join(', ');
  return time > turn.end + 0.005 ? `silence after the ${turn.side}: ${turn.text}` : `${what}: ${turn.text}`;
}
