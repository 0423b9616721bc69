import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { spokenAt, type Bracket, type CallLayout } from '../model/call';
import { moment, span } from '../model/format';
import { bracketPath, place, spanPath, spread, touching, type Axis } from '../model/lane-paths';
import { wavePath, type Peaks } from '../model/peaks';
import { tickLabel, ticks } from '../model/view';
import { pace, wordsOf, type Word } from '../model/words';
import type { Player } from './player';
import { useGestures, type Gestures } from './use-gestures';

export const HEIGHT = 300;
const USER = 92;
const AGENT = 196;
const AMPLITUDE = 28;
/** Pixels of a second from which words can be read, and labels of brackets that stand close. */
const WORDS_FROM = 95;
const LABELS_FROM = 60;
const LABELS_APART = 52;
const MARKS_APART = 26;

interface Props extends Gestures {
  layout: CallLayout;
  peaks: Peaks | null;
  /** In place of waves where there are none. */
  noWaves: string | null;
  /** Messages that are pointed at elsewhere. */
  lit: readonly number[];
  axis: Axis;
  player: Player;
  narrow: boolean;
  still: boolean;
}

/** The call in time, the user above and the agent below. It is drawn anew when the view changes; the cursor alone moves within it. */
export function Lanes({ layout, peaks, noWaves, lit, axis, player, narrow, still, ...gestures }: Props) {
  const svg = useRef<SVGSVGElement>(null);
  useGestures(svg, axis, gestures);
  useCursor(svg, axis, layout, player, still);
  const drawing = useMemo(
    () => <Drawing layout={layout} peaks={peaks} noWaves={noWaves} axis={axis} narrow={narrow} />,
    [layout, peaks, noWaves, axis, narrow],
  );
  const width = axis.left + axis.width + 16;
  return (
    <svg
      ref={svg}
      class="lanes"
      width={width}
      height={HEIGHT}
      viewBox={`0 0 ${width} ${HEIGHT}`}
      tabIndex={0}
      role="slider"
      aria-label="Cursor in the call"
      aria-valuemin={0}
      aria-valuemax={Number(layout.duration.toFixed(2))}
      aria-valuenow={0}
    >
      <path d={litPath(layout, lit, axis)} fill="var(--caution-soft)" />
      {drawing}
      <g class="cursor" aria-hidden="true">
        <path d="M0 18V292" stroke="var(--ink)" stroke-width="1.5" />
        <path d="M-5 18h10l-5 6z" fill="var(--ink)" />
      </g>
    </svg>
  );
}

function litPath(layout: CallLayout, lit: readonly number[], axis: Axis): string {
  const turns = layout.turns.filter((turn) => turn.message !== null && lit.includes(turn.message));
  return turns.map((turn) => spanPath([[turn.start, turn.end]], axis, turn.side === 'user' ? 56 : 158, turn.side === 'user' ? 72 : 74)).join('');
}

/** Where words begin: the cursor of readers who want no motion stops there. */
function stepsOf(layout: CallLayout): number[] {
  return layout.turns.flatMap((turn) => [...wordsOf(turn, 15).map((word) => word.start), turn.end]).sort((a, b) => a - b);
}

function stepBefore(steps: readonly number[], time: number): number {
  let low = 0;
  let high = steps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((steps[middle] ?? 0) <= time) low = middle + 1;
    else high = middle;
  }
  return Math.max(Math.floor(time), steps[low - 1] ?? 0);
}

