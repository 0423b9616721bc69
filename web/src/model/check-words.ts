/** What a check wanted and found, as people read it: rounded, with units, in words where it could not be decided. */

import { ABSENT, count, percent, span, value } from './format';

type Fields = Readonly<Record<string, unknown>>;

const NBSP = '\u00a0';
/** Kinds whose plain limits are seconds: `at_most: 0.8`. */
const IN_SECONDS = new Set(['time_to_first_audio', 'latency', 'silence', 'overlap']);
const LIMITS = new Set(['at_most', 'at_least', 'p50', 'p95', 'p99', 'max', 'average', 'seconds']);
const OF_CALLS = new Set([...IN_SECONDS, 'interruption', 'talk_ratio', 'heard', 'expect']);

const NAMES: Readonly<Record<string, string>> = {
  stop_s: 'spoke on for',
  seconds: '',
  ratio: '',
  word_error_rate: 'wrong words',
  oov_rate: 'words unknown to the recogniser',
  left_out: 'turns left out',
  intended_s: 'meant for',
  achieved_s: 'came at',
  cut_in: 'our cut-in',
  waited_s: 'none in',
  latency_s: 'answered after',
  spoke_on_s: 'spoke on for',
  answered_after_s: 'answered after',
  silent_for_s: 'silent for',
  at_s: 'at',
  hung_up: 'it hung up',
  expect: 'the agent to',
  outcome: '',
};
/** Outcomes as results name them. */
const OUTCOMES: Readonly<Record<string, string>> = {
  turn_was_over: 'the turn was over',
  nothing_heard: 'the agent did not speak',
  fired_after_speech: 'came while the agent spoke',
  fired_before_speech: 'came before the agent spoke',
  not_sent: 'was not sent',
};

function isFields(item: unknown): item is Fields {
  return typeof item === 'object' && item !== null && !Array.isArray(item);
}

function rounded(number: number): string {
  return Number.isInteger(number) ? count(number) : Number(number.toPrecision(3)).toString().replace('-', '−');
}

function amount(kind: string, key: string, number: number): string {
  if (key.endsWith('_s') || key === 'stops_within') return span(number);
  if (IN_SECONDS.has(kind) && LIMITS.has(key)) return span(number);
  if (kind === 'talk_ratio' && (key === 'ratio' || LIMITS.has(key))) return `${rounded(number)}${NBSP}×`;
  if (key.endsWith('_rate') || (kind === 'heard' && LIMITS.has(key))) return percent(number);
  return rounded(number);
}

function named(key: string, text: string): string {
  if (key === 'n') return `n${NBSP}=${NBSP}${text}`;
  const name = NAMES[key] ?? key.replace(/_s$/, '').replace(/_/g, ' ');
  return name === '' ? text : `${name} ${text}`;
}

function texts(list: readonly unknown[]): string {
  return list.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join(', ');
}

/** Nothing for what says nothing: an absent value, a `false`. */
function part(kind: string, key: string, item: unknown): string {
  if (item === null || item === undefined || item === false || (key === 'left_out' && item === 0)) return '';
  if (key === 'censored') return typeof item === 'number' && item > 0 ? `${count(item)} not heard to the end` : item === true ? 'not heard to the end' : '';
  if (item === true) return NAMES[key] ?? key.replace(/_/g, ' ');
  if (typeof item === 'number') return named(key, amount(kind, key, item));
  if (typeof item === 'string') return named(key, key === 'outcome' ? (OUTCOMES[item] ?? item) : key === 'expect' ? item : `“${item}”`);
  if (Array.isArray(item)) return named(key, texts(item));
  return isFields(item) ? named(key, `(${sentence(kind, item)})`) : '';
}

function sentence(kind: string, fields: Fields): string {
  return Object.entries(fields)
    .map(([key, item]) => part(kind, key, item))
    .filter((text) => text !== '')
    .join(', ');
}

/** A cut-in that has no times tells no more than the reason does. */
function withoutKnown(fields: Fields): Fields {
  const cut = fields.cut_in;
  if (!isFields(cut) || 'achieved_s' in cut) return fields;
  const { cut_in: _, ...rest } = fields;
  return rest;
}

/** Either side of a check of this kind. */
export function checkWords(kind: string, item: unknown): string {
  if (!isFields(item)) return typeof item === 'number' ? rounded(item) : value(item);
  const { undecided, ...rest } = item;
  if (typeof undecided === 'string') {
    const more = sentence(kind, withoutKnown(rest));
    return more === '' ? undecided : `${undecided}; ${more}`;
  }
  if (!OF_CALLS.has(kind)) return value(item);
  return sentence(kind, item) || ABSENT;
}
