import type { Problem } from '../model/call';
import { moment } from '../model/format';
import type { View } from '../model/view';
import { useFollowed } from './call-context';
import type { Player } from './player';

const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2];

interface Props {
  player: Player;
  problems: readonly Problem[];
  view: View;
  onZoom: (factor: number) => void;
  onWhole: () => void;
}

export function PlayerBar({ player, problems, view, onZoom, onWhole }: Props) {
  return (
    <div class="call-bar">
      <PlayButton player={player} />
      <Clock player={player} />
      <Sides player={player} />
      <Speed player={player} />
      <Problems problems={problems} player={player} />
      <span class="sp" />
      <span class="i2 nw range">
        {moment(view.from)}–{moment(view.to)}
        {view.to < 60 && '\u00a0s'}
      </span>
      <span class="zoom">
        <button type="button" class="btn" aria-label="Show less of the call" title="Zoom in (+)" onClick={() => onZoom(1.6)}>
          +
        </button>
        <button type="button" class="btn" aria-label="Show more of the call" title="Zoom out (−)" onClick={() => onZoom(1 / 1.6)}>
          −
        </button>
        <button type="button" class="btn" onClick={onWhole}>
          Whole call <kbd>0</kbd>
        </button>
      </span>
    </div>
  );
}

function PlayButton({ player }: { player: Player }) {
  const playing = useFollowed(player, (one) => one.playing, false);
  const problem = useFollowed(player, (one) => one.problem, null);
  return (
    <button
      type="button"
      class="btn play"
      aria-label={playing ? 'Pause' : 'Play'}
      title={problem ?? (playing ? 'Pause (Space)' : 'Play (Space)')}
      disabled={problem !== null}
      onClick={() => player.toggle()}
    >
      <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
        <path d={playing ? 'M1.5 0h3v12h-3zM7.5 0h3v12h-3z' : 'M1 0v12L11.5 6z'} fill="currentColor" />
      </svg>
    </button>
  );
}

function clock(seconds: number): string {
  const text = moment(seconds);
  return text.includes(':') ? text : `0:${text.padStart(5, '0')}`;
}

function Clock({ player }: { player: Player }) {
  const time = useFollowed(player, (one) => clock(one.time), '');
  return (
    <span class="call-clock nw">
      {time} <span class="i3">/ {clock(player.duration)}</span>
    </span>
  );
}

function Sides({ player }: { player: Player }) {
  const heard = useFollowed(player, (one) => one.heard, player.heard);
  const whole = useFollowed(player, (one) => one.whole, null);
  return (
    <span class="seg" role="group" aria-label="Sides that are heard">
      {(['user', 'agent'] as const).map((side) => (
        <button
          key={side}
          type="button"
          aria-pressed={heard[side]}
          disabled={whole !== null}
          title={whole ?? `${heard[side] ? 'Mute' : 'Hear'} the ${side} (${side.charAt(0)})`}
          onClick={() => player.hear({ ...heard, [side]: !heard[side] })}
        >
          {side === 'user' ? 'User' : 'Agent'}
        </button>
      ))}
    </span>
  );
}

function Speed({ player }: { player: Player }) {
  const speed = useFollowed(player, (one) => one.speed, 1);
  const problem = useFollowed(player, (one) => one.problem, null);
  return (
    <label class="speed">
      <span class="vh">Speed</span>
      <select value={String(speed)} disabled={problem !== null} onChange={(event) => player.setSpeed(Number(event.currentTarget.value))}>
        {SPEEDS.map((one) => (
          <option key={one} value={String(one)}>
            {one} ×
          </option>
        ))}
      </select>
    </label>
  );
}

/** More than these do not fit; all of them stand in the timeline. */
const MOST = 4;

function Problems({ problems, player }: { problems: readonly Problem[]; player: Player }) {
  return (
    <>
      {problems.slice(0, MOST).map((problem) => (
        <button key={`${problem.time} ${problem.text}`} type="button" class="btn problem" title={problem.text} onClick={() => player.seek(problem.time)}>
          <span class="bd">{problem.number ?? '×'}</span> <span class="words">{problem.text}</span>
        </button>
      ))}
    </>
  );
}
