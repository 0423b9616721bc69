import { Component, type ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Embedded } from './data/embedded';
import { runHash, type Route } from './model/route';
import { RunPage } from './run/run-page';
import { ScenarioPage } from './scenario/scenario-page';
import { Blank } from './ui/blank';
import { KeysDialog } from './ui/keys-dialog';
import { Notice } from './ui/notice';
import { TopBar } from './ui/top-bar';
import { useKeys } from './ui/use-keys';
import { useRoute } from './ui/use-route';
import { useSpoken } from './ui/use-spoken';
import { ViewerContext, type Viewer } from './viewer';

interface Props {
  embedded: Embedded;
  /** null where there is no run to show. */
  viewer: Viewer | null;
}

export function App({ embedded, viewer }: Props) {
  if (embedded.state === 'empty') return <Blank title="No runs yet." lines={['antiphon run suites writes one here.']} />;
  if (embedded.state === 'broken' || !viewer) {
    const lines = embedded.state === 'broken' ? [embedded.what, embedded.next] : [];
    return <Blank title="This report cannot be shown" lines={lines} />;
  }
  return (
    <ViewerContext.Provider value={viewer}>
      <RunApp viewer={viewer} notice={embedded.notice} />
    </ViewerContext.Provider>
  );
}

function titleOf(route: Route, viewer: Viewer): string {
  const run = viewer.run.suite || 'Run';
  return route.page === 'scenario' ? `${route.id} · ${run} · Antiphon` : `${run} · Antiphon`;
}

function RunApp({ viewer, notice }: { viewer: Viewer; notice: string | null }) {
  const route = useRoute();
  const [keysOpen, setKeysOpen] = useState(false);
  const [current, setCurrent] = useState<string | null>(null);
  const spoken = useSpoken(viewer);
  useKeys({ '?': () => setKeysOpen(true), '/': () => document.querySelector<HTMLInputElement>('.find input')?.focus() });
  const place = route.page === 'scenario' ? route.id : route.page;
  useEffect(() => {
    document.title = titleOf(route, viewer);
    if (route.page === 'scenario') setCurrent(route.id);
    scrollTo(0, 0);
  }, [place]);
  useEffect(() => {
    if (route.query.search !== '') spoken.load();
  }, [route.query.search]);
  return (
    <>
      <TopBar route={route} onKeys={() => setKeysOpen(true)} onSearch={spoken.load} />
      {notice && <Notice tone="caution">{notice}</Notice>}
      <Guard key={place}>
        <Page route={route} viewer={viewer} spoken={spoken.texts} current={current} onCurrent={setCurrent} />
      </Guard>
      <KeysDialog open={keysOpen} onClose={() => setKeysOpen(false)} />
    </>
  );
}

interface PageProps {
  route: Route;
  viewer: Viewer;
  spoken: ReadonlyMap<string, string>;
  current: string | null;
  onCurrent: (id: string) => void;
}

function Page({ route, viewer, spoken, current, onCurrent }: PageProps) {
  if (route.page === 'run') return <RunPage query={route.query} spoken={spoken} current={current} onCurrent={onCurrent} />;
  if (route.page === 'unknown') {
    return <Blank title="There is no such page" lines={[`The address ${route.address} leads nowhere in this report.`]} way={runHash()} />;
  }
  const scenario = viewer.find(route.id);
  if (scenario) return <ScenarioPage scenario={scenario} message={route.message} time={route.time} query={route.query} spoken={spoken} />;
  return <Blank title="There is no such scenario" lines={[`“${route.id}” is not in this run. It may have been renamed, or belong to another run.`]} way={runHash()} />;
}

/** Keeps one broken scenario from taking the report with it. */
class Guard extends Component<{ children: ComponentChildren }, { problem: string | null }> {
  override state = { problem: null };

  static override getDerivedStateFromError(error: unknown) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }

  override render() {
    if (this.state.problem === null) return this.props.children;
    return <Blank title="This page cannot be shown" lines={[`Its data is not as expected: ${this.state.problem}.`]} way={runHash()} />;
  }
}

