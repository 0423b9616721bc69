import { useRef, useState } from 'preact/hooks';
import type { Viewer } from '../viewer';

/** Scenarios unpacked before what was found is shown. */
const BATCH = 64;

/** What was said in each scenario, in lower case: unpacked once, when the search is first used. */
export function useSpoken(viewer: Viewer): { texts: ReadonlyMap<string, string>; load: () => void } {
  const [texts, setTexts] = useState<ReadonlyMap<string, string>>(() => new Map());
  const started = useRef(false);
  const load = async () => {
    if (started.current) return;
    started.current = true;
    const found = new Map<string, string>();
    for (let from = 0; from < viewer.scenarios.length; from += BATCH) {
      const batch = viewer.scenarios.slice(from, from + BATCH);
      // A scenario that cannot be unpacked is still found by its facts.
      const loaded = await Promise.all(batch.map(({ id }) => viewer.textOf(id).catch(() => '')));
      batch.forEach(({ id }, at) => found.set(id, (loaded[at] ?? '').toLowerCase()));
      setTexts(new Map(found));
    }
  };
  return { texts, load: () => void load() };
}
