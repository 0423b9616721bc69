import { useEffect, useRef } from 'preact/hooks';

/** A reader who looks elsewhere is not pulled back, ms. */
const PAUSE = 3000;
const MOVES = ['wheel', 'touchmove', 'keydown'] as const;

/** Whether the reader has scrolled just now; what the page scrolls itself does not count. */
export function useScrolledLately(): () => boolean {
  const last = useRef(-Infinity);
  useEffect(() => {
    const note = (event: Event) => {
      const scrolls = !(event instanceof KeyboardEvent) || ['PageUp', 'PageDown', 'Home', 'End', 'ArrowUp', 'ArrowDown'].includes(event.key);
      if (scrolls) last.current = event.timeStamp;
    };
    MOVES.forEach((move) => addEventListener(move, note, { passive: true }));
    return () => MOVES.forEach((move) => removeEventListener(move, note));
  }, []);
  return () => performance.now() - last.current < PAUSE;
}
