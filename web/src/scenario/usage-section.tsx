import type { ModelUsage, Scenario } from '../data/result';
import { count, money, plural } from '../model/format';
import { partyWords } from '../model/outcome';

const COLUMNS = ['Calls', 'Tokens in', 'Of these cached', 'Tokens out', 'Of these thought', 'Cost'];

/** What the models of each participant used and cost. */
export function UsageSection({ scenario }: { scenario: Scenario }) {
  const models = scenario.usage?.models ?? [];
  if (models.length === 0) return null;
  return (
    <section class="sec" aria-labelledby="usage">
      <header>
        <h2 id="usage">Models</h2>
        <span>
          {plural(scenario.usage?.calls ?? 0, 'call')}, {typeof scenario.cost_usd === 'number' ? money(scenario.cost_usd) : 'cost unknown'}
        </span>
      </header>
      <table class="usage">
        <thead>
          <tr>
            <th scope="col">Model</th>
            {COLUMNS.map((name) => (
              <th key={name} scope="col" class="num">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {models.map((one) => (
            <UsageRow key={`${one.role} ${one.model}`} one={one} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function UsageRow({ one }: { one: ModelUsage }) {
  const cells = [one.calls, one.input_tokens, one.cached_input_tokens, one.output_tokens, one.reasoning_tokens].map(count);
  return (
    <tr>
      <th scope="row">
        {partyWords(one.role)} <span class="mono i3">{one.model}</span>
      </th>
      {[...cells, money(one.cost_usd)].map((text, at) => (
        <td key={at} class="num" data-l={COLUMNS[at]}>
          {text}
        </td>
      ))}
    </tr>
  );
}
