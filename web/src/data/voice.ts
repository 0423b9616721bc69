/** A spoken conversation as `voice` of a result holds it (docs/results.md); times are seconds since the call began, as they were heard. */

import type { Latency } from './result';

/** Start and end, seconds. */
export type Span = [number, number];

export interface Utterance {
  kind: 'speech' | 'audio' | 'interruption' | 'backchannel' | 'hesitation' | 'dtmf' | 'silence';
  start_s: number;
  end_s: number;
  voiced: Span[];
  expect?: 'respond' | 'stop' | 'ignore';
  /** false: the call ended before it. */
  sent?: boolean;
  text?: string;
  keys?: string;
  message?: number;
}

export interface AgentTurn {
  start_s: number;
  end_s: number;
  voiced: Span[];
  ending: 'signal' | 'tail_silence' | 'capped' | 'cleared' | 'closed' | 'open';
  /** As our user understood it. */
  transcript?: string;
  /** The agent's own words for it. */
  told?: string;
  /** The transcript is our recogniser's. */
  recognised?: boolean;
  received_start_s?: number;
  resumed?: number;
  transcript_truncated?: boolean;
  message?: number;
}

export interface VoiceEvent {
  time: number;
  type: string;
  name?: string;
  args?: unknown;
  result?: unknown;
  latency?: number;
  received?: number;
  metadata?: Record<string, unknown>;
}

export interface Interruption {
  /** Index of the utterance. */
  utterance: number;
  outcome: string;
  intended_s?: number;
  achieved_s?: number;
  agent_stopped_s?: number;
  /** It did not stop within the window. */
  censored?: boolean;
  native?: boolean;
  /** Why there was nothing to cut into. */
  missed?: string;
}

export interface Call {
  adapter?: string;
  detector?: string;
  recogniser?: string;
  /** Of the recogniser: `open`, or `primed` where it was told words to expect. */
  vocabulary?: string;
  voice?: string;
  duration_s: number;
  agent_closed?: boolean;
  utterances: Utterance[];
  turns: AgentTurn[];
  user_voiced: Span[];
  agent_voiced: Span[];
  events?: VoiceEvent[];
  interruptions?: Interruption[];
  claims?: { latencies?: { name: string; seconds: number }[]; understood?: { time_s: number; text: string }[] };
}

export type UserTurnOutcome = 'answered' | 'silent' | 'held' | 'overlapped' | 'folded' | 'not_sent' | 'undecided';

export interface UserTurnEntry {
  utterance: number;
  outcome: UserTurnOutcome;
  agent_turn?: number;
  latency_s?: number;
  premature?: boolean;
  /** What the wait was made of, seconds, where the agent tells enough. */
  parts?: { hold_s: number; model_s: number; continuation_s: number; synthesis_s: number };
}

/** Latencies with the values themselves; `censored` of them are known only to be more. */
export interface SpokenLatency extends Latency {
  censored: number;
  histogram: number[];
  seconds: number[];
}

export interface Figure {
  value: number;
  n: number;
}

export interface Measures {
  user_turns: UserTurnEntry[];
  agent_turns: { turn: number; kind: 'answer' | 're_prompt' | 'own_initiative' }[];
  response?: SpokenLatency | null;
  first_audio?: SpokenLatency | null;
  interrupt?: SpokenLatency | null;
  /** null: there was nothing to measure it by. */
  figures?: Record<string, Figure | null>;
}

export interface Voice {
  call: Call;
  measures: Measures;
}

/** What this page has of a recording. */
export interface Sound {
  kind: 'embedded' | 'beside' | 'missing';
  href?: string;
  /** Why it is missing. */
  why?: string;
  seconds?: number;
  bytes?: number;
  /** Of its peaks; absent where there are none. */
  step_s?: number;
}

/** A call as the table draws it. */
export interface Lanes {
  duration_s: number;
  user: Span[];
  agent: Span[];
  failed_s?: number | null;
}
