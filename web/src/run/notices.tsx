import { useMemo } from 'preact/hooks';
import { count, plural } from '../model/format';
import { noticesOf } from '../model/notices';
import { scenarioHash, type Query } from '../model/route';
import { useViewer } from '../viewer';

/** More than these say no more. */
const MOST = 50;

/** What happened beside the conversations, each once with where it happened. */
export function Notices({ query }: { query: Query }) {
  const { scenarios } = useViewer();
  const notices = useMemo(() => noticesOf(scenarios), [scenarios]);
  if (notices.length === 0) return null;
  return (
    <details class="aside notices" open={notices.length <= 3}>
      <summary>
        <h2>{plural(notices.length, 'notice')}</h2> <span class="i3">they change no outcome</span>
      </summary>
      <ul>
        {notices.slice(0, MOST).map(({ text, first, runs }) => (
          <li key={text}>
            {text} <a href={scenarioHash(first, null, query)}>{first}</a>
            {runs > 1 && <span class="i3"> and {count(runs - 1)} more</span>}
          </li>
        ))}
      </ul>
      {notices.length > MOST && <p class="i3">{count(notices.length - MOST)} more stand with their scenarios.</p>}
    </details>
  );
}