function useCursor(svg: { current: SVGSVGElement | null }, axis: Axis, layout: CallLayout, player: Player, still: boolean): void {
  const steps = useMemo(() => (still ? stepsOf(layout) : []), [layout, still]);
  useLayoutEffect(() => {
    let spoken = '';
    const follow = () => {
      const cursor = svg.current?.querySelector<SVGGElement>('.cursor');
      if (!svg.current || !cursor) return;
      const time = still && player.playing ? stepBefore(steps, player.time) : player.time;
      const x = place(axis, time);
      cursor.style.display = x < axis.left - 1 || x > axis.left + axis.width + 1 ? 'none' : '';
      cursor.setAttribute('transform', `translate(${x.toFixed(1)} 0)`);
      const now = spokenAt(layout.turns, player.time);
      if (player.playing && now === spoken) return; // told once per turn, not at every frame
      spoken = now;
      svg.current.setAttribute('aria-valuenow', player.time.toFixed(2));
      svg.current.setAttribute('aria-valuetext', `${moment(player.time)} seconds, ${now}`);
    };
    follow();
    return player.subscribe(follow);
  }, [axis, layout, player, still, steps]);
}

type DrawingProps = Pick<Props, 'layout' | 'peaks' | 'noWaves' | 'axis' | 'narrow'>;

function Drawing({ layout, peaks, noWaves, axis, narrow }: DrawingProps) {
  return (
    <g aria-hidden="true">
      <defs>
        <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <path d="M0 0V6" stroke="var(--edge)" stroke-width="1" opacity=".55" />
        </pattern>
        <clipPath id="call-view">
          <rect x={axis.left} y="0" width={axis.width} height={HEIGHT} />
        </clipPath>
      </defs>
      <Ruler axis={axis} />
      <g clip-path="url(#call-view)">
        <path d={spanPath(layout.both, axis, 58, 172)} fill="url(#hatch)" />
        <Waves layout={layout} peaks={peaks} noWaves={noWaves} axis={axis} />
        <path d={spanPath(layout.user, axis, 124, 3)} fill="var(--user)" />
        <path d={spanPath(layout.agent, axis, 161, 3)} fill="var(--agent)" />
        <Brackets layout={layout} axis={axis} />
        <Stops layout={layout} axis={axis} />
        <Tools layout={layout} axis={axis} />
      </g>
      <Words layout={layout} axis={axis} />
      <Marks layout={layout} axis={axis} />
      <Names axis={axis} narrow={narrow} tools={layout.tools.length > 0} />
    </g>
  );
}

function Ruler({ axis }: { axis: Axis }) {
  const times = ticks(axis.view, axis.width);
  const step = (times[1] ?? 1) - (times[0] ?? 0);
  return (
    <>
      {times.map((time) => (
        <g key={time}>
          <path d={`M${place(axis, time).toFixed(1)} 20V292`} stroke="var(--line)" opacity=".7" />
          <text x={place(axis, time).toFixed(1)} y="14" class="axis" text-anchor="middle">
            {tickLabel(time, step)}
            {time === times[0] && time < 60 && ' s'}
          </text>
        </g>
      ))}
    </>
  );
}

function Waves({ layout, peaks, noWaves, axis }: Omit<DrawingProps, 'narrow'>) {
  if (!peaks) {
    return (
      <text x={axis.left + 4} y={USER + 4} class="axis">
        {noWaves ?? ''}
      </text>
    );
  }
  const { view, left, width } = axis;
  const drawn = { from: view.from, to: view.to, left, right: left + width, height: AMPLITUDE };
  const late = layout.stops.filter((stop) => stop.over && stop.limit < view.to && stop.to > view.from);
  return (
    <>
      <path d={`M${left} ${USER}H${left + width}M${left} ${AGENT}H${left + width}`} stroke="var(--line)" />
      <path d={wavePath(peaks.user, peaks, { ...drawn, middle: USER })} fill="var(--user)" opacity=".8" />
      <path d={wavePath(peaks.agent, peaks, { ...drawn, middle: AGENT })} fill="var(--agent)" opacity=".8" />
      {late.map((stop) => {
        const from = Math.max(view.from, stop.limit);
        const to = Math.min(view.to, stop.to);
        return <path key={stop.from} d={wavePath(peaks.agent, peaks, { from, to, left: place(axis, from), right: place(axis, to), middle: AGENT, height: AMPLITUDE })} fill="var(--fail)" />;
      })}
    </>
  );
}

