import type { StripPiece } from '../data/result';
import { stripPaths } from '../model/strip';

interface Props {
  strip: readonly StripPiece[];
  /** Characters of the longest conversation of the run. */
  scale: number;
  failed: number | null;
  /** Colour of the mark under the failing message. */
  tone: 'fail' | 'caution' | 'ink';
  width: number;
}

const HEIGHT = 14;

/** The user above, the agent below, a mark under the moment that failed. */
export function LaneStrip({ strip, scale, failed, tone, width }: Props) {
  const paths = stripPaths(strip, failed, { scale, width: width - 4, height: HEIGHT });
  const said = strip.filter(([role]) => role === 'u' || role === 'a').length;
  const moment = paths.failed === null ? '' : `, problem at message ${failed}`;
  const x = Math.max(3, paths.failed ?? 0);
  return (
    <svg class="lane-strip" width={width} height={HEIGHT + 6} role="img" aria-label={`${said} messages${moment}`}>
      <path d={`M0 ${HEIGHT / 2 + 0.25}H${Math.max(1, paths.width).toFixed(1)}`} stroke="var(--line)" />
      <path d={paths.user} fill="var(--user)" opacity=".62" />
      <path d={paths.agent} fill="var(--agent)" opacity=".62" />
      <path d={paths.tool} fill="var(--edge)" />
      {paths.failed !== null && <path d={`M${(x - 3).toFixed(1)} ${HEIGHT + 5}h6l-3 -5z`} fill={`var(--${tone})`} />}
    </svg>
  );
}
