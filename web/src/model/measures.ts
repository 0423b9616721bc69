/** The measures of a call, as people read them. */

import type { Figure, Measures } from '../data/voice';
import { count, span } from './format';

/** What each means, in the order of docs/metrics.md, from which the build takes it. */
declare const MEANINGS: Readonly<Record<string, string>>;

/** Where words made of the key would not do. */
const NAMES: Readonly<Record<string, string>> = {
  unanswered: 'Left unanswered',
  premature_turns_of_ours: 'Our premature turns',
  agent_interrupts_user: 'Agent interrupts user',
  missed_interruptions: 'Ignored cut-ins',
  false_interruptions: 'Stopped for nothing',
  overlap_s: 'Both speaking',
  longest_wait_s: 'Longest wait for the agent',
  talk_ratio: 'Agent’s speech per user’s',
  hold_s: 'Wait: hold',
  model_s: 'Wait: model',
  continuation_s: 'Wait: continuation',
  synthesis_s: 'Wait: synthesis',
  claimed_response_s: 'Response, claimed',
  heard_over_claimed_s: 'Response, heard over claimed',
  longest_tail_s: 'Longest play-out tail',
  under_run_s: 'Time lost in under-runs',
  under_runs: 'Under-runs',
  user_keys_right: 'User’s keys that came out right',
};

const NBSP = '\u00a0';
const UNITS = /_(s|ms|lufs|dbfs)$/;

function digits(value: number): string {
  const size = Math.abs(value);
  const text = size.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
  return value < 0 && /[1-9]/.test(text) ? `−${text}` : text;
}

/** The end of a key tells its unit. */
function shown(key: string, value: number): string {
  if (key.endsWith('_ms')) return span(value / 1000);
  if (key.endsWith('_s')) return span(value);
  if (key.endsWith('_lufs')) return `${digits(value)}${NBSP}LUFS`;
  if (key.endsWith('_dbfs')) return `${digits(value)}${NBSP}dBFS`;
  if (key.endsWith('_per_minute')) return `${digits(value)}${NBSP}/min`;
  const share = /(rate|ratio|score|accuracy|wer|recognition|right|selectivity_\w+)$/.test(key);
  return share || !Number.isInteger(value) ? digits(value) : count(value);
}

function nameOf(key: string): string {
  const words = key.replace(UNITS, '').replace(/_/g, ' ').replace(/\b(p\d\d|e2e|wer|stt|tts|eot)\b/g, (term) => (term.startsWith('p') ? term : term.toUpperCase()));
  return NAMES[key] ?? (isOfPeers(key) ? words : words.charAt(0).toUpperCase() + words.slice(1));
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

/** As others define it: `eva/2026-08 yield_score`. */
function isOfPeers(key: string): boolean {
  return key.includes('/');
}

/** Ours and those of others, in the order of the document; what it does not know comes last. */
export function measureRows({ figures }: Pick<Measures, 'figures'>): { ours: MeasureRow[]; peers: MeasureRow[] } {
  const given = figures ?? {};
  const known = Object.keys(MEANINGS).filter((key) => key in given);
  const others = Object.keys(given).filter((key) => !(key in MEANINGS));
  const row = (key: string, figure: Figure | null): MeasureRow => {
    return { key, name: nameOf(key), value: figure ? shown(key, figure.value) : null, n: figure?.n ?? null, says: MEANINGS[key] ?? '' };
  };
  const rows = [...known, ...others].map((key) => row(key, given[key] ?? null));
  return { ours: rows.filter(({ key }) => !isOfPeers(key)), peers: rows.filter(({ key }) => isOfPeers(key)) };
}
