/** The shapes of `antiphon.result/1` (schemas/result.schema.json) and of what a report embeds. Absent figures are null. */

import type { Lanes, Sound, Voice } from './voice';

export const SCHEMA = 'antiphon.result/1';

export type Outcome = 'passed' | 'failed' | 'error' | 'inconclusive' | 'not_run';
export type CriterionStatus = 'passed' | 'failed' | 'inconclusive';

export interface Latency {
  n: number;
  p50: number;
  p95: number;
  p99: number;
  max: number;
  average: number;
}

export interface RunError {
  party: string;
  message: string;
}

/** Whose fault it was, and how that is known. */
export interface Fault {
  party: string;
  /** rule or audit */
  by?: string | null;
  why?: string | null;
  /** Name of the rule. */
  rule?: string | null;
  /** false where the rule is only the likeliest reading. */
  certain?: boolean | null;
  evidence?: FaultEvidence[] | null;
  /** What the rules had said before an audit decided. */
  rules_said?: { party: string; rule?: string | null; why?: string | null } | null;
  /** Where all six parties stand, the one at fault first. */
  parties?: PartyStanding[] | null;
}

export interface PartyStanding {
  party: string;
  standing: 'at_fault' | 'clear' | 'not_checked';
  why?: string | null;
}

export interface FaultEvidence {
  /** Index of a message, from 0. */
  message?: number | null;
  /** Index of a check, from 0. */
  check?: number | null;
  criterion?: string | null;
  quote?: string | null;
}

export interface Criterion {
  criterion: string;
  requirement?: string | null;
  reasoning?: string | null;
  status: CriterionStatus;
  /** Indices of messages, from 0. */
  evidence?: number[] | null;
  party?: string | null;
  /** What each judge of a panel, or each sample, said. */
  votes?: Vote[] | null;
  /** What the judge said where it agrees with people too little to be heard. */
  judged?: CriterionStatus | null;
  agreement?: Agreement | null;
}

/** How well this judge agrees with people on a criterion, by their labels. */
export interface Agreement {
  /** Verdicts that people labelled. */
  n: number;
  agreed: number;
  /** Cohen's; null where it is undefined. */
  kappa?: number | null;
  /** Of kappa, at 95 %. */
  interval?: [number, number] | null;
  /** Of kappa, below which the judge abstains. */
  floor?: number | null;
  /** Labelled verdicts of other models or instructions. */
  of_another_judge?: number | null;
}

export interface Vote {
  judge?: string | null;
  status: CriterionStatus;
  reasoning?: string | null;
}

/** Where a check was decided. */
export interface Where {
  /** Index of a message, from 0. */
  message?: number | null;
  /** Seconds since the start. */
  time_s?: number | null;
}

export interface Check {
  kind: string;
  passed: boolean;
  expected?: unknown;
  found?: unknown;
  where?: Where | null;
  /** Expected and found, for people. */
  sentence?: string | null;
  /** It could not be decided, because of this party. */
  inconclusive?: string | null;
  line?: number | null;
}

export interface ToolCall {
  id?: string;
  function?: { name?: string; arguments?: string };
}

export interface ContentPart {
  type?: string;
  text?: string;
  refusal?: string;
}

/** A chat message in the OpenAI format. */
export interface Message {
  role: string;
  content?: string | ContentPart[] | null;
  name?: string;
  tool_calls?: ToolCall[] | null;
  tool_call_id?: string;
}

/** When a message was made; one per message, seconds since the start of the run. */
export interface Timing {
  turn?: number | null;
  start_s?: number | null;
  end_s?: number | null;
}

export interface Usage {
  input_tokens?: number | null;
  output_tokens?: number | null;
  calls?: number | null;
  /** Of the input: read from the provider's cache, and written into it. */
  cached_input_tokens?: number | null;
  cache_write_tokens?: number | null;
  /** Of the output: thought and not said. */
  reasoning_tokens?: number | null;
  /** By role and model. */
  models?: ModelUsage[] | null;
}

export interface ModelUsage extends Usage {
  role: string;
  model: string;
  /** null where its price is unknown. */
  cost_usd?: number | null;
}

/** Of an agenda, what it wanted and got; of lines and recordings, what was left. */
export interface UserReport {
  goal?: string | null;
  completed?: Record<string, { value?: string | null; message?: number | null }> | null;
  unmet?: string[] | null;
  unsaid?: unknown[] | null;
}

