import type { Fault, PartyStanding } from '../data/result';

/** Everybody a failure may belong to. */
export const PARTIES = ['agent', 'simulated_user', 'judge', 'provider', 'transport', 'harness'] as const;

/** All parties, the one at fault first. About whom a result says nothing, nobody has looked: never is a party clear without ground. */
export function standings(fault: Fault): PartyStanding[] {
  const told = fault.parties ?? [];
  const standing = (party: string): PartyStanding => told.find((one) => one.party === party) ?? { party, standing: 'not_checked' };
  const others = PARTIES.filter((party) => party !== fault.party).map(standing);
  return [{ party: fault.party, standing: 'at_fault', why: fault.why ?? null }, ...others];
}

/** `provider 2, simulated user 1` */
export function byParty(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([party, times]) => `${party.replace(/_/g, ' ')} ${times}`)
    .join(', ');
}
