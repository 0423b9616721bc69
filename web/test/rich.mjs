/** A result with everything in it that few runs have: repeats, replaced attempts, user models, an audit, votes, notices, a budget. */
export function enrich(result) {
  const scenarios = result.scenarios.map((scenario) => ({ ...scenario }));
  const [passed, failed, , , , spoiled] = scenarios;
  passed.notices = ['the hook after the run failed: exit code 1'];
  passed.cost_usd = 0.021;
  passed.earlier_attempts = [
    { ...passed, run_id: 'run_a', attempt: 1, outcome: 'error', reasoning: 'answered 503', replaced: true, fault: { party: 'provider', by: 'rule' } },
    { ...passed, run_id: 'run_b', attempt: 2, outcome: 'failed', reasoning: 'spoke of store credit', messages: [{ role: 'assistant', content: 'only <i>store credit</i>' }], timings: [] },
  ];
  passed.attempt = 3;
  failed.notices = passed.notices;
  failed.cost_usd = 0.031;
  failed.usage = {
    ...{ input_tokens: 1600, output_tokens: 150, calls: 5 },
    models: [
      { role: 'user', model: 'openai/gpt-4.1-mini', input_tokens: 1200, cached_input_tokens: 800, output_tokens: 90, calls: 3, cost_usd: 0.011 },
      { role: 'judge', model: 'rules:<b>', input_tokens: 400, output_tokens: 60, reasoning_tokens: 40, calls: 2, cost_usd: null },
    ],
  };
  failed.fault = {
    ...failed.fault,
    by: 'audit',
    rule: undefined,
    certain: false,
    rules_said: { party: 'agent', rule: 'criterion', why: 'not met: tone' },
    parties: [
      { party: 'agent', standing: 'at_fault', why: failed.fault.why },
      { party: 'simulated_user', standing: 'clear', why: 'kept its brief in 3 lines' },
      { party: 'judge', standing: 'clear', why: 'all 2 messages that it cites are there' },
      { party: 'provider', standing: 'not_checked' },
      { party: 'transport', standing: 'clear', why: '5 answers arrived whole' },
      { party: 'harness', standing: 'clear' },
    ],
  };
  const agreements = [
    { agreement: { n: 22, agreed: 18, kappa: 0.62, interval: [0.31, 0.88], of_another_judge: 4 } },
    { judged: 'failed', agreement: { n: 9, agreed: 4, kappa: -0.1, interval: null, floor: 0.4 } },
  ];
  failed.criteria = failed.criteria.map((criterion, at) => ({
    ...criterion,
    ...agreements[at],
    votes: at > 0 ? [] : [{ judge: 'openai/<b>one</b>', status: 'failed', reasoning: 'too late' }, { judge: 'openai/two', status: 'passed', reasoning: 'in time' }],
  }));
  spoiled.user_report = { goal: 'track order', completed: { status: { value: 'shipped', message: 1 } }, unmet: ['arrival'] };
  return { ...result, jobs: 4, exclude_spoiled: true, summary: { ...result.summary, ...figures(result) }, scenarios };
}

function figures(result) {
  const rate = (value, n, interval) => ({ value, n, interval });
  const counts = { total: 12, passed: 9, failed: 3, error: 0, inconclusive: 0, not_run: 0 };
  return {
    flaky: 1,
    replaced: { runs: 1, attempts: 1, by: { provider: 1 }, still_spoiled: 0 },
    repeats: {
      pass_at_1: { k: 1, ...rate(0.55, 9, [0.27, 0.81]) },
      pass_hat: [{ k: 1, ...rate(0.55, 9, [0.27, 0.81]) }, { k: 3, ...rate(0.4, 9, [0.1, 0.7]) }],
      scenarios: [
        { id: 'always', runs: 4, decided: 4, passed: 4, pass_rate: rate(1, 4, [0.51, 1]) },
        { id: 'mostly', runs: 4, decided: 4, passed: 3, pass_rate: rate(0.75, 4, [0.3, 0.95]) },
        { id: 'rarely <b>', runs: 5, decided: 4, passed: 1, pass_rate: rate(0.25, 4, [0.05, 0.7]) },
      ],
    },
    user_models: {
      scenarios: 12,
      left_out: 2,
      range: [0.61, 0.78],
      dependent: [result.scenarios[1].id],
      models: [
        { ...counts, name: 'openai/gpt-4.1-mini', pass_rate: rate(0.78, 12, [0.49, 0.93]), spoiled: 1 },
        { ...counts, name: 'agenda', pass_rate: rate(0.61, 12, [0.34, 0.82]), spoiled: 0 },
      ],
    },
  };
}
