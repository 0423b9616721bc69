import { useState } from 'preact/hooks';
import type { Happening } from '../model/call';
import { count, moment, plural, span } from '../model/format';
import { Clip } from '../ui/clip';
import type { Player } from './player';

/** Rows drawn at first. */
const FIRST = 200;

/** Everything that the timeline shows, as a table: for readers that see no drawing, and for all others. */
export function Happenings({ list, player }: { list: readonly Happening[]; player: Player }) {
  const [open, setOpen] = useState(false);
  const [all, setAll] = useState(false);
  const shown = all ? list : list.slice(0, FIRST);
  return (
    <details class="aside happenings" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <h3>As a table</h3> <span class="i3">{plural(list.length, 'event')}</span>
      </summary>
      {open && (
        <>
          <table>
            <thead>
              <tr>
                <th scope="col">Time</th>
                <th scope="col">Length</th>
                <th scope="col">Who</th>
                <th scope="col">What</th>
                <th scope="col">Words</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((one, at) => (
                <tr key={at}>
                  <td>
                    <button type="button" class="at" aria-label={`go to ${moment(one.time)}`} onClick={() => player.seek(one.time)}>
                      {moment(one.time)}
                    </button>
                  </td>
                  <td class="nw">{one.end === null || one.end <= one.time ? '' : span(one.end - one.time)}</td>
                  <td>{one.who}</td>
                  <td>{one.what}</td>
                  <td class="said">
                    <Clip text={one.text} limit={240} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {shown.length < list.length && (
            <button type="button" class="more" onClick={() => setAll(true)}>
              all {count(list.length)} events
            </button>
          )}
        </>
      )}
    </details>
  );
}
