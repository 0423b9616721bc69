import { useCall } from '../call/call-context';
import type { Check } from '../data/result';
import { checkWords } from '../model/check-words';
import { ABSENT, count, moment } from '../model/format';
import { partyWords } from '../model/outcome';
import { checkState, orderedChecks, type CheckState } from '../model/problems';
import { Clip } from '../ui/clip';
import { Glyph, type GlyphKind } from '../ui/glyph';
import { MessageLink, ProblemBadge } from './message-links';

const GLYPHS: Record<CheckState, GlyphKind> = { holds: 'pass', fails: 'fail', undecided: 'open' };
const WORDS: Record<CheckState, string> = { holds: 'holds', fails: 'does not hold', undecided: 'undecided' };
const LONG_VALUE = 240;

export function Checks({ checks }: { checks: readonly Check[] }) {
  if (checks.length === 0) return null;
  const holding = checks.filter((check) => check.passed).length;
  return (
    <section class="sec" aria-labelledby="checks">
      <header>
        <h2 id="checks">Checks</h2>
        <span>
          {count(holding)} of {count(checks.length)} hold
        </span>
      </header>
      <table class="checks">
        <thead>
          <tr>
            <th scope="col">
              <span class="vh">Result</span>
            </th>
            <th scope="col">Check</th>
            <th scope="col">Expected</th>
            <th scope="col">Found</th>
            <th scope="col">Where</th>
          </tr>
        </thead>
        <tbody>
          {orderedChecks(checks).map((check, at) => (
            <CheckRow key={at} check={check} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function CheckRow({ check }: { check: Check }) {
  const state = checkState(check);
  return (
    <tr class={state}>
      <td>
        <Glyph kind={GLYPHS[state]} label={WORDS[state]} />
      </td>
      <td>
        {check.kind}
        {check.line ? <span class="i3 line"> line {check.line}</span> : null}
        {state === 'undecided' && <span class="cau"> undecided because of the {partyWords(check.inconclusive ?? '')}</span>}
      </td>
      <td data-l="Expected">
        <Clip text={checkWords(check.kind, check.expected)} limit={LONG_VALUE} />
      </td>
      <td data-l="Found" class={state === 'fails' ? 'red found' : 'found'}>
        <Clip text={checkWords(check.kind, check.found)} limit={LONG_VALUE} />
      </td>
      <td data-l="Where">
        <Place check={check} />
      </td>
    </tr>
  );
}

function Place({ check }: { check: Check }) {
  const { message, time_s: time } = check.where ?? {};
  if (typeof message === 'number') {
    return (
      <span class="mono nw">
        {checkState(check) === 'fails' && <ProblemBadge index={message} />}
        <MessageLink index={message} text={`message ${message}`} />
      </span>
    );
  }
  if (typeof time !== 'number') return <span class="i3">{ABSENT}</span>;
  return <CheckTime time={time} />;
}

/** Checks count from the start of the run, the cursor from that of the call. */
function CheckTime({ time }: { time: number }) {
  const call = useCall();
  if (!call) return <span class="mono">{moment(time)}</span>;
  const at = Math.max(0, time - call.layout.began);
  return (
    <button type="button" class="at" aria-label={`go to ${moment(at)}`} onClick={() => call.player.seek(at)}>
      {moment(at)}
    </button>
  );
}
