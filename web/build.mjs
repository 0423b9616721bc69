/** Bundles the report into one file: node build.mjs [--out FILE]. It holds the marker that the C++ side replaces by a run's data. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { readMeanings } from './metrics.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const MARKER = '<!--ANTIPHON_DATA-->';

async function bundle(entry) {
  const result = await build({
    entryPoints: [join(HERE, entry)],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: ['chrome100', 'firefox113', 'safari16.4'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'warning',
    define: { MEANINGS: JSON.stringify(readMeanings(join(HERE, '../docs/metrics.md'))) },
  });
  return result.outputFiles[0].text.trim();
}

function hashOf(text) {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

/** Nothing but what stands in the file may run or be loaded, apart from recordings beside it. */
function policy(script, style) {
  return `default-src 'none'; script-src ${hashOf(script)}; style-src ${hashOf(style)}; img-src data:; media-src 'self' file: blob:; base-uri 'none'; form-action 'none'`;
}

function requireSafe(name, text, forbidden) {
  const found = forbidden.find((piece) => text.toLowerCase().includes(piece));
  if (found) throw new Error(`${name} contains ${found}, which would end or confuse its tag in the report`);
}

async function page() {
  const [shell, script, style] = await Promise.all([readFile(join(HERE, 'src/index.html'), 'utf8'), bundle('src/main.tsx'), bundle('src/style/main.css')]);
  requireSafe('the script', script, ['</script', '<script', '<!--']);
  requireSafe('the style', style, ['</style', '<!--']);
  const pieces = { '%POLICY%': policy(script, style), '%STYLE%': style, '%SCRIPT%': script };
  const html = shell.replace(/%(POLICY|STYLE|SCRIPT)%/g, (name) => pieces[name]);
  if (html.split(MARKER).length !== 2) throw new Error(`the page must hold ${MARKER} exactly once`);
  return html;
}

const { values } = parseArgs({ options: { out: { type: 'string', default: join(HERE, 'dist/report.html') } } });
const out = resolve(values.out);
const html = await page();
await mkdir(dirname(out), { recursive: true });
await writeFile(out, html);
console.log(`${out}: ${(Buffer.byteLength(html) / 1024).toFixed(1)} kB`);
