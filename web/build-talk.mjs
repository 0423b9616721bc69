/** Bundles the gateway's talk page: node build-talk.mjs [--out FOLDER]. Worklets can only be loaded by an address: theirs is a file of its own. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bundle, fill, hashOf, HERE, save } from './bundle.mjs';

/** Nothing but what stands in the page may run, its worklet apart; it talks to its own gateway alone. */
function policy(script, style) {
  return `default-src 'none'; script-src 'self' ${hashOf(script)}; style-src ${hashOf(style)}; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'`;
}

const { values } = parseArgs({ options: { out: { type: 'string', default: join(HERE, 'dist') } } });
const [shell, script, style, worklet] = await Promise.all([
  readFile(join(HERE, 'src/talk/index.html'), 'utf8'),
  bundle('src/talk/main.tsx'),
  bundle('src/talk/talk.css'),
  bundle('src/talk/worklet.ts'),
]);
await save(resolve(values.out, 'talk.html'), fill(shell, policy(script, style), style, script));
await save(resolve(values.out, 'talk-audio.js'), worklet);