/** What both the table and the page of a scenario need. */
interface ScenarioCommon {
  id: string;
  name: string;
  suite?: string | null;
  file?: string | null;
  line?: number | null;
  matrix?: Record<string, string> | null;
  row?: number | null;
  tags?: string[] | null;
  outcome: Outcome;
  reasoning?: string | null;
  error?: RunError | null;
  fault?: Fault | null;
  turns?: number | null;
  duration_s?: number | null;
  agent_s?: number | null;
  latency?: Latency | null;
  /** Latency of each answer, in order, seconds. */
  answer_s?: number[] | null;
  /** What happened beside the conversation and changes no outcome. */
  notices?: string[] | null;
  cost_usd?: number | null;
  usage?: Usage | null;
}

/** A scenario with everything: one entry of `scenarios` in result.json. */
export interface Scenario extends ScenarioCommon {
  description?: string | null;
  run_id?: string | null;
  thread_id?: string | null;
  attempt?: number | null;
  /** Line of the step or check that ended the run. */
  failed_line?: number | null;
  set?: string | null;
  metadata?: Record<string, unknown> | null;
  judge?: { model?: string | null } | null;
  criteria?: Criterion[] | null;
  checks?: Check[] | null;
  messages?: Message[] | null;
  rolled_back?: Message[] | null;
  timings?: Timing[] | null;
  /** What the simulated user could not do. */
  user_report?: UserReport | null;
  clock?: string | null;
  /** Of a spoken conversation. */
  voice?: Voice | null;
  /** Where the call was recorded. */
  recording?: string | null;
  /** An attempt that was spoiled and made again in its place: it counts for nothing. */
  replaced?: boolean | null;
  /** Attempts at this run before the one that counts. */
  earlier_attempts?: Scenario[] | null;
}

/** One message in the strip: initial of its role (user, agent, tool, system) and its characters. */
export type StripPiece = ['u' | 'a' | 't' | 's', number];

/** A scenario as the table shows it; the rest is packed beside it. */
export interface ScenarioFacts extends ScenarioCommon {
  criteria_counts?: { met: number; not_met: number; undecided: number } | null;
  check_counts?: { hold: number; fail: number; undecided?: number } | null;
  strip?: StripPiece[] | null;
  /** Of a spoken conversation. */
  lanes?: Lanes | null;
  sound?: Sound | null;
  failed_message?: number | null;
  /** Passed only when it was run again; absent where there was one attempt. */
  flaky?: boolean | null;
}

/** A share over scenarios: pass^k. */
export interface PassHat {
  k: number;
  value: number;
  interval: [number, number];
  n: number;
}

/** A share of decided runs. */
export interface Rate {
  value: number;
  interval: [number, number];
  n: number;
}

/** What came of the runs that one user model played. */
export interface UserModel extends Summary {
  name: string;
}

export interface Summary {
  total: number;
  passed: number;
  failed: number;
  error: number;
  inconclusive: number;
  not_run: number;
  pass_rate?: Rate | null;
  /** Runs that did not pass and are not the agent's fault. */
  spoiled?: number | null;
  pass_rate_without_spoiled?: Rate | null;
  flaky?: number | null;
  /** Spoiled attempts that were made again in place. */
  replaced?: { runs: number; attempts: number; by: Record<string, number>; still_spoiled: number } | null;
  /** Where several user models played the same scenarios. */
  user_models?: { scenarios: number; left_out: number; models: UserModel[]; range: [number, number] | null; dependent: string[] } | null;
  /** Where scenarios were run several times. */
  repeats?: { pass_at_1: PassHat | null; pass_hat: PassHat[]; scenarios?: RepeatedScenario[] | null } | null;
}

/** What came of all runs of one scenario. */
export interface RepeatedScenario {
  id: string;
  runs: number;
  decided: number;
  passed: number;
  pass_rate?: Rate | null;
}

export interface Run {
  schema: string;
  batch_id?: string | null;
  started_at?: string | null;
  seed?: number | string | null;
  suite?: string | null;
  duration_s?: number | null;
  interrupted?: boolean | null;
  /** Spoiled runs did not decide the exit code. */
  exclude_spoiled?: boolean | null;
  /** Runs at once. */
  jobs?: number | null;
  summary: Summary;
  scenarios: ScenarioFacts[];
}
