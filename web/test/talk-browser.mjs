/**
 * Talks to a gateway in Chromium, by a microphone that speaks a file: node test/talk-browser.mjs --gateway PROGRAM --say PROGRAM [--shots DIR] [--axe FILE].
 * --axe FILE names axe.min.js of axe-core, whose rules the page has to keep then.
 * PROGRAM of --gateway is build/dev/bin/talk_gateway, that of --say the antiphon program, which makes the caller's voice.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { writeSpeech } from './microphone.mjs';

const { values } = parseArgs({ options: { gateway: { type: 'string' }, say: { type: 'string' }, shots: { type: 'string' }, axe: { type: 'string' }, only: { type: 'string', default: '' } } });
const shots = values.shots ?? (await mkdtemp(join(tmpdir(), 'antiphon-talk-')));
await mkdir(shots, { recursive: true });
const FLAGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--autoplay-policy=no-user-gesture-required'];
const SLOW = 60_000;

function startGateway(...flags) {
  const child = spawn(values.gateway, flags, { stdio: ['pipe', 'pipe', 'inherit'] });
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the gateway ended with ${code}`)));
    child.stdout.once('data', (data) => resolve({ url: `http://${String(data).trim().replace('listening on ', '')}/`, kill: () => new Promise((gone) => child.once('exit', gone) && child.kill('SIGKILL')), stop: () => child.stdin.end() }));
  });
}

/** The example desk, as somebody gets it who runs `antiphon serve` and nothing else. */
async function startDesk() {
  const child = spawn(values.say, ['serve', '--listen', '127.0.0.1:0'], { stdio: ['ignore', 'ignore', 'pipe'] });
  let url;
  for await (const line of createInterface({ input: child.stderr })) {
    const { event, text } = JSON.parse(line);
    if (event === 'talk') url = text.split(' ')[0];
    if (event === 'ready') break;
  }
  child.stderr.resume();
  return { url, stop: () => child.kill('SIGTERM') };
}

/** A WAV file for the microphone: silence in seconds, and texts. */
const speak = (name, parts, voice = 'flite/slt') => writeSpeech(values.say, join(shots, `${name}.wav`), parts, voice);

/** A browser whose microphone speaks `file`, or that has none; pages fail the test on any complaint. */
async function withPage(file, options, act) {
  const sound = file ? ['--use-fake-device-for-media-stream', `--use-file-for-fake-audio-capture=${file}%noloop`] : [];
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: [...FLAGS, ...sound] });
  try {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, bypassCSP: false, ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(SLOW);
    const complaints = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()));
    await act(page, context);
    return complaints;
  } finally {
    await browser.close();
  }
}

async function look(page, name) {
  for (const scheme of ['light', 'dark'])
    for (const width of [1440, 390]) {
      await page.emulateMedia({ colorScheme: scheme });
      await page.setViewportSize({ width, height: width === 390 ? 844 : 900 });
      const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(excess <= 0, `${name} at ${width} px scrolls sideways by ${excess} px`);
      await page.screenshot({ path: join(shots, `${name}-${scheme}-${width}.png`) });
    }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 1440, height: 900 });
}

/** Records what the page's sound worklet is given and told, beside what it does. */
const WATCH = () => {
  globalThis.heard = { clears: 0, audio: 0, played: [], sent: 0 };
  const open = globalThis.WebSocket;
  globalThis.WebSocket = class extends open {
    constructor(url) {
      super(url);
      this.addEventListener('message', ({ data }) => {
        if (typeof data !== 'string') globalThis.heard.audio += data.byteLength;
        else if (JSON.parse(data).type === 'clear') globalThis.heard.clears++;
      });
    }
    send(data) {
      if (typeof data !== 'string') globalThis.heard.sent += data.byteLength;
      else if (JSON.parse(data).type === 'played') globalThis.heard.played.push(JSON.parse(data));
      super.send(data);
    }
  };
};

const call = (page) => page.getByRole('button', { name: 'Call', exact: true }).click();
const lines = (page, who) => page.locator(`.captions .line.${who} p:first-child`).allInnerTexts();

