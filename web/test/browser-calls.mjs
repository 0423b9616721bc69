/** What a reader does with a spoken conversation, by claim. */
import assert from 'node:assert/strict';
import { LONG_CALL, SPOKEN } from './spoken.mjs';

const at = (id, rest = '') => `#/s/${encodeURIComponent(id)}${rest}`;
const hash = (page) => page.evaluate(() => location.hash);
const clock = (page) => page.locator('.call-clock').innerText();
const slider = (page) => page.getByRole('slider', { name: 'Cursor in the call' });
const now = (page) => slider(page).getAttribute('aria-valuenow').then(Number);

async function openCall(page, address, id = SPOKEN, rest = '') {
  await page.goto(address + at(id, rest));
  await page.waitForSelector('.lanes .cursor');
  await page.waitForSelector('.talk li');
}

/** The browser's own players, however they were made. */
async function watchPlayers(page) {
  await page.addInitScript(() => {
    globalThis.players = [];
    const Real = globalThis.Audio;
    globalThis.Audio = function () {
      const audio = new Real();
      globalThis.players.push(audio);
      return audio;
    };
  });
}

export const callCases = {
  'a call shows lanes with words, brackets, cut-ins, tools, fates and problems': async (page, { spoken }) => {
    await openCall(page, spoken);
    const lanes = await page.locator('.lanes').textContent();
    for (const text of ['User', 'Agent', 'Tools', 'cut-in', 'over 2.00\u00a0s, did not stop', '1.00\u00a0s', 'held', 'keys 42#', 'agent hung up', 'find_slots 0.90\u00a0s']) assert.ok(lanes.includes(text), `${text} in ${lanes}`);
    assert.ok(!lanes.includes('Never said'));
    assert.equal(await page.locator('.lanes .badge').count(), 2);
    assert.match(await page.locator('.legend').innerText(), /spoken after the limit[\s\S]*both speaking/);
    await page.keyboard.press('+');
    await page.keyboard.press('+');
    await page.keyboard.press('+');
    await page.waitForSelector('.lanes .word');
    await page.keyboard.press('0');
    assert.equal(await page.locator('.lanes .word').count(), 0);
  },

  'a call without motion or sight is a slider and a table': async (page, { spoken }) => {
    await openCall(page, spoken);
    await slider(page).focus();
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('ArrowLeft');
    assert.equal(await now(page), 2.9);
    assert.equal(await slider(page).getAttribute('aria-valuetext'), '2.90 seconds, user, answered after 1.00\u00a0s: I need <b>Tuesday</b>, please.');
    await page.getByText('As a table').click();
    await page.waitForSelector('.happenings tbody tr');
    const rows = await page.locator('.happenings tbody tr').allInnerTexts();
    assert.match(rows[0], /^0\.50\s+1\.50\ss\s+Agent\s+own initiative\s+Brookside Clinic\.$/);
    assert.ok(rows.some((row) => /15\.00\s+1\.00\ss\s+User\s+speaks, held\s+Hello\?/.test(row)), rows.join('\n'));
    assert.ok(rows.some((row) => /Problem\s+number 1\s+the agent went on for 2\.60 s/.test(row)), rows.join('\n'));
    await page.getByRole('button', { name: 'go to 15.00' }).click();
    assert.equal(await now(page), 15);
  },

  'the recording plays, everything follows, and a click on a time plays from there': async (page, { spoken }) => {
    await watchPlayers(page);
    await openCall(page, spoken);
    assert.equal(await clock(page), '0:00.00 / 0:20.00');
    assert.equal(await page.evaluate(() => players.length), 0); // loaded when it is asked for
    await page.getByRole('button', { name: 'play from 10.00' }).click();
    await page.waitForFunction(() => players[0]?.currentTime > 10.2 && !players[0].paused);
    assert.match(await page.locator('.talk li.now').innerText(), /Thursday it is/);
    await page.keyboard.press('Space');
    assert.ok(await page.evaluate(() => players[0].paused));
    const time = await now(page);
    assert.ok(Math.abs(time - (await page.evaluate(() => players[0].currentTime))) < 0.1);
    await page.getByLabel('Speed').selectOption('1.5');
    assert.equal(await page.evaluate(() => players[0].playbackRate), 1.5);
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    await page.waitForFunction((from) => players[0].currentTime > from + 0.2, time);
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.waitForFunction(() => location.hash.endsWith(`/t/${document.querySelector('.lanes').getAttribute('aria-valuenow')}`));
    await page.reload();
    await page.waitForSelector('.talk li.now').catch(async () => assert.fail(`nothing is marked at ${page.url()}: ${await page.locator('body').innerText()}`));
    assert.ok(Math.abs((await now(page)) - time) < 3);
  },

  'the last second ends the play, and play begins again': async (page, { spoken }) => {
    await watchPlayers(page);
    await openCall(page, spoken, SPOKEN, '/t/19.8');
    await page.keyboard.press('Space');
    await page.waitForFunction(() => players[0]?.ended);
    await page.getByRole('button', { name: 'Play', exact: true }).waitFor();
    assert.equal(await now(page), 20);
    await page.keyboard.press('Space');
    await page.waitForFunction(() => players[0].currentTime > 0.1 && players[0].currentTime < 5);
  },

  'one side is heard alone': async (page, { spoken }) => {
    await watchPlayers(page);
    await page.addInitScript(() => {
      const connect = AudioNode.prototype.connect;
      globalThis.meters = [];
      AudioNode.prototype.connect = function (to, ...rest) {
        if (to instanceof AudioDestinationNode) {
          const split = this.context.createChannelSplitter(2);
          connect.call(this, split);
          globalThis.meters = [0, 1].map((channel) => {
            const meter = this.context.createAnalyser();
            connect.call(split, meter, channel);
            return meter;
          });
          globalThis.loudness = () => globalThis.meters.map((meter) => {
            const values = new Float32Array(meter.fftSize);
            meter.getFloatTimeDomainData(values);
            return Math.max(...values.map(Math.abs));
          });
        }
        return connect.call(this, to, ...rest);
      };
    });
    await openCall(page, spoken, SPOKEN, '/t/10.05');
    await page.keyboard.press('a'); // the tone is the user's from an even second on
    await page.keyboard.press('Space');
    await page.waitForFunction(() => loudness().every((loud) => loud > 0.1));
    await page.waitForFunction(() => players[0].currentTime > 11.2);
    await page.waitForFunction(() => players[0].currentTime > 11.9 || loudness().every((loud) => loud < 0.01));
    assert.ok((await page.evaluate(() => players[0].currentTime)) < 11.9, 'the agent is heard, too');
    assert.equal(await page.getByRole('button', { name: 'Agent', exact: true }).getAttribute('aria-pressed'), 'false');
  },

  'a recording beside the page plays, and its sides cannot be parted': async (page, { spoken }) => {
    await watchPlayers(page);
    await openCall(page, spoken, 'beside');
    assert.match(await page.locator('.call-note').innerText(), /recordings\/short one\.wav, beside this page/);
    await page.keyboard.press('Space');
    await page.waitForFunction(() => players[0]?.currentTime > 0.2);
    assert.ok(await page.getByRole('button', { name: 'User', exact: true }).isDisabled());
  },

  'a recording that is missing says so, and the rest works': async (page, { spoken }) => {
    await openCall(page, spoken, 'gone');
    assert.match(await page.locator('.call .notice').innerText(), /cannot be played: recordings\/short\.wav is not there/);
    assert.ok(await page.getByRole('button', { name: 'Play', exact: true }).isDisabled());
    assert.match(await page.locator('.lanes').textContent(), /No waveform: the recording is missing/);
    await page.getByRole('button', { name: 'play from 5.00' }).click();
    assert.equal(await now(page), 5);
  },

  'messages, checks and problems move the cursor': async (page, { spoken }) => {
    await openCall(page, spoken, SPOKEN, '/m/4');
    assert.equal(await now(page), 10);
    await page.keyboard.press('k');
    assert.equal(await now(page), 7);
    await page.locator('.checks').getByRole('button', { name: 'go to 16.00' }).click(); // the run began half a second before the call
    assert.equal(await now(page), 16);
    await page.locator('.call-bar .problem').first().click();
    assert.equal(await now(page), 7);
    await page.locator('.checks a', { hasText: 'message 2' }).click();
    assert.equal(await now(page), 5);
    const talk = await page.locator('.talk').innerText();
    assert.match(talk, /after 1\.00\ss/);
    assert.match(talk, /cut off/);
    assert.match(talk, /Thursday it is\.[\s\S]*its own words: Thursday, it is!/);
  },

  'a message that is pointed at elsewhere is lit in the lanes': async (page, { spoken }) => {
    await openCall(page, spoken);
    const lit = page.locator('.lanes > path').first();
    assert.equal(await lit.getAttribute('d'), '');
    await page.locator('.checks a', { hasText: 'message 2' }).hover();
    await page.waitForFunction(() => document.querySelector('.lanes > path').getAttribute('d').startsWith('M'));
    assert.match(await page.getByRole('region', { name: 'Response latency, heard' }).innerText(), /Greeting, apart\s+0\.50/);
  },

  'the pointer seeks, pans and zooms': async (page, { spoken }) => {
    await openCall(page, spoken);
    const box = await page.locator('.lanes').boundingBox();
    const range = () => page.locator('.range').textContent();
    await page.mouse.click(box.x + box.width / 2, box.y + 100);
    assert.ok(Math.abs((await now(page)) - 10) < 1.5);
    const before = await range();
    await page.mouse.move(box.x + box.width / 2, box.y + 100);
    await page.keyboard.down('Control');
    await page.mouse.wheel(0, -400);
    await page.keyboard.up('Control');
    await page.waitForFunction((old) => document.querySelector('.range').textContent !== old, before);
    const zoomed = await range();
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2 - 200, box.y + 100, { steps: 4 });
    await page.mouse.up();
    assert.notEqual(await range(), zoomed);
    assert.ok(Math.abs((await now(page)) - 10) < 1.5, 'dragging moved the cursor');
    await page.mouse.move(box.x + 300, box.y + 120);
    assert.match(await page.locator('.readout').innerText(), /^\d+\.\d\d .+/);
    await page.getByRole('button', { name: /^Whole call/ }).click();
    assert.match(await range(), /^0\.00–20\.00/);
  },

  'measures stand with their n, and what was not measured says so': async (page, { spoken }) => {
    await openCall(page, spoken);
    const rows = await page.locator('.sec > .measures tbody tr').allInnerTexts();
    const row = (name) => rows.find((text) => text.startsWith(name)) ?? rows.join('\n');
    assert.match(row('Left unanswered'), /\s1\s+4$/);
    assert.match(row('Stopped for nothing'), /not measured/);
    assert.match(row('Cut-in to silence'), /2\.00\ss, 1\sof them only known to be more/);
    assert.match(row('Claimed: asr'), /p50 0\.12\ss/);
    assert.equal(await page.locator('.peers h3').textContent(), 'As others define it');
    await page.locator('.peers > summary').click();
    assert.match(await page.locator('.peers tbody').innerText(), /peer\/9 something new\s+3\s+2/);
    await page.locator('.measures summary', { hasText: 'Both speaking' }).click();
    assert.match(await page.locator('.measures').first().innerText(), /seconds in which both are voiced/);
  },

  'an hour is drawn with few elements, and stays so while it is moved': async (page, { spoken }) => {
    await openCall(page, spoken, LONG_CALL);
    const count = () => page.locator('.call *').count();
    assert.ok((await count()) < 500, `${await count()} elements`);
    await page.getByRole('button', { name: /^Whole call/ }).click();
    assert.ok((await count()) < 500, `${await count()} elements of the whole call`);
    const longest = await page.evaluate(() => Math.max(...[...document.querySelectorAll('.call path')].map((path) => path.getAttribute('d').length)));
    assert.ok(longest < 60_000, `a path of ${longest} characters`);
    await openCall(page, spoken, LONG_CALL, '/m/700');
    assert.equal(await now(page), 2800);
    assert.ok((await page.locator('.talk li').count()) < 160);
    await page.waitForFunction(() => /Question number 350/.test(document.querySelector('.talk li.now')?.textContent ?? ''));
  },

  'nothing of it is markup': async (page, { spoken }) => {
    await openCall(page, spoken);
    await page.getByText('As a table').click();
    await page.waitForSelector('.happenings tbody tr');
    assert.equal(await page.locator('.call b').count(), 0);
  },

  'the run shows calls in time': async (page, { spoken }) => {
    await page.goto(`${spoken}#/run`);
    await page.waitForSelector('.list a.n');
    assert.match(await page.locator('.lane-strip').first().getAttribute('aria-label'), /^call of 20\.00/);
    assert.match(await page.locator('.strip').innerText(), /Response, heard/);
  },
};
