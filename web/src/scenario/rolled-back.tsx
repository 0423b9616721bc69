import type { Message } from '../data/result';
import { conversationRows } from '../model/conversation';
import { plural } from '../model/format';
import { RowBody } from './conversation-row';

/** What was said and then taken back: no later message knew of it, and nothing was judged on it. */
export function RolledBack({ messages }: { messages: readonly Message[] }) {
  if (messages.length === 0) return null;
  return (
    <section class="sec back" aria-labelledby="rolled-back">
      <header>
        <h2 id="rolled-back">Rolled back</h2>
        <span>{plural(messages.length, 'message')}, no part of the conversation above</span>
      </header>
      <ol class="talk">
        {conversationRows(messages, []).map((row, at) => (
          <RowBody key={at} row={row} label="" />
        ))}
      </ol>
    </section>
  );
}
