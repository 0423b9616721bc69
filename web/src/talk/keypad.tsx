const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'];
const NAMES: Record<string, string> = { '*': 'star', '#': 'hash' };

export function Keypad({ press }: { press: (digit: string) => void }) {
  return (
    <details class="keypad">
      <summary>Keypad</summary>
      <div role="group" aria-label="Keypad">
        {KEYS.map((key) => (
          <button class="btn" type="button" key={key} aria-label={NAMES[key] ?? key} onClick={() => press(key)}>{key}</button>
        ))}
      </div>
    </details>
  );
}
