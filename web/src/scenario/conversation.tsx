import { useEffect } from 'preact/hooks';
import { useCall, useFollowed } from '../call/call-context';
import { messageAt } from '../model/call';
import type { Row } from '../model/conversation';
import { plural } from '../model/format';
import { step } from '../model/step';
import { useKeys } from '../ui/use-keys';
import { useWindow } from '../ui/use-window';
import { useViewer } from '../viewer';
import { ConversationRow } from './conversation-row';
import { useMessageLinks, useSelect } from './message-links';
import { useScrolledLately } from './use-scrolled-lately';

interface Props {
  rows: readonly Row[];
  lit: readonly number[];
  selected: number | null;
}

function showRow(index: number): void {
  document.querySelector(`.talk [data-row="${index}"]`)?.scrollIntoView({ block: 'nearest' });
}

export function Conversation({ rows, lit, selected }: Props) {
  const viewer = useViewer();
  const { problems } = useMessageLinks();
  const select = useSelect();
  const shown = useWindow({ count: rows.length, estimate: 42, all: viewer.printing });
  const at = selected === null ? -1 : rows.findIndex((row) => row.indices.includes(selected));
  const go = (by: 1 | -1, wanted: (index: number) => boolean) => {
    const index = rows[step(rows.length, at, by, wanted)]?.indices[0];
    if (index !== undefined) select(index);
  };
  // A call that stands beside text has no message of its own to select before its result is there.
  const addressed = (index: number) => (rows[index]?.indices.length ?? 0) > 0;
  const broken = (index: number) => rows[index]?.indices.some((one) => problems.has(one)) ?? false;
  useKeys({ j: () => go(1, addressed), k: () => go(-1, addressed), n: () => go(1, broken), p: () => go(-1, broken) });
  useEffect(() => {
    if (at < 0) return;
    shown.reveal(at);
    const frame = requestAnimationFrame(() => showRow(at));
    return () => cancelAnimationFrame(frame);
  }, [at]);
  const call = useCall();
  const now = useFollowed(call?.player ?? null, (player) => (player.playing || player.time > 0 ? messageAt(call?.layout.turns ?? [], player.time) : null), null);
  const current = now === null ? -1 : rows.findIndex((row) => row.indices.includes(now));
  const scrolledLately = useScrolledLately();
  useEffect(() => {
    if (current < 0 || !call?.player.playing || scrolledLately()) return;
    shown.reveal(current);
    const frame = requestAnimationFrame(() => showRow(current));
    return () => cancelAnimationFrame(frame);
  }, [current]);
  const messages = rows.reduce((sum, row) => sum + row.indices.length, 0);
  return (
    <section class="sec" aria-labelledby="conversation">
      <header>
        <h2 id="conversation">Conversation</h2>
        <span>
          {plural(messages, 'message')}
          {call?.player.canPlay && ', click a time to play from there'}
        </span>
      </header>
      {rows.length === 0 && <p class="i3">Nothing was said.</p>}
      {selected !== null && at < 0 && rows.length > 0 && <p class="notice caution">There is no message {selected} in this conversation.</p>}
      <ol class="talk" ref={shown.list}>
        {shown.before > 0 && <li data-spacer aria-hidden="true" style={{ height: `${shown.before}px` }} />}
        {rows.slice(shown.from, shown.to).map((row, offset) => (
          <ConversationRow
            key={shown.from + offset}
            row={row}
            place={shown.from + offset}
            selected={shown.from + offset === at}
            now={shown.from + offset === current}
            lit={row.indices.some((index) => lit.includes(index))}
          />
        ))}
        {shown.after > 0 && <li data-spacer aria-hidden="true" style={{ height: `${shown.after}px` }} />}
      </ol>
    </section>
  );
}
