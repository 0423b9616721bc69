/** Bundles the unit tests and runs them with node's own runner: node test/units.mjs */
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { readMeanings } from '../metrics.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const tests = (await readdir(HERE)).filter((name) => name.endsWith('.test.ts'));
const out = await mkdtemp(join(tmpdir(), 'antiphon-web-'));
try {
  await build({
    entryPoints: tests.map((name) => join(HERE, name)),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node18',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    outdir: out,
    outExtension: { '.js': '.mjs' },
    sourcemap: 'inline',
    logLevel: 'warning',
    define: { SAMPLE_PATH: JSON.stringify(join(HERE, '../../tests/data/result.sample.json')), MEANINGS: JSON.stringify(readMeanings(join(HERE, '../../docs/metrics.md'))) },
  });
  const files = tests.map((name) => join(out, name.replace(/\.ts$/, '.mjs')));
  process.exitCode = spawnSync(process.execPath, ['--enable-source-maps', '--test', ...files], { stdio: 'inherit', timeout: 120_000 }).status ?? 1;
} finally {
  await rm(out, { recursive: true, force: true });
}
