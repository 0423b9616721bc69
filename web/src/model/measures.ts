/** The measures of a call with a sentence each; docs/metrics.md defines them in full. */

import type { Figure, Measures } from '../data/voice';
import { count, span } from './format';

type Unit = 'seconds' | 'times' | 'ratio' | 'perMinute';

interface Definition {
  name: string;
  unit: Unit;
  says: string;
}

export const DEFINITIONS: Readonly<Record<string, Definition>> = {
  unanswered: { name: 'Left unanswered', unit: 'times', says: 'Turns of the user that nothing answered in 1.5 s or more of silence.' },
  premature_turns_of_ours: { name: 'Our premature turns', unit: 'times', says: 'Lines that our user began in a pause of the agent’s, which went on.' },
  agent_interrupts_user: { name: 'Agent interrupts user', unit: 'times', says: 'Turns that the agent begins while the user speaks; not a greeting.' },
  missed_interruptions: { name: 'Ignored cut-ins', unit: 'times', says: 'Cut-ins after which the agent did not stop within 2 s.' },
  false_interruptions: { name: 'Stopped for nothing', unit: 'times', says: 'The agent fell silent for a backchannel or what it was to ignore.' },
  overlap_s: { name: 'Both speaking', unit: 'seconds', says: 'Seconds in which both are voiced; n counts how often.' },
  talk_over_s: { name: 'Talk-over', unit: 'seconds', says: 'The same without what the agent may talk over, such as backchannels, keys and the first 600 ms of cut-ins.' },
  longest_wait_s: { name: 'Longest wait for the agent', unit: 'seconds', says: 'The longest silence in which it was the agent’s turn to speak; n counts them.' },
  longest_silence_s: { name: 'Longest silence', unit: 'seconds', says: 'Nobody is voiced and no key sounds; beginning and end of the call count.' },
  dead_air_s: { name: 'Dead air', unit: 'seconds', says: 'The sum of all silences of 3 s and more; n counts them.' },
  talk_ratio: { name: 'Agent’s speech per user’s', unit: 'ratio', says: 'Voiced seconds of the agent, divided by those of the user.' },
  user_words_per_minute: { name: 'User’s words per minute', unit: 'perMinute', says: 'Words of the text per minute of voiced audio.' },
  agent_words_per_minute: { name: 'Agent’s words per minute', unit: 'perMinute', says: 'Words of the transcripts per minute of voiced audio.' },
  delivery_ratio: { name: 'Delivery ratio', unit: 'ratio', says: 'Seconds of audio received per second that the agent took to send them.' },
  longest_tail_s: { name: 'Longest play-out tail', unit: 'seconds', says: 'The most audio that was received and not heard yet.' },
  jitters: { name: 'Jitter', unit: 'times', says: 'Gaps under 40 ms between frames, closed in the recording.' },
  under_runs: { name: 'Under-runs', unit: 'times', says: 'Gaps of 40 ms and more inside a turn.' },
  under_run_s: { name: 'Time lost in under-runs', unit: 'seconds', says: 'Their sum.' },
  'tau-voice/1.0 response_rate': { name: 'τ-voice response rate', unit: 'ratio', says: 'Turns answered, of those that ended while the agent was silent.' },
  'tau-voice/1.0 yield_rate': { name: 'τ-voice yield rate', unit: 'ratio', says: 'Interruptions after which the agent stopped within 2 s, of all.' },
  'tau-voice/1.0 agent_interruption_rate': { name: 'τ-voice agent interruption rate', unit: 'ratio', says: 'Agent’s turns that begin over the user, per turn of ours.' },
  'eva/2026-08 yield_score': { name: 'EVA yield score', unit: 'ratio', says: 'Mean of 1 − seconds to stop ÷ 2 over interruptions, not below 0.' },
};

const NBSP = '\u00a0';

function digits(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

function shown(value: number, unit: Unit): string {
  switch (unit) {
    case 'seconds':
      return span(value);
    case 'times':
      return count(value);
    case 'ratio':
      return digits(value);
    case 'perMinute':
      return `${digits(value)}${NBSP}/min`;
  }
}

export interface MeasureRow {
  key: string;
  name: string;
  /** null: not measured. */
  value: string | null;
  n: number | null;
  /** Empty for one that this page does not know. */
  says: string;
}

function row(key: string, figure: Figure | null): MeasureRow {
  const known = DEFINITIONS[key];
  const unit = known?.unit ?? (key.endsWith('_s') ? 'seconds' : 'ratio');
  return { key, name: known?.name ?? key, value: figure ? shown(figure.value, unit) : null, n: figure?.n ?? null, says: known?.says ?? '' };
}

/** In the order of the table above; what this page does not know comes last, under its own name. */
export function measureRows({ figures }: Pick<Measures, 'figures'>): MeasureRow[] {
  const given = figures ?? {};
  const known = Object.keys(DEFINITIONS).filter((key) => key in given);
  const others = Object.keys(given).filter((key) => !(key in DEFINITIONS));
  return [...known, ...others].map((key) => row(key, given[key] ?? null));
}
