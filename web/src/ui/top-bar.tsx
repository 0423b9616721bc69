import { useEffect, useRef } from 'preact/hooks';
import { runHash, type Route } from '../model/route';
import { useViewer } from '../viewer';
import { replaceHash } from './use-route';

interface Props {
  route: Route;
  onKeys: () => void;
  /** The search is about to be used. */
  onSearch: () => void;
}

export function TopBar({ route, onKeys, onSearch }: Props) {
  const { run } = useViewer();
  const skip = (event: MouseEvent) => {
    event.preventDefault();
    document.getElementById('main')?.focus();
  };
  return (
    <>
      <a class="skip" href="#main" onClick={skip}>
        Skip to content
      </a>
      <header class="top">
        <a class="mark" href={runHash()}>
          <svg width="20" height="14" viewBox="0 0 20 14" aria-hidden="true">
            <rect x="0" y="1" width="11" height="4" fill="var(--user)" />
            <rect x="8" y="9" width="12" height="4" fill="var(--agent)" />
          </svg>
          Antiphon
        </a>
        <nav class="crumb" aria-label="Breadcrumb">
          <ol>
            <li>
              <a href={runHash(route.query)} aria-current={route.page === 'run' ? 'page' : undefined}>
                {run.suite || 'Run'}
              </a>
            </li>
            {route.page === 'scenario' && (
              <li aria-current="page" class="here">
                {route.id}
              </li>
            )}
          </ol>
        </nav>
        <span class="sp" />
        <Search route={route} onSearch={onSearch} />
        <button type="button" class="btn plain keys" onClick={onKeys}>
          Keys <kbd>?</kbd>
        </button>
      </header>
    </>
  );
}

function Search({ route, onSearch }: Pick<Props, 'route' | 'onSearch'>) {
  const input = useRef<HTMLInputElement>(null);
  const { query } = route;
  // Never while somebody types: what comes back from the address may be older than the last key.
  useEffect(() => {
    const box = input.current;
    if (box && box !== document.activeElement && box.value !== query.search) box.value = query.search;
  }, [query.search]);
  const search = (text: string) => {
    const hash = runHash({ ...query, search: text });
    if (route.page === 'run') replaceHash(hash);
    else location.hash = hash;
  };
  const leave = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && input.current) {
      if (input.current.value === '') input.current.blur();
      else search((input.current.value = ''));
      event.preventDefault();
    }
    if (event.key === 'Enter') document.querySelector<HTMLAnchorElement>('.list a.n')?.focus();
  };
  return (
    <label class="find">
      <span class="vh">Search scenarios and conversations</span>
      <input
        ref={input}
        type="search"
        placeholder="Scenario, words, tool"
        autocomplete="off"
        spellcheck={false}
        onFocus={onSearch}
        onInput={(event) => search(event.currentTarget.value)}
        onKeyDown={leave}
      />
      <kbd aria-hidden="true">/</kbd>
    </label>
  );
}
