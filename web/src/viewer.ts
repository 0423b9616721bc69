import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { PackedScenarios, readPeaks, readSound } from './data/packed';
import { LabelStore } from './labels/label-store';
import type { Latency, Run, ScenarioFacts } from './data/result';
import { summarize } from './model/latency';
import { worstFirst } from './model/outcome';
import { shortPaths } from './model/paths';

/** What every part of the page shares: the run, its order and the packed detail. */
export class Viewer {
  /** Worst first. */
  readonly scenarios: readonly ScenarioFacts[];
  /** Draw everything: lists are not windowed on paper. */
  readonly printing: boolean = false;
  /** What people say of the judge's verdicts. */
  readonly labels: LabelStore;
  /** Of all answers of the run. */
  readonly latency: Latency | null;
  private readonly places = new Map<string, number>();
  private readonly packed: PackedScenarios;
  private readonly paths: ReadonlyMap<string, string>;

  constructor(
    readonly run: Run,
    private readonly document: Document,
  ) {
    this.scenarios = worstFirst(run.scenarios);
    run.scenarios.forEach((scenario, index) => this.places.set(scenario.id, index));
    this.latency = summarize(run.scenarios.flatMap((scenario) => scenario.answer_s ?? []));
    this.labels = new LabelStore(run.batch_id ?? '');
    this.packed = new PackedScenarios(document);
    this.paths = shortPaths(run.scenarios.map((scenario) => scenario.file));
  }

  /** The same run, to be drawn whole. */
  forPrint(): Viewer {
    return Object.assign(Object.create(this) as Viewer, { printing: true });
  }

  find(id: string): ScenarioFacts | undefined {
    const place = this.places.get(id);
    return place === undefined ? undefined : this.run.scenarios[place];
  }

  /** Unpacks a scenario; rejects with a reason for people. */
  open(id: string) {
    return this.packed.open(this.places.get(id) ?? -1);
  }

  peaksOf(id: string) {
    return readPeaks(this.document, this.places.get(id) ?? -1);
  }

  soundOf(id: string) {
    return readSound(this.document, this.places.get(id) ?? -1);
  }

  textOf(id: string) {
    return this.packed.textOf(this.places.get(id) ?? -1);
  }

  /** `booking.yaml:41`, without the folders that all files of the run share. */
  placeOf(scenario: Pick<ScenarioFacts, 'file' | 'line'>): string {
    if (!scenario.file) return '';
    const path = this.paths.get(scenario.file) ?? scenario.file;
    return scenario.line ? `${path}:${scenario.line}` : path;
  }
}

export const ViewerContext = createContext<Viewer | null>(null);

export function useViewer(): Viewer {
  const viewer = useContext(ViewerContext);
  if (!viewer) throw new Error('used outside a run');
  return viewer;
}
