/** What bundles the pages of this folder into files that load nothing from elsewhere. */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export const HERE = dirname(fileURLToPath(import.meta.url));

export async function bundle(entry, define = {}) {
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
    define,
  });
  return result.outputFiles[0].text.trim();
}

export function hashOf(text) {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

function requireSafe(name, text, forbidden) {
  const found = forbidden.find((piece) => text.toLowerCase().includes(piece));
  if (found) throw new Error(`${name} contains ${found}, which would end or confuse its tag in the page`);
}

/** Puts policy, style and script into the page's shell. */
export function fill(shell, policy, style, script) {
  requireSafe('the script', script, ['</script', '<script', '<!--']);
  requireSafe('the style', style, ['</style', '<!--']);
  const pieces = { '%POLICY%': policy, '%STYLE%': style, '%SCRIPT%': script };
  return shell.replace(/%(POLICY|STYLE|SCRIPT)%/g, (name) => pieces[name]);
}

export async function save(path, text) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  console.log(`${path}: ${(Buffer.byteLength(text) / 1024).toFixed(1)} kB`);
}