/** All or none: of a few among many nobody could tell to which they belong. */
function labelledBrackets(brackets: readonly Bracket[], axis: Axis): readonly Bracket[] {
  const middle = (one: Bracket) => (one.from + one.to) / 2;
  const shown = spread(brackets, axis, middle, LABELS_APART);
  const all = spread(brackets, axis, middle, 0);
  return shown.length === all.length || axis.width / (axis.view.to - axis.view.from) >= LABELS_FROM ? shown : [];
}

function Brackets({ layout, axis }: { layout: CallLayout; axis: Axis }) {
  const labelled = labelledBrackets(layout.brackets, axis);
  const fates = spread(layout.fates, axis, (one) => one.time, LABELS_APART);
  return (
    <>
      <path d={bracketPath(layout.brackets, axis, 129, 140, 159)} fill="none" stroke="var(--ink2)" />
      <path d={bracketPath(layout.brackets.filter((one) => one.over), axis, 129, 140, 159)} fill="none" stroke="var(--fail)" stroke-width="1.5" />
      {labelled.map((one) => (
        <text key={one.from} x={place(axis, (one.from + one.to) / 2).toFixed(1)} y="137" text-anchor="middle" class={one.over ? 'bad' : 'strong'}>
          {one.label}
        </text>
      ))}
      {fates.map((one) => (
        <text key={one.time} x={(place(axis, one.time) + 4).toFixed(1)} y="151" class={one.tone === 'fail' ? 'bad' : 'unsure'}>
          {one.text}
        </text>
      ))}
    </>
  );
}

/** How long the agent went on after a cut-in: what was allowed thin, what was too much heavy and red. */
function Stops({ layout, axis }: { layout: CallLayout; axis: Axis }) {
  const shown = touching(layout.stops, axis, 3);
  const labelled = new Set(spread(layout.stops, axis, (one) => one.to, 96));
  return (
    <>
      {shown.map((stop) => {
        const [from, to, limit] = [stop.from, stop.to, stop.limit].map((time) => place(axis, time).toFixed(1));
        const free = stop.over ? limit : to;
        return (
          <g key={stop.from}>
            <path d={`M${from} 129V152H${free}${stop.over ? '' : 'V159'}`} fill="none" stroke="var(--ink2)" />
            {stop.over && <path d={`M${limit} 152H${to}V159`} fill="none" stroke="var(--fail)" stroke-width="2.5" />}
            {stop.over && <path d={`M${limit} 146V230`} stroke="var(--ink)" stroke-dasharray="2 3" />}
            {labelled.has(stop) && (
              <text x={(place(axis, stop.to) + 5).toFixed(1)} y="157" class={stop.over ? 'bad' : 'quiet'}>
                {stop.label}
              </text>
            )}
          </g>
        );
      })}
    </>
  );
}

function Tools({ layout, axis }: { layout: CallLayout; axis: Axis }) {
  const labelled = spread(layout.tools, axis, (tool) => tool.start, 110);
  return (
    <>
      <path d={spanPath(layout.tools.map((tool) => [tool.start, tool.end]), axis, 252, 8)} fill="var(--ink2)" />
      {labelled.map((tool) => (
        <text key={tool.start} x={place(axis, tool.start).toFixed(1)} y="272" class="tool-name">
          {tool.name} {tool.end > tool.start && span(tool.end - tool.start)}
        </text>
      ))}
    </>
  );
}

function Words({ layout, axis }: { layout: CallLayout; axis: Axis }) {
  if (axis.width / (axis.view.to - axis.view.from) < WORDS_FROM) return null;
  const { view } = axis;
  const inView = layout.turns.filter((turn) => turn.start < view.to && turn.end > view.from);
  const rates = { user: pace(layout.turns, 'user'), agent: pace(layout.turns, 'agent') };
  return (
    <>
      {inView.map((turn) => (
        <WordLine key={`${turn.side} ${turn.start}`} words={wordsOf(turn, rates[turn.side])} axis={axis} y={turn.side === 'user' ? 52 : 244} side={turn.side} />
      ))}
    </>
  );
}

