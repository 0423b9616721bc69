import { useEffect, useRef, useState } from 'preact/hooks';
import { enableKeys, keysEnabled } from './use-keys';

const KEYS: [string[], string][] = [
  [['j', 'k'], 'next, previous scenario or message'],
  [['n', 'p'], 'next, previous problem'],
  [['Enter'], 'open the scenario'],
  [['Space'], 'play a call, or pause it'],
  [['←', '→'], '0.1 s back, on; with Shift 1 s'],
  [['+', '−', '0'], 'show less, more, all of the call'],
  [['u', 'a'], 'mute user, agent'],
  [['l'], 'label a criterion, then the run'],
  [['/'], 'search'],
  [['Esc'], 'back to the run'],
  [['?'], 'this list'],
];

export function KeysDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [on, setOn] = useState(keysEnabled);
  useEffect(() => {
    if (open) dialog.current?.showModal();
  }, [open]);
  const choose = (enabled: boolean) => {
    enableKeys(enabled);
    setOn(enabled);
  };
  return (
    <dialog ref={dialog} aria-labelledby="keys-title" onClose={onClose}>
      <h2 id="keys-title">Keys</h2>
      <dl>
        {KEYS.map(([keys, what]) => (
          <div key={what}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <label class="choice">
        <input type="checkbox" checked={on} onChange={(event) => choose(event.currentTarget.checked)} /> Use single keys
      </label>
      <form method="dialog">
        <button class="btn">Close</button>
      </form>
    </dialog>
  );
}
