import type { CallLayout, Turn } from './call';
import type { Piece, Row } from './conversation';
import { pace, wordsOf } from './words';

function heardAt(layout: CallLayout, time: number): Piece['heard'] {
  return layout.both.some(([from, to]) => time >= from && time < to) ? 'over' : 'alone';
}

/** By where its words stand, which is an estimate; nothing where all were heard alone. */
function piecesOf(text: string, turn: Turn, layout: CallLayout, lettersPerSecond: number): Piece[] | undefined {
  const tokens = text.match(/\s*\S+/g) ?? [];
  const words = wordsOf({ ...turn, text: text.trim() }, lettersPerSecond);
  const pieces: Piece[] = [];
  tokens.forEach((token, at) => {
    const word = words[at];
    const heard = word ? heardAt(layout, (word.start + word.end) / 2) : 'not';
    const last = pieces.at(-1);
    if (last?.heard === heard) last.text += token;
    else pieces.push({ text: token, heard });
  });
  return pieces.some(({ heard }) => heard !== 'alone') && turn.voiced.length > 0 ? pieces : undefined;
}

/** Rows of a conversation with the times at which they were heard: `after` is what the user waited, not how long the agent spoke. */
export function spokenRows(rows: readonly Row[], layout: CallLayout): Row[] {
  const turns = new Map(layout.turns.filter((turn) => turn.message !== null).map((turn) => [turn.message, turn]));
  const rates = { user: pace(layout.turns, 'user'), agent: pace(layout.turns, 'agent') };
  return rows.map((row) => {
    const turn = turns.get(row.indices[0] ?? -1);
    if (!turn || row.kind !== 'speech') return { ...row, time: row.time === null ? null : Math.max(0, row.time - layout.began), after: row.kind === 'tool' ? row.after : null };
    const waited = turn.side === 'agent' ? layout.brackets.find((bracket) => Math.abs(bracket.to - turn.start) < 0.005) : undefined;
    const tags = turn.side === 'agent' ? turn.notes : turn.kind === '' ? [] : [turn.kind];
    const pieces = piecesOf(row.text, turn, layout, rates[turn.side]);
    return { ...row, time: turn.start, after: waited ? waited.to - waited.from : null, tags, ...(pieces && { pieces }), ...(turn.told !== null && { told: turn.told }) };
  });
}