let measure: ((text: string) => number) | null = null;

/** Width of a word in the lane's letters, px. */
function widthOf(text: string): number {
  if (!measure) {
    const pen = document.createElement('canvas').getContext('2d');
    if (pen) pen.font = `12px ${getComputedStyle(document.body).fontFamily}`;
    measure = (word) => pen?.measureText(word).width ?? word.length * 7;
  }
  return measure(text);
}

/** Words that would run into the one before them move right; those that would leave the lane are left out. */
function WordLine({ words, axis, y, side }: { words: readonly Word[]; axis: Axis; y: number; side: string }) {
  let next = -Infinity;
  const right = axis.left + axis.width;
  return (
    <>
      {words.map((word) => {
        const x = Math.max(place(axis, word.start), next);
        const width = widthOf(word.text);
        if (x < axis.left || x + width > right) return null;
        next = x + width + 4;
        return (
          <text key={word.start} x={x.toFixed(1)} y={y} class={`word ${side}`}>
            {word.text}
          </text>
        );
      })}
    </>
  );
}

function Marks({ layout, axis }: { layout: CallLayout; axis: Axis }) {
  const problems = spread(layout.problems, axis, (one) => one.time, 18);
  const marks = spread(layout.marks, axis, (one) => one.time, MARKS_APART);
  const labelled = new Set(spread(layout.marks, axis, (one) => one.time, 120));
  const right = axis.left + axis.width;
  return (
    <>
      {marks.map((mark) => {
        const x = place(axis, mark.time);
        const atEnd = x > right - 110;
        return (
          <g key={`${mark.time} ${mark.text}`}>
            <path d={`M${(x - 3.5).toFixed(1)} 26h7l-3.5 6z`} fill={`var(--${mark.tone})`} />
            {labelled.has(mark) && (
              <text x={(x + (atEnd ? -7 : 7)).toFixed(1)} y="34" class={mark.tone === 'fail' ? 'bad' : mark.tone === 'caution' ? 'unsure' : 'quiet'} text-anchor={atEnd ? 'end' : 'start'}>
                {mark.text}
              </text>
            )}
          </g>
        );
      })}
      {problems.map((problem) => (
        <g key={`${problem.time} ${problem.text}`} class="badge">
          <title>{problem.text}</title>
          <rect x={(place(axis, problem.time) - 7.5).toFixed(1)} y="279" width="15" height="15" fill="var(--fail)" />
          <path d={`M${place(axis, problem.time).toFixed(1)} 279V230`} stroke="var(--fail)" stroke-dasharray="2 3" />
          <text x={place(axis, problem.time).toFixed(1)} y="290.5" text-anchor="middle">
            {problem.number ?? '×'}
          </text>
        </g>
      ))}
    </>
  );
}

function Names({ axis, narrow, tools }: { axis: Axis; narrow: boolean; tools: boolean }) {
  const right = axis.left + axis.width;
  if (narrow) {
    return (
      <>
        <text x={right} y="64" text-anchor="end" class="name user">
          User
        </text>
        <text x={right} y="240" text-anchor="end" class="name">
          Agent
        </text>
      </>
    );
  }
  return (
    <>
      <text x="14" y={USER + 4} class="name user">
        User
      </text>
      <text x="14" y="128" class="axis">
        voiced
      </text>
      <text x="14" y="165" class="axis">
        voiced
      </text>
      <text x="14" y={AGENT + 4} class="name">
        Agent
      </text>
      {tools && (
        <text x="14" y="260" class="axis">
          Tools
        </text>
      )}
    </>
  );
}

