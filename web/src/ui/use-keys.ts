import { useEffect, useRef } from 'preact/hooks';

const STORAGE_KEY = 'antiphon.keys';
let enabled = readEnabled();

// Storage is refused to some pages opened from disk; the choice then lasts as long as the page.
function readEnabled(): boolean {
  try {
    return localStorage.getItem(STORAGE_KEY) !== 'off';
  } catch {
    return true;
  }
}

export function keysEnabled(): boolean {
  return enabled;
}

export function enableKeys(on: boolean): void {
  enabled = on;
  try {
    localStorage.setItem(STORAGE_KEY, on ? 'on' : 'off');
  } catch {
    return;
  }
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  const typed = target instanceof HTMLInputElement && !['checkbox', 'button', 'radio'].includes(target.type);
  return typed || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable;
}

let pointed = false;
addEventListener('pointerdown', () => void (pointed = true), { capture: true });
addEventListener('keydown', (event) => void (event.key === 'Tab' && (pointed = false)), { capture: true });

/** Space belongs to what was reached by keyboard and can be pressed; after a click it is the page's. */
function presses({ key, target }: KeyboardEvent): boolean {
  if (key !== ' ' || !(target instanceof HTMLElement)) return false;
  if (target.matches('select, input')) return true;
  if (!target.matches('button, a, summary')) return false;
  if (pointed) target.blur(); // else some browsers press it when the key comes up
  return !pointed;
}

export type KeyMap = Record<string, (event: KeyboardEvent) => void>;

/** Single keys for the whole page: none while typing, in a dialog, with a modifier, or when switched off. */
export function useKeys(keys: KeyMap): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const plain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.defaultPrevented;
      if (!enabled || !plain || isTyping(event.target) || document.querySelector('dialog[open]')) return;
      const action = Object.hasOwn(latest.current, event.key) ? latest.current[event.key] : undefined;
      if (!action || presses(event)) return;
      event.preventDefault();
      action(event);
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, []);
}
