import { render } from 'preact';
import { App } from './app';
import { readEmbedded } from './data/embedded';
import { Viewer } from './viewer';

const root = document.getElementById('antiphon');
const embedded = readEmbedded(document);
const screen = embedded.state === 'run' ? new Viewer(embedded.run, document) : null;

function draw(viewer: Viewer | null): void {
  if (root) render(<App embedded={embedded} viewer={viewer} />, root);
}

draw(screen);
// Rendering from the root is done at once: the whole list is there before the page is laid out for paper.
addEventListener('beforeprint', () => draw(screen && screen.forPrint()));
addEventListener('afterprint', () => draw(screen));
addEventListener('storage', () => screen?.labels.refresh());  // another tab has added a label
