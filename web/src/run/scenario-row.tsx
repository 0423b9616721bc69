import type { Outcome, ScenarioFacts } from '../data/result';
import { ABSENT, span } from '../model/format';
import { capital, faultOf, isSpoiled, outcomeLook } from '../model/outcome';
import { scenarioHash, type Query } from '../model/route';
import { firstSentence } from '../model/sentence';
import { Glyph } from '../ui/glyph';
import { CallStrip, LaneStrip } from '../ui/lane-strip';
import { useViewer } from '../viewer';
import { ResponseCell } from './response-cell';

/** What all rows are drawn to. */
export interface Scales {
  characters: number;
  /** Of the longest call. */
  seconds: number;
  slowest: number;
  stripWidth: number;
  responseWidth: number;
}

const TONES: Partial<Record<Outcome, 'fail' | 'ink'>> = { failed: 'fail', error: 'ink' };

interface Props {
  scenario: ScenarioFacts;
  index: number;
  current: boolean;
  query: Query;
  scales: Scales;
}

function reasonOf(scenario: ScenarioFacts): string {
  if (scenario.outcome === 'passed') return '';
  return firstSentence(scenario.reasoning || scenario.error?.message);
}

/** `3/6`; a dash where nothing was asked. */
function share(hits: number | undefined, others: number | undefined): string {
  const total = (hits ?? 0) + (others ?? 0);
  return total === 0 ? ABSENT : `${hits}/${total}`;
}

export function ScenarioRow({ scenario, index, current, query, scales }: Props) {
  const viewer = useViewer();
  const look = outcomeLook(scenario.outcome);
  const reason = reasonOf(scenario);
  const { criteria_counts: criteria, check_counts: checks } = scenario;
  const fault = scenario.outcome === 'passed' ? null : faultOf(scenario);
  return (
    <tr data-o={scenario.outcome} class={current ? 'cur' : ''} aria-rowindex={index + 2}>
      <td>
        <Glyph kind={look.glyph} label={look.word} />
      </td>
      <td class="c-name">
        <a class="n" href={scenarioHash(scenario.id, null, query)}>
          {scenario.id}
        </a>{' '}
        <span class="loc mono" title={scenario.file ?? undefined}>
          {viewer.placeOf(scenario)}
        </span>
        {reason && <div class="why">{reason}</div>}
      </td>
      <td class="c-shape">
        {scenario.lanes ? (
          <CallStrip lanes={scenario.lanes} scale={scales.seconds} tone={TONES[scenario.outcome] ?? 'caution'} width={scales.stripWidth} />
        ) : scenario.strip?.length ? (
          <LaneStrip
            strip={scenario.strip}
            scale={scales.characters}
            failed={scenario.failed_message ?? null}
            tone={TONES[scenario.outcome] ?? 'caution'}
            width={scales.stripWidth}
          />
        ) : (
          <span class="i3">{ABSENT}</span>
        )}
      </td>
      <td class="c-resp">
        <ResponseCell latency={scenario.latency} width={scales.responseWidth} ceiling={scales.slowest} />
      </td>
      <td class="c-crit num">{share(criteria?.met, (criteria?.not_met ?? 0) + (criteria?.undecided ?? 0))}</td>
      <td class="c-chk num">{share(checks?.hold, (checks?.fail ?? 0) + (checks?.undecided ?? 0))}</td>
      <td class="c-dur num">{span(scenario.duration_s)}</td>
      <td class="c-blame nw">
        {fault === null ? '' : capital(fault)} {isSpoiled(scenario) && <span class="tag cau">spoiled</span>}
      </td>
    </tr>
  );
}
