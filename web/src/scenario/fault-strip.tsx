import type { Check, Fault, FaultEvidence, PartyStanding } from '../data/result';
import { capital, partyWords } from '../model/outcome';
import { standings } from '../model/parties';
import { MessageLink } from './message-links';

const NOT_CERTAIN = 'the likeliest reading, not the only one';

/** Six parties: whose fault it was with its proof, and where the others stand. */
export function FaultStrip({ fault, checks }: { fault: Fault; checks: readonly Check[] }) {
  const [first, ...others] = standings(fault);
  return (
    <section class="faults" aria-labelledby="fault">
      <h2 id="fault" class="vh">
        Whose fault
      </h2>
      <ul>
        <li class="at-fault">
          <AtFault fault={fault} party={first?.party ?? fault.party} checks={checks} />
        </li>
        {others.map((one) => (
          <li key={one.party} class={one.standing}>
            <Other one={one} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function AtFault({ fault, party, checks }: { fault: Fault; party: string; checks: readonly Check[] }) {
  const how = [`by ${fault.by ?? 'rule'}`, fault.rule, fault.certain === false ? NOT_CERTAIN : null].filter(Boolean).join(', ');
  const evidence = (fault.evidence ?? []).filter((piece) => typeof piece.message === 'number' || piece.quote || piece.criterion || checkOf(piece, checks));
  return (
    <>
      <p class="who">
        <strong>{capital(partyWords(party))}</strong> <span class="i3">{how}</span>
      </p>
      <p>{fault.why}</p>
      {evidence.length > 0 && (
        <ul class="proofs">
          {evidence.map((piece, at) => (
            <li key={at}>
              <Proof piece={piece} check={checkOf(piece, checks)} />
            </li>
          ))}
        </ul>
      )}
      {fault.rules_said && <RulesSaid said={fault.rules_said} party={party} />}
    </>
  );
}

function RulesSaid({ said, party }: { said: NonNullable<Fault['rules_said']>; party: string }) {
  return (
    <p class="i2">
      The rules {said.party === party ? 'said so, too' : `had said ${partyWords(said.party)}`}
      {said.why ? `: ${said.why}` : '.'}
    </p>
  );
}

function Other({ one }: { one: PartyStanding }) {
  return (
    <>
      <p class="who">
        {capital(partyWords(one.party))} <span class="i3">{one.standing === 'clear' ? 'clear' : 'not checked'}</span>
      </p>
      {one.why && <p class="i2">{one.why}</p>}
    </>
  );
}

function checkOf(piece: FaultEvidence, checks: readonly Check[]): Check | undefined {
  return typeof piece.check === 'number' ? checks[piece.check] : undefined;
}

function Proof({ piece, check }: { piece: FaultEvidence; check: Check | undefined }) {
  return (
    <>
      {typeof piece.message === 'number' && (
        <span class="ev">
          <MessageLink index={piece.message} text={`message ${piece.message}`} />{' '}
        </span>
      )}
      {piece.quote ? <q>{piece.quote}</q> : piece.criterion}
      {check && <span class="i3"> check {check.kind}{check.line ? `, line ${check.line}` : ''}</span>}
    </>
  );
}
