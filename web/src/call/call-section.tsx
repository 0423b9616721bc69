import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Sound } from '../data/voice';
import { spokenAt, type CallLayout } from '../model/call';
import { moment } from '../model/format';
import type { Axis } from '../model/lane-paths';
import { readPeaks, type Peaks } from '../model/peaks';
import { firstView, moved, showing, whole, zoomed, type View } from '../model/view';
import { useKeys } from '../ui/use-keys';
import { NARROW, useMedia } from '../ui/use-media';
import { useViewer } from '../viewer';
import { useFollowed } from './call-context';
import { Happenings } from './happenings';
import { Lanes } from './lanes';
import { Overview } from './overview';
import { PlayerBar } from './player-bar';
import type { Player } from './player';

interface Props {
  /** Of the scenario. */
  id: string;
  layout: CallLayout;
  sound: Sound | null;
  player: Player;
  /** Messages that are pointed at elsewhere. */
  lit: readonly number[];
}

const STILL = '(prefers-reduced-motion: reduce)';

/** The call: player, lanes, overview, and the same as a table. */
export function CallSection({ id, layout, sound, player, lit }: Props) {
  const narrow = useMedia(NARROW);
  const still = useMedia(STILL);
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const left = narrow ? 16 : 74;
  const inner = Math.max(120, width - left - 16);
  const { peaks, failed } = usePeaks(id, sound);
  const [pointed, setPointed] = useState<number | null>(null);
  const { view, setView, axis, overview } = useView(layout, player, left, inner);
  const zoom = (factor: number, around = player.time) => setView((old) => zoomed(old, factor, Math.min(old.to, Math.max(old.from, around)), layout.duration));
  const move = useCallback((by: number) => setView((old) => moved(old, by, layout.duration)), [layout]);
  useCallKeys(player, zoom, () => setView(whole(layout.duration)));
  const noWaves = sound?.kind === 'missing' ? 'No waveform: the recording is missing.' : sound?.step_s && !failed ? null : 'No waveform.';
  return (
    <section class="call" aria-labelledby="call">
      <h2 id="call" class="vh">
        Call
      </h2>
      <PlayerBar player={player} problems={layout.problems} view={view} onZoom={zoom} onWhole={() => setView(whole(layout.duration))} />
      <Recorded player={player} sound={sound} />
      <div ref={box} class="call-lanes">
        {width > 0 && (
          <>
            <Lanes
              layout={layout}
              peaks={peaks}
              noWaves={noWaves}
              lit={lit}
              axis={axis}
              player={player}
              narrow={narrow}
              still={still}
              onSeek={(time) => player.seek(time)}
              onMove={move}
              onZoom={zoom}
              onPoint={setPointed}
            />
            <Overview layout={layout} peaks={peaks} axis={overview} view={view} player={player} onSeek={(time) => player.seek(time)} onMove={move} />
          </>
        )}
      </div>
      <Readout layout={layout} player={player} pointed={pointed} />
      <Legend layout={layout} />
      <Happenings list={layout.happenings} player={player} />
    </section>
  );
}

function useWidth(box: { current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const measure = () => setWidth(box.current?.clientWidth ?? 0);
    measure();
    const observer = new ResizeObserver(measure);
    if (box.current) observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  return width;
}

function usePeaks(id: string, sound: Sound | null): { peaks: Peaks | null; failed: boolean } {
  const viewer = useViewer();
  const [peaks, setPeaks] = useState<Peaks | null>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let stale = false;
    const step = sound?.step_s;
    if (!step) return;
    viewer.peaksOf(id).then(
      (bytes) => !stale && (bytes ? setPeaks(readPeaks(bytes, step)) : setFailed(true)),
      () => !stale && setFailed(true),
    );
    return () => void (stale = true);
  }, [id]);
  return { peaks, failed };
}

/** The view follows the cursor: when it is moved, and when it plays out of it. */
function useView(layout: CallLayout, player: Player, left: number, width: number) {
  const [view, setView] = useState<View>(() => whole(layout.duration));
  const laidOut = useRef(false);
  useLayoutEffect(() => {
    if (laidOut.current || width <= 120) return;
    laidOut.current = true;
    setView(firstView(layout.duration, width, player.time > 0 ? player.time : (layout.problems[0]?.time ?? 0)));
  }, [width]);
  useEffect(() => {
    let last = player.time;
    return player.subscribe(() => {
      if (player.time !== last) setView((old) => showing(old, player.time, layout.duration));
      last = player.time;
    });
  }, [player]);
  const axis = useMemo<Axis>(() => ({ view, left, width }), [view, left, width]);
  const overview = useMemo<Axis>(() => ({ view: whole(layout.duration), left, width }), [layout, left, width]);
  return { view, setView, axis, overview };
}

function useCallKeys(player: Player, zoom: (factor: number) => void, onWhole: () => void): void {
  const step = (sign: 1 | -1) => (event: KeyboardEvent) => player.seek(player.time + sign * (event.shiftKey ? 1 : 0.1));
  const mute = (side: 'user' | 'agent') => () => player.hear({ ...player.heard, [side]: !player.heard[side] });
  useKeys({
    ' ': () => player.toggle(),
    ArrowLeft: step(-1),
    ArrowRight: step(1),
    '+': () => zoom(1.6),
    '=': () => zoom(1.6),
    '-': () => zoom(1 / 1.6),
    '0': onWhole,
    u: mute('user'),
    a: mute('agent'),
  });
}

function size(bytes: number): string {
  return bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1000))}\u00a0kB` : `${(bytes / 1e6).toFixed(1)}\u00a0MB`;
}

function Recorded({ player, sound }: { player: Player; sound: Sound | null }) {
  const problem = useFollowed(player, (one) => one.problem, null);
  if (problem !== null) return <p class="notice caution call-note">{problem}</p>;
  return (
    <p class="call-note i3">
      {sound?.kind === 'embedded' && `Opus, ${size(sound.bytes ?? 0)}, in this page; recorded as `}
      {sound?.href && <a href={sound.href}>{decodeURIComponent(sound.href)}</a>}
      {sound?.kind === 'beside' && ', beside this page'}; user left, agent right.
    </p>
  );
}

/** What is said where one points, else at the cursor. */
function Readout({ layout, player, pointed }: { layout: CallLayout; player: Player; pointed: number | null }) {
  const atCursor = useFollowed(player, (one) => spokenAt(layout.turns, one.time), '');
  const time = pointed === null ? null : Math.min(layout.duration, Math.max(0, pointed));
  return (
    <p class="readout" aria-hidden="true">
      {time === null ? atCursor : `${moment(time)} ${spokenAt(layout.turns, time)}`}
    </p>
  );
}

function Legend({ layout }: { layout: CallLayout }) {
  const late = layout.stops.some((stop) => stop.over);
  return (
    <ul class="legend i2">
      <li>
        <i class="key user" /> user
      </li>
      <li>
        <i class="key agent" /> agent
      </li>
      {late && (
        <li>
          <i class="key late" /> spoken after the limit
        </li>
      )}
      {layout.both.length > 0 && (
        <li>
          <i class="key hatched" /> both speaking
        </li>
      )}
      {layout.brackets.length > 0 && (
        <li>
          <svg width="18" height="10" aria-hidden="true">
            <path d="M.5 0V5H17.5V10" fill="none" stroke="var(--ink2)" />
          </svg>{' '}
          end of the user’s speech to the agent’s first sound
        </li>
      )}
    </ul>
  );
}