const cases = {
  async 'what is said into the microphone stands in the captions, is answered, and can cut in'() {
    const gateway = await startGateway('--voice', 'flite/slt');
    // Again and again: how soon the answer comes depends on how busy the machine is.
    const wait = ['Wait, please stop now.', 4];
    const file = await speak('caller', [5, 'Where is my parcel today?', 6, ...wait, ...wait, ...wait, ...wait, ...wait, 40]);
    const complaints = await withPage(file, { permissions: ['microphone'] }, async (page) => {
      await page.addInitScript(WATCH);
      await page.goto(gateway.url);
      await look(page, 'before');
      await call(page);
      await page.getByText('Hello, how can I help?').waitFor();
      await page.locator('.line.user:not(.partial)').first().waitFor();
      // A busy machine may take the call after the first words; recognisers are not sure of every word of this voice.
      assert.match((await lines(page, 'user'))[0], /where is my|please stop/i);
      await page.getByText('heard after').first().waitFor();
      const waited = await page.locator('.waited').innerText();
      const [, value, unit] = waited.match(/heard after ([\d.]+)\s*(ms|s)/);
      const ms = Number(value) * (unit === 's' ? 1000 : 1);
      assert.ok(ms > 100 && ms < 20_000, waited);
      await look(page, 'talking');
      await page.locator('.tag', { hasText: 'interrupted' }).first().waitFor();
      const heard = await page.evaluate(() => globalThis.heard);
      assert.ok(heard.clears >= 1, 'the gateway said that it was interrupted');
      assert.ok(heard.audio > 48_000, `${heard.audio} bytes of the agent came`);
      assert.ok(heard.sent > 16_000 * 2 * 5, `${heard.sent} bytes of the microphone went`);
      assert.ok(heard.played.some(({ turn }) => turn === 1), 'the place of playing was told');
      await page.getByRole('button', { name: 'Hang up' }).click();
      await page.getByText('You hung up.').waitFor();
      assert.match(await page.getByRole('status').innerText(), /over/);
      await look(page, 'ended');
      console.log(`     ${waited}`);
    });
    gateway.stop();
    assert.deepEqual(complaints, []);
  },

  async 'the example desk tells by voice where an order is, after a PIN by keys'() {
    const desk = await startDesk();
    const file = await speak('desk', [7, 'Where is my order?', 90], 'auto');
    const complaints = await withPage(file, { permissions: ['microphone'] }, async (page) => {
      await page.goto(desk.url);
      await call(page);
      await page.getByText('4-digit PIN').waitFor();
      await page.getByText('Keypad').click();
      for (const digit of ['1', '2', '3', '4']) await page.locator('.keypad button').filter({ hasText: digit }).first().click();
      await page.getByText(/coffee machine is shipped/).waitFor();
      assert.doesNotMatch(await page.locator('.captions').innerText(), /1234/);
      await look(page, 'desk');
      await page.getByRole('button', { name: 'Hang up' }).click();
      await page.getByText('You hung up.').waitFor();
    });
    desk.stop();
    assert.deepEqual(complaints, []);
  },

  async 'it can be used by keyboard alone, without a microphone, and keys and typed words go out'() {
    const gateway = await startGateway();
    const complaints = await withPage(null, {}, async (page) => {
      const sent = [];
      page.on('websocket', (socket) => socket.on('framesent', ({ payload }) => typeof payload === 'string' && sent.push(JSON.parse(payload))));
      await page.goto(gateway.url);
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Call without a microphone');
      await page.keyboard.press('Enter');
      await page.getByText('Hello, how can I help?').waitFor();
      await page.getByLabel('Type in place of speaking').fill('where is it');
      await page.keyboard.press('Enter');
      await page.getByText('You said: where is it.').waitFor();
      await page.getByText('Keypad').click();
      await page.getByRole('button', { name: 'hash' }).click();
      await page.waitForTimeout(200); // until the browser has handed it over
      assert.ok(sent.some(({ type, digits }) => type === 'dtmf' && digits === '#'));
      await look(page, 'keypad');
      if (values.axe) await axe(page);
    });
    gateway.stop();
    assert.deepEqual(complaints, []);
  },

  async 'without permission, without a microphone: it is said what to do'() {
    const gateway = await startGateway();
    await withPage(null, {}, async (page) => {
      await page.goto(gateway.url);
      for (const [name, words] of [['NotAllowedError', /blocked/], ['NotFoundError', /no microphone/], ['NotReadableError', /in use/]]) {
        await page.evaluate((wanted) => {
          navigator.mediaDevices.getUserMedia = async () => {
            throw new DOMException('', wanted);
          };
        }, name);
        await page.getByRole('button', { name: /^Call( again)?$/ }).click();
        await page.getByRole('alert').filter({ hasText: words }).waitFor();
      }
      await look(page, 'problem');
    });
    gateway.stop();
  },

  async 'a token is asked for, and taken'() {
    const gateway = await startGateway('--token', 'sesame-sesame-sesame');
    await withPage(null, {}, async (page) => {
      const without = page.getByRole('button', { name: 'Call without a microphone' });
      await page.goto(gateway.url);
      await without.click();
      await page.getByRole('alert').filter({ hasText: 'with a token' }).waitFor();
      await page.keyboard.type('wrong');
      await without.click();
      await page.getByRole('alert').filter({ hasText: 'does not take this token' }).waitFor();
      await page.getByLabel('Token').fill('sesame-sesame-sesame');
      await without.click();
      await page.getByText('Hello, how can I help?').waitFor();
    });
    gateway.stop();
  },

  async 'busy lines and a gateway that is gone are told'() {
    const gateway = await startGateway('--lines', '0');
    await withPage(null, {}, async (page) => {
      await page.goto(gateway.url);
      await page.getByRole('button', { name: 'Call without a microphone' }).click();
      await page.getByRole('alert').filter({ hasText: 'All lines are busy' }).waitFor();
      await gateway.kill();
      await page.getByRole('button', { name: 'Call without a microphone' }).click();
      await page.getByRole('alert').filter({ hasText: 'does not answer' }).waitFor();
    });
  },
};

async function axe(page) {
  const source = await readFile(values.axe, 'utf8');
  await page.evaluate(source);
  for (const scheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme: scheme });
    const { violations, passes } = await page.evaluate(() => globalThis.axe.run());
    console.log(`     axe, ${scheme}: ${passes.length} rules hold, ${violations.length} do not`);
    assert.deepEqual(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]), []);
  }
}

let failed = 0;
let tried = 0;
for (const [name, check] of Object.entries(cases).filter(([name]) => name.includes(values.only))) {
  tried++;
  try {
    await check();
    console.log(`ok   ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAIL ${name}\n     ${String(error?.message ?? error).replace(/\n/g, '\n     ')}`);
  }
}
console.log(`screenshots in ${shots}`);
console.log(`${tried - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
