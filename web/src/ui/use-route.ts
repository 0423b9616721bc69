import { useEffect, useState } from 'preact/hooks';
import { parseRoute, type Route } from '../model/route';

/** The current address, parsed; follows links, history and {@link replaceHash}. */
export function useRoute(): Route {
  const [route, setRoute] = useState(() => parseRoute(location.hash));
  useEffect(() => {
    const follow = () => setRoute(parseRoute(location.hash));
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return route;
}

/** Goes to an address without a step in the history: selections and filters are no places to go back to. */
export function replaceHash(hash: string): void {
  if (location.hash === hash) return;
  history.replaceState(null, '', hash);
  dispatchEvent(new HashChangeEvent('hashchange'));
}
