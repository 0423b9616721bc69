/** Bundles the report into one file: node build.mjs [--out FILE]. It holds the marker that the C++ side replaces by a run's data. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bundle, fill, hashOf, HERE, save } from './bundle.mjs';
import { readMeanings } from './metrics.mjs';

const MARKER = '<!--ANTIPHON_DATA-->';

/** Nothing but what stands in the file may run or be loaded, apart from recordings beside it. */
function policy(script, style) {
  return `default-src 'none'; script-src ${hashOf(script)}; style-src ${hashOf(style)}; img-src data:; media-src 'self' file: blob:; base-uri 'none'; form-action 'none'`;
}

async function page() {
  const meanings = { MEANINGS: JSON.stringify(readMeanings(join(HERE, '../docs/metrics.md'))) };
  const [shell, script, style] = await Promise.all([
    readFile(join(HERE, 'src/index.html'), 'utf8'),
    bundle('src/main.tsx', meanings),
    bundle('src/style/main.css'),
  ]);
  const html = fill(shell, policy(script, style), style, script);
  if (html.split(MARKER).length !== 2) throw new Error(`the page must hold ${MARKER} exactly once`);
  return html;
}

const { values } = parseArgs({ options: { out: { type: 'string', default: join(HERE, 'dist/report.html') } } });
await save(resolve(values.out), await page());
