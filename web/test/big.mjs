/** A result of many scenarios, made from a small one: for lists that are too long to draw whole. */
export function enlarge(result, howMany, messagesOfFirst = 0) {
  const scenarios = Array.from({ length: howMany }, (_, at) => {
    const source = result.scenarios[at % result.scenarios.length];
    return { ...source, id: `${source.id} #${at}` };
  });
  const first = scenarios[0];
  if (first && messagesOfFirst > 0) {
    first.messages = Array.from({ length: messagesOfFirst }, (_, at) => ({
      role: at % 2 === 0 ? 'user' : 'assistant',
      content: `Line ${at} of a very long conversation. `.repeat(1 + (at % 4)),
    }));
    first.timings = first.messages.map((_, at) => ({ turn: 1 + Math.floor(at / 2), start_s: at, end_s: at + 0.5 }));
  }
  const counted = (outcome) => scenarios.filter((one) => one.outcome === outcome).length;
  const outcomes = ['passed', 'failed', 'error', 'inconclusive', 'not_run'];
  const summary = { ...result.summary, total: howMany, ...Object.fromEntries(outcomes.map((one) => [one, counted(one)])) };
  return { ...result, summary, scenarios };
}
