import type { Scenario, ScenarioFacts } from '../data/result';
import { count, money, plural, span, value } from '../model/format';
import { faultOf, isSpoiled, outcomeLook, verdictWords } from '../model/outcome';
import { Glyph } from '../ui/glyph';
import { Notice } from '../ui/notice';
import { useViewer } from '../viewer';

const TONES: Record<string, string> = { failed: 'red', inconclusive: 'cau' };

interface Props {
  facts: ScenarioFacts;
  /** null while it is unpacked, or where it is missing. */
  detail: Scenario | null;
}

/** Outcome, whose fault, why; then what kind of run it was. */
export function VerdictBlock({ facts, detail }: Props) {
  const proof = facts.error?.message ?? facts.fault?.why;
  const reasoning = facts.reasoning ?? '';
  return (
    <header class="verdict">
      <p class="out">
        <Glyph kind={outcomeLook(facts.outcome).glyph} />
        <span class={TONES[facts.outcome]}>{verdictWords(facts)}</span>
        {isSpoiled(facts) && <span class="tag cau">spoiled</span>}
        {(facts.tags ?? []).map((tag) => (
          <span class="tag i2" key={tag}>
            {tag}
          </span>
        ))}
      </p>
      <h1>{facts.id}</h1>
      {reasoning && <p class="lede">{reasoning}</p>}
      {proof && proof !== reasoning && <p class="proof mono">{proof}</p>}
      {detail?.earlier_attempts?.map((attempt) => (
        <p class="about" key={attempt.run_id}>
          Attempt {attempt.attempt}: {outcomeLook(attempt.outcome).word}
          {attempt.replaced && `, spoiled by the ${faultOf(attempt) ?? 'harness'} and made again in its place: it counts for nothing`}. {attempt.reasoning}
        </p>
      ))}
      {detail?.description && <p class="about">{detail.description}</p>}
      <FactsLine facts={facts} detail={detail} />
      {facts.notices?.map((notice) => (
        <Notice key={notice}>{notice}</Notice>
      ))}
    </header>
  );
}

function tokens(detail: Scenario): string | null {
  const { usage } = detail;
  if (!usage) return null;
  return `${count(usage.input_tokens)} tokens in, ${count(usage.output_tokens)} out, ${plural(usage.calls ?? 0, 'model call')}`;
}

function FactsLine({ facts, detail }: Props) {
  const viewer = useViewer();
  const matrix = Object.entries(facts.matrix ?? {}).map(([name, cell]) => `${name} = ${cell}`);
  const figures = [
    plural(facts.turns ?? 0, 'turn'),
    span(facts.duration_s),
    facts.agent_s ? `${span(facts.agent_s)} in the agent` : null,
    `seed ${viewer.run.seed ?? '–'}`,
    ...matrix,
    facts.row ? `row ${facts.row}` : null,
    detail?.failed_line && detail.failed_line !== facts.line ? `ended at line ${detail.failed_line}` : null,
    detail?.set && detail.set !== 'default' ? `set ${detail.set}` : null,
    ...Object.entries(detail?.metadata ?? {}).map(([name, item]) => `${name}: ${value(item)}`),
    detail?.judge?.model ? `judge ${detail.judge.model}` : null,
    detail?.attempt ? `attempt ${detail.attempt}` : null,
    detail?.clock ? `${detail.clock} clock` : null,
    detail ? tokens(detail) : null,
    detail?.cost_usd ? money(detail.cost_usd) : null,
  ];
  return (
    <div class="meta">
      {facts.file && (
        <span class="mono" title={facts.file}>
          {viewer.placeOf(facts)}
        </span>
      )}
      {figures.filter(Boolean).map((text) => (
        <span key={text}>{text}</span>
      ))}
      {detail?.thread_id && <span class="mono">{detail.thread_id}</span>}
      {detail?.run_id && <span class="mono">{detail.run_id}</span>}
    </div>
  );
}
