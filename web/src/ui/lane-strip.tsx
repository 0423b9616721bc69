import type { StripPiece } from '../data/result';
import type { Lanes } from '../data/voice';
import { moment } from '../model/format';
import { callPaths, stripPaths, type StripPaths } from '../model/strip';

interface Look {
  /** Colour of the mark under the failing moment. */
  tone: 'fail' | 'caution' | 'ink';
  width: number;
}

interface Props extends Look {
  strip: readonly StripPiece[];
  /** Characters of the longest conversation of the run. */
  scale: number;
  failed: number | null;
}

const HEIGHT = 14;

/** The user above, the agent below, a mark under the moment that failed. */
export function LaneStrip({ strip, scale, failed, tone, width }: Props) {
  const paths = stripPaths(strip, failed, { scale, width: width - 4, height: HEIGHT });
  const said = strip.filter(([role]) => role === 'u' || role === 'a').length;
  const problem = paths.failed === null ? '' : `, problem at message ${failed}`;
  return <Strip paths={paths} label={`${said} messages${problem}`} opacity=".62" tone={tone} width={width} />;
}

/** The same of a call, in time; `scale` are the seconds of the longest of the run. */
export function CallStrip({ lanes, scale, tone, width }: Look & { lanes: Lanes; scale: number }) {
  const paths = callPaths(lanes, { scale, width: width - 4, height: HEIGHT });
  const problem = typeof lanes.failed_s === 'number' ? `, problem at ${moment(lanes.failed_s)}` : '';
  return <Strip paths={paths} label={`call of ${moment(lanes.duration_s)}${problem}`} opacity="1" tone={tone} width={width} />;
}

function Strip({ paths, label, opacity, tone, width }: Look & { paths: StripPaths; label: string; opacity: string }) {
  const x = Math.max(3, paths.failed ?? 0);
  return (
    <svg class="lane-strip" width={width} height={HEIGHT + 6} role="img" aria-label={label}>
      <path d={`M0 ${HEIGHT / 2 + 0.25}H${Math.max(1, paths.width).toFixed(1)}`} stroke="var(--line)" />
      <path d={paths.user} fill="var(--user)" opacity={opacity} />
      <path d={paths.agent} fill="var(--agent)" opacity={opacity} />
      <path d={paths.tool} fill="var(--edge)" />
      {paths.failed !== null && <path d={`M${(x - 3).toFixed(1)} ${HEIGHT + 5}h6l-3 -5z`} fill={`var(--${tone})`} />}
    </svg>
  );
}
