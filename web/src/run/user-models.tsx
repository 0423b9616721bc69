import type { UserModel } from '../data/result';
import { ABSENT, count, interval, percent, plural } from '../model/format';
import { useViewer } from '../viewer';

/** How much of the result is who plays the user: a range in place of a number. */
export function UserModels() {
  const models = useViewer().run.summary.user_models;
  if (!models) return null;
  const { range, scenarios, dependent, left_out: left } = models;
  return (
    <section class="players" aria-labelledby="players">
      <h2 id="players">
        Who plays the user{' '}
        <span>
          {range ? `${percent(range[0])} to ${percent(range[1])}` : 'no range'}, {count(dependent.length)} of {plural(scenarios, 'scenario')} depend on it
          {left > 0 && `, ${count(left)} left out that not all could play`}
        </span>
      </h2>
      <table>
        <thead>
          <tr>
            <th scope="col">User model</th>
            <th scope="col" class="num">
              Pass rate
            </th>
            <th scope="col" class="num">
              95 % interval
            </th>
            <th scope="col" class="num">
              Decided
            </th>
            <th scope="col" class="num">
              Spoiled
            </th>
          </tr>
        </thead>
        <tbody>
          {models.models.map((model) => (
            <Row key={model.name} model={model} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Row({ model }: { model: UserModel }) {
  const { pass_rate: rate } = model;
  return (
    <tr>
      <th scope="row" class="mono">
        {model.name}
      </th>
      <td class="num">{!rate ? ABSENT : rate.n < 10 ? `${model.passed} of ${rate.n}` : percent(rate.value)}</td>
      <td class="num">{rate ? interval(...rate.interval) : ABSENT}</td>
      <td class="num">{count(rate?.n)}</td>
      <td class="num">{count(model.spoiled)}</td>
    </tr>
  );
}
