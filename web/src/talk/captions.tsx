import { useEffect, useRef } from 'preact/hooks';
import type { Conversation, Line } from './conversation';
import { ms } from './words';

const NAMES: Record<Line['who'], string> = { user: 'You', agent: 'Agent', tool: 'Tool', note: 'Call' };

/** Both sides' words. Final ones are announced to screen readers; what is still being recognised is not, it changes too often. */
export function Captions({ conversation, calling }: { conversation: Conversation; calling: boolean }) {
  const end = useRef<HTMLDivElement>(null);
  const { lines, partial } = conversation;
  useEffect(() => {
    const box = end.current;
    if (box && box.scrollHeight - box.scrollTop - box.clientHeight < 160) box.scrollTop = box.scrollHeight;
  }, [conversation]);
  return (
    <section aria-label="Captions" class="captions" ref={end} tabIndex={0}>
      {lines.length === 0 && partial === null && <p class="empty">{calling ? 'The agent speaks first.' : 'What is said will stand here.'}</p>}
      <div role="log" aria-live="polite" aria-label="What was said">
        <ol>{lines.map((line, i) => <Caption key={i} line={line} />)}</ol>
      </div>
      {partial !== null && (
        <div class="line user partial">
          <span class="who">You</span>
          <p>{partial || '…'}</p>
        </div>
      )}
    </section>
  );
}

function Caption({ line }: { line: Line }) {
  return (
    <li class={`line ${line.who}${line.failed ? ' failed' : ''}`}>
      <span class="who">{NAMES[line.who]}</span>
      <div>
        <p>
          {line.text || (line.interrupted ? 'Nothing of this was heard.' : '')}
          {line.interrupted && line.text && <span class="tag">interrupted</span>}
        </p>
        {details(line) && <p class="details">{details(line)}</p>}
      </div>
    </li>
  );
}

function details({ who, heardAfterMs, stages, failed }: Line): string {
  if (who === 'tool') return heardAfterMs === undefined ? 'running' : `${failed ? 'failed' : 'done'} after ${ms(heardAfterMs)}`;
  const parts = heardAfterMs === undefined ? [] : [`heard after ${ms(heardAfterMs)}`];
  const named: [string, number | undefined][] = [['recognised', stages?.asr], ['first word', stages?.first_token], ['first sound', stages?.first_audio]];
  if (who === 'agent' && stages) for (const [name, value] of named) if (typeof value === 'number' && value > 0) parts.push(`${name} ${ms(value)}`);
  return parts.join(' · ');
}
