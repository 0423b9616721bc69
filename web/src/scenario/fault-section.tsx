import type { Fault, FaultEvidence } from '../data/result';
import { capital, partyWords } from '../model/outcome';
import { MessageLink } from './message-links';

const NOT_CERTAIN = 'the likeliest reading, not the only one';

/** Whose fault it was, how that is known, and what it rests on. */
export function FaultSection({ fault }: { fault: Fault }) {
  const evidence = (fault.evidence ?? []).filter((piece) => typeof piece.message === 'number' || piece.quote || piece.criterion);
  const how = [`by ${fault.by ?? 'rule'}`, fault.rule, fault.certain === false ? NOT_CERTAIN : null].filter(Boolean).join(', ');
  return (
    <section class="sec fault" aria-labelledby="fault">
      <header>
        <h2 id="fault">Whose fault</h2>
        <span>{how}</span>
      </header>
      <p>
        <strong>{capital(partyWords(fault.party))}</strong>: {fault.why}
      </p>
      {evidence.length > 0 && (
        <ul class="proofs">
          {evidence.map((piece, at) => (
            <li key={at}>
              <Proof piece={piece} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Proof({ piece }: { piece: FaultEvidence }) {
  return (
    <>
      {typeof piece.message === 'number' && (
        <span class="ev">
          <MessageLink index={piece.message} text={`message ${piece.message}`} />{' '}
        </span>
      )}
      {piece.quote ? <q>{piece.quote}</q> : piece.criterion}
    </>
  );
}
