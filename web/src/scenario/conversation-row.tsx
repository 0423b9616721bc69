import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { useCall } from '../call/call-context';
import { laidOut, oneLine, type Piece, type Row, type SpeechRow, type ToolRow } from '../model/conversation';
import { moment, span } from '../model/format';
import { Clip } from '../ui/clip';
import { MessageLink, ProblemBadge } from './message-links';

const SPEAKERS = { user: 'User', agent: 'Agent', system: 'System', tool: 'Tool' };
const LONG_TEXT = 4000;

interface Props {
  row: Row;
  /** Its place among the rows. */
  place: number;
  selected: boolean;
  lit: boolean;
  /** It is being said, where the call is played. */
  now: boolean;
}

export function ConversationRow({ row, place, selected, lit, now }: Props) {
  const call = useCall();
  const first = row.indices[0];
  const label = first === undefined ? '' : <MessageLink index={first} />;
  const spoken = call && row.kind === 'speech' && row.time !== null;
  return <RowBody row={row} label={label} place={place} selected={selected} lit={lit} now={now} onPlay={spoken ? () => call.player.play(row.time ?? 0) : undefined} />;
}

interface BodyProps {
  row: Row;
  /** The message's number, or nothing. */
  label: ComponentChildren;
  place?: number;
  selected?: boolean;
  lit?: boolean;
  now?: boolean;
  /** Plays the call from where it is said. */
  onPlay?: (() => void) | undefined;
}

export function RowBody({ row, label, place, selected = false, lit = false, now = false, onPlay }: BodyProps) {
  const kind = row.kind === 'tool' ? 'tool' : row.speaker;
  return (
    <li data-row={place} class={`${kind}${selected ? ' on' : ''}${lit ? ' lit' : ''}${now ? ' now' : ''}`} aria-current={selected ? 'true' : undefined}>
      <span class="i">{label}</span>
      <span class="t">
        {row.time !== null && onPlay ? (
          <button type="button" class="at" aria-label={`play from ${moment(row.time)}`} onClick={onPlay}>
            {moment(row.time)}
          </button>
        ) : (
          row.time !== null && moment(row.time)
        )}
      </span>
      {row.kind === 'tool' ? <ToolBody row={row} /> : <SpeechBody row={row} />}
      <span class="l">
        {row.indices.map((index) => (
          <ProblemBadge key={index} index={index} />
        ))}
        {row.kind === 'speech' && row.after !== null && `after ${span(row.after)}`}
        {row.kind === 'tool' && row.after !== null && row.output !== null && span(row.after)}
      </span>
    </li>
  );
}

function SpeechBody({ row }: { row: SpeechRow }) {
  return (
    <>
      <span class="w">{SPEAKERS[row.speaker]}</span>
      <span class="x">
        {row.pieces ? row.pieces.map((piece, at) => <Heard key={at} piece={piece} />) : <Clip text={row.text} limit={LONG_TEXT} />}
        {row.tags?.map((tag) => (
          <span class="tag i2" key={tag}>
            {tag}
          </span>
        ))}
        {row.told && (
          <span class="told i3">
            its own words: <Clip text={row.told} limit={LONG_TEXT} />
          </span>
        )}
      </span>
    </>
  );
}

function Heard({ piece }: { piece: Piece }) {
  if (piece.heard === 'alone') return <>{piece.text}</>;
  const says = piece.heard === 'over' ? 'said while the other side spoke, as far as can be told' : 'most likely not heard';
  const words = piece.text.trimStart();
  return (
    <>
      {piece.text.slice(0, piece.text.length - words.length)}
      <span class={`heard-${piece.heard}`} title={says}>
        {words}
      </span>
    </>
  );
}

function ToolBody({ row }: { row: ToolRow }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <span class="w">tool</span>
      <div class="x">
        <button type="button" class="call" aria-expanded={open} onClick={() => setOpen(!open)}>
          {row.name} {oneLine(row.input)} {row.output !== null && <ToolResult text={row.output} />}
        </button>
        {open && (
          <pre>
            <Clip text={laidOut(row.input)} limit={LONG_TEXT} />
            {row.output !== null && '\n→ '}
            {row.output !== null && <Clip text={laidOut(row.output)} limit={LONG_TEXT} />}
          </pre>
        )}
      </div>
    </>
  );
}

function ToolResult({ text }: { text: string }) {
  return (
    <>
      <span class="i3">→</span> {oneLine(text.slice(0, LONG_TEXT))}
    </>
  );
}
