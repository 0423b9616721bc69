import { count } from '../model/format';
import type { FilterChoice } from '../model/filter';

interface Props {
  label: string;
  choices: readonly FilterChoice[];
  chosen: string;
  onChoose: (key: string) => void;
}

/** A filter whose choices carry counts. */
export function Segmented({ label, choices, chosen, onChoose }: Props) {
  return (
    <div class="seg" role="group" aria-label={label}>
      {choices.map((choice) => (
        <button type="button" key={choice.key} aria-pressed={choice.key === chosen} onClick={() => onChoose(choice.key)}>
          {choice.label} <b>{count(choice.count)}</b>
        </button>
      ))}
    </div>
  );
}
