import { render } from 'preact';
import type { Socket, Surroundings } from './call';
import { Page } from './page';
import { Talker } from './talker';

const root = document.getElementById('talk')!;
const around: Surroundings = {
  base: new URL('.', location.href).href,
  fetch: (url, init) => fetch(url, { ...init, cache: 'no-store' }),
  open: (url) => new WebSocket(url) as unknown as Socket,
  after: (ms, action) => void setTimeout(action, ms),
  now: () => performance.now(),
};
const talker: Talker = new Talker(around, draw);

function draw(): void {
  render(<Page talker={talker} view={talker.view} />, root);
}

draw();
// Who leaves hangs up: the gateway would keep the call for a caller who may come back.
addEventListener('pagehide', () => talker.hangUp());
