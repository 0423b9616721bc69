import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import { startOf, type CallLayout } from '../model/call';
import type { Player } from './player';

/** The call of the scenario that is shown, for all that follow its cursor. */
export interface CurrentCall {
  layout: CallLayout;
  player: Player;
}

export const CallContext = createContext<CurrentCall | null>(null);

/** null: it is a conversation in text. */
export function useCall(): CurrentCall | null {
  return useContext(CallContext);
}

/** A value that follows the player; its reader is drawn anew only when the value changes. */
export function useFollowed<T>(player: Player | null, read: (player: Player) => T, otherwise: T): T {
  const [value, setValue] = useState(() => (player ? read(player) : otherwise));
  useEffect(() => {
    if (!player) return;
    const follow = () => setValue(() => read(player));
    follow();
    return player.subscribe(follow);
  }, [player]);
  return value;
}

/** Moves the cursor to a message; without a call nothing happens. */
export function seekMessage(call: CurrentCall | null, message: number): void {
  const start = call ? startOf(call.layout.turns, message) : null;
  if (call && start !== null) call.player.seek(start);
}
