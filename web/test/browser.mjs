/**
 * Opens the report in Chromium and uses it: node test/browser.mjs [--shots DIR] [--report FILE] [--only WORDS]. CHROMIUM names another browser.
 * With --report, FILE (report.html beside its result.json, as `antiphon run` leaves them) instead of sample data.
 * Screenshots go to DIR, else to a folder for temporary files, whose name is printed.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { enlarge } from './big.mjs';
import { callCases } from './browser-calls.mjs';
import { cases } from './browser-cases.mjs';
import { makeReport } from './make-report.mjs';
import { enrich } from './rich.mjs';
import { LONG_CALL, SPOKEN, spokenReport } from './spoken.mjs';
import { writtenCallCases } from './written-calls.mjs';
import { writtenCases } from './written-cases.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];
const SIZES = [
  ['light', 1440],
  ['light', 1000],
  ['light', 390],
  ['dark', 1440],
  ['dark', 390],
];
const FAILED = 'refund outside the window is refused';

const { values } = parseArgs({ options: { shots: { type: 'string' }, report: { type: 'string' }, only: { type: 'string', default: '' } } });
const shots = values.shots ?? (await mkdtemp(join(tmpdir(), 'antiphon-report-')));
await mkdir(shots, { recursive: true });

async function write(name, html) {
  const path = join(shots, name);
  await writeFile(path, html);
  return pathToFileURL(path).href;
}

async function writeReports() {
  const template = join(shots, 'template.html');
  execFileSync(process.execPath, [join(HERE, '../build.mjs'), '--out', template], { stdio: 'inherit' });
  const shell = await readFile(template, 'utf8');
  const sample = JSON.parse(await readFile(join(HERE, '../../tests/data/result.sample.json'), 'utf8'));
  const small = makeReport(sample, shell);
  return {
    small: await write('small.html', small),
    big: await write('big.html', makeReport(enlarge(sample, 1000, 3000), shell)),
    rich: await write('rich.html', makeReport(enrich(sample), shell)),
    spoken: await writeSpoken(sample, shell),
    empty: await write('empty.html', makeReport({ ...sample, scenarios: [] }, shell)),
    blank: await write('blank.html', shell),
    newer: await write('newer.html', makeReport({ ...sample, schema: 'antiphon.result/9' }, shell)),
    foreign: await write('foreign.html', makeReport({ ...sample, schema: 'other/1' }, shell)),
    torn: await write('torn.html', small.replace('{"schema"', '{schema')),
    damaged: await write('damaged.html', small.replace(/(id="antiphon-s-1">).{8}/, '$1AAAAAAAA')),
  };
}

/** With a recording beside the page. */
async function writeSpoken(sample, shell) {
  const { result, sounds, audio } = spokenReport(sample);
  await mkdir(join(shots, 'recordings'), { recursive: true });
  await writeFile(join(shots, 'recordings/short one.wav'), audio);
  return write('spoken.html', makeReport(result, shell, sounds));
}

/** A page that fails the test on any error, warning or request that leaves the file. */
async function open(browser, options = {}) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, ...options });
  page.setDefaultTimeout(30_000);
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()));
  page.on('request', (request) => /^(file|blob):/.test(request.url()) || complaints.push(`request to ${request.url()}`));
  return { page, complaints };
}

async function photograph(browser, reports) {
  for (const [colorScheme, width] of SIZES) {
    const { page, complaints } = await open(browser, { colorScheme, viewport: { width, height: 900 } });
    const places = [
      ['run', reports.rich, '#/run'],
      ['scenario', reports.rich, `#/s/${encodeURIComponent(FAILED)}/m/3`],
      ['call', reports.spoken, `#/s/${encodeURIComponent(SPOKEN)}/t/7.20`],
      ['hour', reports.spoken, `#/s/${encodeURIComponent(LONG_CALL)}/t/1800.00`],
      ['calls', reports.spoken, '#/run'],
    ];
    for (const [name, report, hash] of places) {
      await page.goto(report + hash);
      await page.waitForSelector(hash === '#/run' ? '.list a.n' : '.talk li');
      const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(excess <= 0, `${name} at ${width} px scrolls sideways by ${excess} px`);
      await page.screenshot({ path: join(shots, `${name}-${colorScheme}-${width}.png`), fullPage: name !== 'hour' });
    }
    assert.deepEqual(complaints, []);
    await page.close();
  }
}

async function readWritten(path) {
  const result = JSON.parse(await readFile(join(dirname(path), 'result.json'), 'utf8'));
  return { address: pathToFileURL(resolve(path)).href, result, shots };
}

const reports = values.report ? await readWritten(values.report) : await writeReports();
const looks = { 'looks are taken at every width without sideways scrolling': () => photograph(browser, reports) };
const written = reports.result?.scenarios.some(({ voice }) => voice) ? writtenCallCases : writtenCases;
const chosen = values.report ? written : { ...cases, ...callCases, ...looks };
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });
let failed = 0;
let tried = 0;
try {
  for (const [name, check] of Object.entries(chosen).filter(([name]) => name.includes(values.only))) {
    const { page, complaints } = await open(browser);
    tried++;
    try {
      await check(page, reports);
      assert.deepEqual(complaints, [], 'the page complained');
      console.log(`ok   ${name}`);
    } catch (error) {
      failed++;
      console.log(`FAIL ${name}\n     ${String(error?.message ?? error).replace(/\n/g, '\n     ')}`);
    }
    await page.close();
  }
} finally {
  await browser.close();
}
console.log(`screenshots in ${shots}`);
console.log(`${tried - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
