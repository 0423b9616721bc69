import { useEffect, useState } from 'preact/hooks';
import type { Scenario } from '../data/result';
import { useViewer } from '../viewer';

export type Detail = { state: 'loading' } | { state: 'here'; scenario: Scenario } | { state: 'missing'; why: string };

/** The unpacked scenario; the former one is forgotten at once, so that nothing of it is shown under another name. */
export function useDetail(id: string): Detail {
  const viewer = useViewer();
  const [found, setFound] = useState<{ id: string; detail: Detail }>({ id, detail: { state: 'loading' } });
  useEffect(() => {
    let stale = false;
    const settle = (detail: Detail) => !stale && setFound({ id, detail });
    viewer.open(id).then(
      (scenario) => settle({ state: 'here', scenario }),
      (error: unknown) => settle({ state: 'missing', why: error instanceof Error ? error.message : String(error) }),
    );
    return () => void (stale = true);
  }, [id]);
  return found.id === id ? found.detail : { state: 'loading' };
}
