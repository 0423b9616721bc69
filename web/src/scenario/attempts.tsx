import { useState } from 'preact/hooks';
import type { Scenario } from '../data/result';
import { conversationRows } from '../model/conversation';
import { plural } from '../model/format';
import { faultOf, outcomeLook } from '../model/outcome';
import { NO_QUERY } from '../model/route';
import { Glyph } from '../ui/glyph';
import { RowBody } from './conversation-row';
import { MessageLinks } from './message-links';

const NO_PROBLEMS: ReadonlyMap<number, number> = new Map();
const ignore = () => undefined;

/** Attempts before the one that counts, with what was said in them. */
export function Attempts({ attempts }: { attempts: readonly Scenario[] }) {
  if (attempts.length === 0) return null;
  return (
    <section class="sec attempts" aria-labelledby="attempts">
      <header>
        <h2 id="attempts">Earlier attempts</h2>
        <span>{plural(attempts.length, 'attempt')} before the one above</span>
      </header>
      <ol>
        {attempts.map((attempt, at) => (
          <li key={at}>
            <Attempt attempt={attempt} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function Attempt({ attempt }: { attempt: Scenario }) {
  const [open, setOpen] = useState(false);
  const { word, glyph } = outcomeLook(attempt.outcome);
  const fault = faultOf(attempt);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <Glyph kind={glyph} /> Attempt {attempt.attempt}: {word}
        {fault && `, ${fault} at fault`}
        {attempt.replaced && <span class="tag cau">replaced</span>} <span class="i2">{plural(attempt.messages?.length ?? 0, 'message')}</span>
      </summary>
      {open && <Said attempt={attempt} />}
    </details>
  );
}

/** Its own messages: numbers of the conversation that counts would mislead here. */
function Said({ attempt }: { attempt: Scenario }) {
  const links = { id: attempt.id, query: NO_QUERY, problems: NO_PROBLEMS, known: 0, onLight: ignore, onSelect: ignore };
  return (
    <MessageLinks.Provider value={links}>
      {attempt.fault?.why && <p class="i2">{attempt.fault.why}</p>}
      <ol class="talk">
        {conversationRows(attempt.messages ?? [], attempt.timings ?? []).map((row, at) => (
          <RowBody key={at} row={row} label="" />
        ))}
      </ol>
    </MessageLinks.Provider>
  );
}
