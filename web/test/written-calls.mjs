/** What a reader finds in a report of calls that the program itself wrote, recordings included, by claim. */
import assert from 'node:assert/strict';
import { join } from 'node:path';

const calls = ({ scenarios }) => scenarios.filter(({ voice }) => voice);
const now = (page) => page.getByRole('slider', { name: 'Cursor in the call' }).getAttribute('aria-valuenow').then(Number);

async function openCall(page, address, { id }) {
  await page.goto(`${address}#/s/${encodeURIComponent(id)}`);
  await page.waitForSelector('.lanes .cursor');
  await page.waitForSelector('.lanes path[fill="var(--user)"][opacity]');  // its wave
}

export const writtenCallCases = {
  'every call shows its turns at the times of the result': async (page, { address, result, shots }) => {
    assert.ok(calls(result).length > 0, 'this run has no call');
    for (const scenario of calls(result)) {
      await openCall(page, address, scenario);
      const { turns, utterances } = scenario.voice.call;
      const starts = [...turns.map((turn) => turn.start_s), ...utterances.filter(({ sent }) => sent).map(({ voiced, start_s }) => voiced[0]?.[0] ?? start_s)];
      const shown = await page.locator('.talk .at').allTextContents();
      assert.deepEqual(shown, starts.sort((a, b) => a - b).map((start) => start.toFixed(2)), scenario.id);
      await page.screenshot({ path: join(shots, `written-call-${calls(result).indexOf(scenario)}.png`), fullPage: true });
    }
  },

  'every measure of the result says what it means': async (page, { address, result }) => {
    for (const scenario of calls(result)) {
      await openCall(page, address, scenario);
      const rows = page.locator('.measures tbody tr');
      assert.ok((await rows.count()) >= Object.keys(scenario.voice.measures.figures).length);
      assert.deepEqual(await rows.filter({ hasNot: page.locator('details') }).allTextContents(), []);
    }
  },

  'every recording in the page plays, whole and one side alone': async (page, { address, result }) => {
    for (const scenario of calls(result)) {
      await openCall(page, address, scenario);
      assert.match(await page.locator('.call-note').innerText(), /^Opus, \d+\skB, in this page; recorded as /);
      await page.getByRole('button', { name: 'Play', exact: true }).click();
      await page.waitForFunction(() => !document.querySelector('.call-clock').textContent.startsWith('0:00.0'));
      await page.keyboard.press('u');
      const before = await page.locator('.call-clock').textContent();
      await page.waitForFunction((old) => document.querySelector('.call-clock').textContent !== old, before);
      await page.locator('.talk .at').last().click();
      await page.waitForFunction(() => document.querySelector('.talk li:last-child').classList.contains('now'));
      await page.keyboard.press('Space');
      assert.ok((await now(page)) >= scenario.voice.call.turns.at(-1).start_s - 0.1);
      assert.equal(await page.locator('.call .notice').count(), 0);
    }
  },
};
