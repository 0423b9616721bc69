import type { StripPiece } from '../data/result';
import type { Lanes, Span } from '../data/voice';

/** The two lanes of a conversation as paths: length is what was said, order is from left to right. */
export interface StripPaths {
  user: string;
  agent: string;
  tool: string;
  /** Where the lanes end, px. */
  width: number;
  /** Middle of the message that failed, px. */
  failed: number | null;
}

const TOOL_WIDTH = 2;

function characters(piece: StripPiece): number {
  return piece[0] === 'u' || piece[0] === 'a' ? piece[1] : 0;
}

/** What was said in a conversation, in characters. */
export function spokenLength(strip: readonly StripPiece[]): number {
  return strip.reduce((sum, piece) => sum + characters(piece), 0);
}

function box(x: number, y: number, width: number, height: number): string {
  return `M${x.toFixed(1)} ${y}h${width.toFixed(1)}v${height}h${(-width).toFixed(1)}z`;
}

interface Room {
  /** Characters that fill the width. */
  scale: number;
  width: number;
  height: number;
}

/** Lays the pieces out. Many pieces lose the gaps between them before they would leave the room. */
export function stripPaths(strip: readonly StripPiece[], failed: number | null, { scale, width, height }: Room): StripPaths {
  const gap = strip.length * 4 < width ? 1 : 0;
  const least = gap * 1.5;
  const tools = strip.filter(([role]) => role === 't').length;
  const room = Math.max(1, width - gap * (strip.length + tools * TOOL_WIDTH));
  const perCharacter = room / Math.max(scale, spokenLength(strip), 1);
  const lane = height / 2 - 2.5;
  const paths: StripPaths = { user: '', agent: '', tool: '', width: 0, failed: null };
  strip.forEach((piece, at) => {
    const [role, length] = piece;
    const size = role === 'u' || role === 'a' ? Math.max(least, length * perCharacter) : role === 't' ? TOOL_WIDTH * gap : 0;
    if (role === 'u') paths.user += box(paths.width, 1, size, lane);
    if (role === 'a') paths.agent += box(paths.width, height / 2 + 1.5, size, lane);
    if (role === 't' && gap) paths.tool += box(paths.width, height / 2 + 1.5, size, lane);
    if (at === failed) paths.failed = paths.width + size / 2;
    paths.width += size + (size > 0 ? gap : 0);
  });
  return paths;
}

/** The two lanes of a call: place is time. */
export function callPaths(lanes: Lanes, { scale, width, height }: Room): StripPaths {
  const perSecond = width / Math.max(scale, lanes.duration_s, 1);
  const lane = height / 2 - 2.5;
  const path = (spans: readonly Span[], top: number) => spans.map(([from, to]) => box(from * perSecond, top, Math.max(1, (to - from) * perSecond), lane)).join('');
  const failed = typeof lanes.failed_s === 'number' ? Math.max(0, lanes.failed_s) * perSecond : null;
  return { user: path(lanes.user, 1), agent: path(lanes.agent, height / 2 + 1.5), tool: '', width: lanes.duration_s * perSecond, failed };
}
