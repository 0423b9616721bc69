import { useState } from 'preact/hooks';
import { count } from '../model/format';

/** Text, cut where it is far longer than anyone reads at once, with a button for the rest. */
export function Clip({ text, limit }: { text: string; limit: number }) {
  const [open, setOpen] = useState(false);
  // A little over the limit is not worth a button.
  if (open || text.length <= limit * 1.2) return <>{text}</>;
  return (
    <>
      {text.slice(0, limit)}…{' '}
      <button type="button" class="more" onClick={() => setOpen(true)}>
        all {count(text.length)} characters
      </button>
    </>
  );
}
