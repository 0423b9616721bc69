import { useEffect, useMemo } from 'preact/hooks';
import type { Scenario } from '../data/result';
import type { Sound } from '../data/voice';
import { layOut } from '../model/call';
import { scenarioHash, type Query } from '../model/route';
import { useViewer } from '../viewer';
import { seekMessage, type CurrentCall } from './call-context';
import { Player } from './player';

interface Given {
  scenario: Scenario;
  sound: Sound | null;
  problems: ReadonlyMap<number, number>;
  selected: number | null;
  time: number | null;
  query: Query;
}

/** Browsers refuse addresses that change at every frame, ms. */
const PAUSE = 300;

/** The call of a scenario with its cursor where the address says; null for a conversation in text. */
export function useCurrentCall({ scenario, sound, problems, selected, time, query }: Given): CurrentCall | null {
  const viewer = useViewer();
  const call = useMemo<CurrentCall | null>(() => {
    if (!scenario.voice) return null;
    const layout = layOut(scenario, scenario.voice, problems);
    return { layout, player: new Player(layout.duration, sound, () => viewer.soundOf(scenario.id)) };
  }, [scenario]);
  useEffect(() => () => call?.player.close(), [call]);
  useEffect(() => {
    if (selected !== null) seekMessage(call, selected);
    else if (time !== null) call?.player.seek(time);
  }, [call, selected, time]);
  useEffect(() => {
    if (!call) return;
    const { player } = call;
    let last = player.time;
    let timer = 0;
    const unsubscribe = player.subscribe(() => {
      if (player.playing || player.time === last) return;
      last = player.time;
      clearTimeout(timer);
      // A message in the address says more than its time does.
      timer = window.setTimeout(() => !location.hash.includes('/m/') && history.replaceState(null, '', scenarioHash(scenario.id, null, query, player.time)), PAUSE);
    });
    return () => {
      clearTimeout(timer);
      unsubscribe();
    };
  }, [call, query.filter, query.search]);
  return call;
}
