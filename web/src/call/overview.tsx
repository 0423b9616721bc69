import { useMemo, useRef } from 'preact/hooks';
import type { CallLayout } from '../model/call';
import { place, spanPath, spread, type Axis } from '../model/lane-paths';
import { wavePath, type Peaks } from '../model/peaks';
import { tickLabel, ticks, type View } from '../model/view';
import { useFollowed } from './call-context';
import type { Player } from './player';
import { useGestures, type Gestures } from './use-gestures';

interface Props extends Pick<Gestures, 'onSeek'> {
  layout: CallLayout;
  peaks: Peaks | null;
  /** Of the whole call. */
  axis: Axis;
  view: View;
  player: Player;
  /** Moves the view by seconds. */
  onMove: (by: number) => void;
}

const BOTTOM = 46;
const ignore = () => undefined;

/** The whole call with the part in view and the problems; what it offers, the slider above it and its keys offer, too. */
export function Overview({ layout, peaks, axis, view, player, onSeek, onMove }: Props) {
  const svg = useRef<SVGSVGElement>(null);
  // A finger on the view drags it along, against the way the lanes go.
  useGestures(svg, axis, { onSeek, onMove: (by) => onMove(-by), onZoom: ignore, onPoint: ignore });
  const time = useFollowed(player, (one) => Math.round(one.time * 10) / 10, 0);
  const still = useMemo(() => <Still layout={layout} peaks={peaks} axis={axis} />, [layout, peaks, axis]);
  const [from, to] = [place(axis, view.from), place(axis, view.to)];
  const right = axis.left + axis.width;
  const part = view.to - view.from < layout.duration - 0.05;
  return (
    <svg ref={svg} class="overview" width={right + 16} height="61" viewBox={`0 0 ${right + 16} 61`} aria-hidden="true">
      {still}
      {part && (
        <>
          <path d={`M${axis.left} 0H${from.toFixed(1)}V${BOTTOM}H${axis.left}zM${to.toFixed(1)} 0H${right}V${BOTTOM}H${to.toFixed(1)}z`} fill="var(--bg)" opacity=".62" />
          <rect x={from.toFixed(1)} y=".75" width={Math.max(3, to - from).toFixed(1)} height={BOTTOM - 1} fill="none" stroke="var(--ink)" stroke-width="1.5" />
        </>
      )}
      <path d={`M${place(axis, time).toFixed(1)} 0V${BOTTOM}`} stroke="var(--ink)" />
    </svg>
  );
}

function Still({ layout, peaks, axis }: Pick<Props, 'layout' | 'peaks' | 'axis'>) {
  const { left, width } = axis;
  const drawn = { from: 0, to: layout.duration, left, right: left + width, height: 10 };
  const times = ticks(axis.view, width, 60);
  const step = (times[1] ?? 1) - (times[0] ?? 0);
  return (
    <>
      {peaks ? (
        <>
          <path d={wavePath(peaks.user, peaks, { ...drawn, middle: 14 })} fill="var(--user)" opacity=".75" />
          <path d={wavePath(peaks.agent, peaks, { ...drawn, middle: 35 })} fill="var(--agent)" opacity=".75" />
        </>
      ) : (
        <>
          <path d={spanPath(layout.user, axis, 8, 12)} fill="var(--user)" opacity=".75" />
          <path d={spanPath(layout.agent, axis, 28, 12)} fill="var(--agent)" opacity=".75" />
        </>
      )}
      {spread(layout.problems, axis, (one) => one.time, 6).map((one) => (
        <path key={`${one.time} ${one.text}`} d={`M${(place(axis, one.time) - 3.5).toFixed(1)} 0h7l-3.5 6z`} fill="var(--fail)" />
      ))}
      {times.map((time) => (
        <text key={time} x={place(axis, time).toFixed(1)} y="58" class="axis" text-anchor={time === 0 ? 'start' : place(axis, time) > left + width - 24 ? 'end' : 'middle'}>
          {tickLabel(time, step)}
        </text>
      ))}
      {left > 60 && (
        <text x="14" y="28" class="axis">
          Call
        </text>
      )}
    </>
  );
}
