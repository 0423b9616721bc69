import { Fragment } from 'preact';
import { date, span } from '../model/format';
import { answer } from '../model/outcome';
import { useViewer } from '../viewer';

const TONES: Record<string, string> = { failed: 'red', inconclusive: 'cau' };

/** The answer first, then which run it was. */
export function RunHead() {
  const { run } = useViewer();
  const { passed, rest } = answer(run);
  return (
    <div class="hd">
      <h1>
        {passed}
        {rest.map(({ outcome, text }) => (
          <Fragment key={outcome}>
            , <span class={`nw ${TONES[outcome] ?? ''}`}>{text}</span>
          </Fragment>
        ))}
      </h1>
      <div class="meta">
        {run.suite && <span>{run.suite}</span>}
        <span>{date(run.started_at)}</span>
        <span>{span(run.duration_s)}</span>
        <span>seed {run.seed ?? '–'}</span>
        {run.jobs && run.jobs > 1 && <span>{run.jobs} at once</span>}
        {run.exclude_spoiled && <span>spoiled runs do not decide the exit code</span>}
        {run.batch_id && <span class="mono">{run.batch_id}</span>}
        {run.interrupted && <span class="cau">interrupted</span>}
      </div>
    </div>
  );
}
