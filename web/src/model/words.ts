/** Where the words of a turn stand in time. Nobody measured it: they are spread over what was voiced, in proportion to their letters. */

import type { Span } from '../data/voice';
import type { Turn } from './call';

export interface Word {
  text: string;
  start: number;
  end: number;
}

const LETTERS_PER_SECOND = 15;

function voicedSeconds(spans: readonly Span[]): number {
  return spans.reduce((sum, [start, end]) => sum + end - start, 0);
}

/** Letters that a side speaks in a second: by its turns that were not cut off. */
export function pace(turns: readonly Turn[], side: Turn['side']): number {
  const whole = turns.filter((turn) => turn.side === side && !turn.cut && turn.text !== '' && turn.kind !== 'keys');
  const seconds = whole.reduce((sum, turn) => sum + voicedSeconds(turn.voiced), 0);
  const letters = whole.reduce((sum, turn) => sum + turn.text.length, 0);
  return seconds > 0 && letters > 0 ? letters / seconds : LETTERS_PER_SECOND;
}

/** The moment at which so many seconds were voiced. */
function momentOf(spans: readonly Span[], voiced: number): number {
  let left = voiced;
  for (const [start, end] of spans) {
    if (left <= end - start) return start + left;
    left -= end - start;
  }
  return spans.at(-1)?.[1] ?? 0;
}

/** Of a turn that was cut off, those that were likely heard. */
export function wordsOf(turn: Turn, lettersPerSecond: number): Word[] {
  const seconds = voicedSeconds(turn.voiced);
  if (seconds === 0 || turn.text === '') return [];
  const rate = turn.cut ? lettersPerSecond : turn.text.length / seconds;
  const words: Word[] = [];
  let at = 0;
  for (const text of turn.text.split(/\s+/)) {
    const next = at + text.length + 1;
    if (at / rate >= seconds) break;
    words.push({ text, start: momentOf(turn.voiced, at / rate), end: momentOf(turn.voiced, next / rate) });
    at = next;
  }
  return words;
}
