import type { UserReport } from '../data/result';
import { plural, value } from '../model/format';
import { Glyph } from '../ui/glyph';
import { MessageLink } from './message-links';

/** What the simulated user was after and what it got, or what it could not say any more. */
export function UserSection({ report }: { report: UserReport }) {
  const completed = Object.entries(report.completed ?? {});
  const unmet = report.unmet ?? [];
  const unsaid = report.unsaid ?? [];
  if (completed.length + unmet.length + unsaid.length === 0) return null;
  return (
    <section class="sec" aria-labelledby="user">
      <header>
        <h2 id="user">Simulated user</h2>
        {report.goal && <span>{report.goal}</span>}
      </header>
      <ul class="wants">
        {completed.map(([slot, answer]) => (
          <li key={slot}>
            <Glyph kind="pass" label="answered" />
            <span>
              {slot}: {answer.value}
            </span>
            {typeof answer.message === 'number' && (
              <span class="ev">
                <MessageLink index={answer.message} text={`message ${answer.message}`} />
              </span>
            )}
          </li>
        ))}
        {unmet.map((slot) => (
          <li key={slot}>
            <Glyph kind="open" label="not answered" />
            <span>{slot}: no answer</span>
          </li>
        ))}
      </ul>
      {unsaid.length > 0 && (
        <p class="i2">
          {plural(unsaid.length, 'line')} left unsaid, the first: <q>{value(unsaid[0])}</q>
        </p>
      )}
    </section>
  );
}
