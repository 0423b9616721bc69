import { useEffect, useRef, useState } from 'preact/hooks';
import { Captions } from './captions';
import { Keypad } from './keypad';
import type { Talker, View } from './talker';
import { ms } from './words';

const STATES: Record<View['state'], string> = {
  idle: 'Not in a call',
  opening: 'Waiting for the microphone …',
  connecting: 'Calling …',
  talking: 'In a call',
  reconnecting: 'Reconnecting …',
  ended: 'The call is over',
};

/** Kept for this tab: a reload should not ask again. */
function useKept(name: string, first: () => string): [string, (value: string) => void] {
  const [value, set] = useState(() => sessionStorage.getItem(`antiphon.${name}`) ?? first());
  useEffect(() => sessionStorage.setItem(`antiphon.${name}`, value), [value]);
  return [value, set];
}

const someone = (): string => `web-${crypto.getRandomValues(new Uint32Array(1))[0]!.toString(36)}`;
const asked = (name: string): string => new URLSearchParams(location.search).get(name) ?? '';

export function Page({ talker, view }: { talker: Talker; view: View }) {
  const [callerId, setCallerId] = useKept('caller', () => asked('caller_id') || someone());
  const [token, setToken] = useKept('token', () => '');
  const locale = asked('locale') || navigator.language;
  const calling = ['opening', 'connecting', 'talking', 'reconnecting'].includes(view.state);
  const begin = (microphone: boolean) => void talker.begin({ callerId: callerId.trim() || someone(), locale, token: token.trim() }, microphone);
  return (
    <>
      <header>
        <h1>Talk to the agent</h1>
        <p class={`state ${view.state}`} role="status">{STATES[view.state]}</p>
      </header>
      <main>
        {view.problem && <p class={`notice ${view.state === 'reconnecting' ? 'caution' : 'fail'}`} role="alert">{view.problem.text}</p>}
        {!calling && <Before {...{ callerId, setCallerId, token, setToken }} needsToken={view.problem?.token === true || token !== ''} />}
        <div class="bar">
          {calling ? (
            <button class="btn main" type="button" onClick={() => talker.hangUp()}>Hang up</button>
          ) : (
            <>
              <button class="btn main" type="button" onClick={() => begin(true)}>{view.state === 'ended' ? 'Call again' : 'Call'}</button>
              <button class="btn" type="button" onClick={() => begin(false)}>Call without a microphone</button>
            </>
          )}
          {calling && view.withMicrophone && <Microphone talker={talker} view={view} />}
          {view.latencies.length > 0 && <p class="waited">answers heard after {ms(median(view.latencies))} (median of {view.latencies.length})</p>}
        </div>
        <Captions conversation={view.conversation} calling={calling} />
        {view.state === 'talking' && <InCall talker={talker} />}
      </main>
    </>
  );
}

interface BeforeProps {
  callerId: string;
  setCallerId: (value: string) => void;
  token: string;
  setToken: (value: string) => void;
  needsToken: boolean;
}

function Before({ callerId, setCallerId, token, setToken, needsToken }: BeforeProps) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (needsToken && token === '') field.current?.focus();
  }, [needsToken]);
  return (
    <div class="fields">
      <label>Calling as <input value={callerId} maxLength={60} autocomplete="off" onInput={(event) => setCallerId(event.currentTarget.value)} /></label>
      {needsToken && (
        <label>Token <input ref={field} type="password" value={token} autocomplete="off" onInput={(event) => setToken(event.currentTarget.value)} /></label>
      )}
    </div>
  );
}

function Microphone({ talker, view }: { talker: Talker; view: View }) {
  return (
    <>
      <button class="btn" type="button" aria-pressed={view.muted} onClick={() => talker.mute(!view.muted)}>Mute</button>
      <meter class="level" min={0} max={1} value={view.level} aria-label="Loudness of the microphone" />
    </>
  );
}

const LONGEST_TYPED = 1365; // characters that are never more than the 4 KiB of a typed turn

function InCall({ talker }: { talker: Talker }) {
  const [text, setText] = useState('');
  const send = (event: Event) => {
    event.preventDefault();
    if (text.trim()) talker.type(text.trim());
    setText('');
  };
  return (
    <div class="in-call">
      <form onSubmit={send}>
        <label class="vh" for="typed">Type in place of speaking</label>
        <input id="typed" value={text} maxLength={LONGEST_TYPED} placeholder="Type in place of speaking" autocomplete="off" onInput={(event) => setText(event.currentTarget.value)} />
        <button class="btn" type="submit">Say</button>
      </form>
      <Keypad press={(digit) => talker.press(digit)} />
    </div>
  );
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}
