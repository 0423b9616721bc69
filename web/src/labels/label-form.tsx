import { useEffect, useRef, useState } from 'preact/hooks';
import type { CriterionStatus } from '../data/result';
import { capital, criterionLook } from '../model/outcome';
import type { Answer } from './label';

interface Props {
  /** The criterion. */
  about: string;
  author: string;
  onSave: (answer: Answer) => void;
  onCancel: () => void;
}

/** What `antiphon label import` takes, in the worst case of three bytes per character. */
const LONGEST_REASON = 6000;
const LONGEST_AUTHOR = 60;

const VERDICTS: readonly CriterionStatus[] = ['passed', 'failed', 'inconclusive'];

/** A person's verdict with its reason. Says what is missing instead of saving half. */
export function LabelForm({ about, author, onSave, onCancel }: Props) {
  const form = useRef<HTMLFormElement>(null);
  const [verdict, setVerdict] = useState<CriterionStatus | null>(null);
  const [missing, setMissing] = useState('');
  useEffect(() => form.current?.querySelector('input')?.focus(), []);
  const save = (event: Event) => {
    event.preventDefault();
    const fields = new FormData(form.current ?? undefined);
    const name = String(fields.get('author')).trim();
    if (verdict === null) return setMissing('Choose a verdict.');
    if (name === '') return setMissing('Say who labels: verdicts of several people are told apart by it.');
    onSave({ verdict, reason: String(fields.get('reason')).trim(), author: name });
  };
  const leave = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    onCancel();
  };
  return (
    <form class="label-form" ref={form} onSubmit={save} onKeyDown={leave} aria-label={`Label: ${about}`}>
      <fieldset>
        <legend>Your verdict</legend>
        {VERDICTS.map((status) => (
          <label key={status}>
            <input type="radio" name="verdict" value={status} checked={verdict === status} onChange={() => setVerdict(status)} /> {capital(criterionLook(status).word)}
          </label>
        ))}
      </fieldset>
      <label class="wide">
        Reason <textarea name="reason" rows={2} maxLength={LONGEST_REASON} />
      </label>
      <label class="wide">
        Author <input type="text" name="author" defaultValue={author} autocomplete="name" maxLength={LONGEST_AUTHOR} />
      </label>
      <p class="red" role="alert">
        {missing}
      </p>
      <p class="acts">
        <button class="btn">Save</button>
        <button type="button" class="btn plain" onClick={onCancel}>
          Cancel
        </button>
      </p>
    </form>
  );
}
