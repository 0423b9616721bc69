/** What a reader does with the report, by claim. Each gets a fresh page and the addresses of the reports. */
import assert from 'node:assert/strict';

const FAILED = 'refund outside the window is refused';
const LONG = 'long complaint with emoji and markup';

const scenario = (id, rest = '') => `#/s/${encodeURIComponent(id)}${rest}`;
const names = (page) => page.locator('.list tr[data-o] a.n').allTextContents();
const hash = (page) => page.evaluate(() => location.hash);
const selected = (page) => page.locator('.talk li.on .i').first().textContent();

async function openRun(page, address, at = '#/run') {
  await page.goto(address + at);
  await page.waitForSelector('.list a.n, .nothing');
}

async function openScenario(page, address, id, rest) {
  await page.goto(address + scenario(id, rest));
  await page.waitForSelector('.talk li');
}

export const cases = {
  'the first line answers, the worst scenario comes first': async (page, { small }) => {
    await openRun(page, small);
    assert.equal(await page.locator('h1').textContent(), '5 of 14 passed, 4 failed, 3 error, 1 inconclusive, 1 not run');
    const found = await names(page);
    assert.equal(found.length, 14);
    assert.equal(found[0], FAILED);
    const outcomes = await page.locator('.list tr[data-o]').evaluateAll((rows) => rows.map((row) => row.dataset.o));
    assert.deepEqual([...new Set(outcomes)], ['failed', 'error', 'inconclusive', 'not_run', 'passed']);
    assert.match(await page.locator('.strip').innerText(), /5 of 9[\s\S]*27–81[\s\S]*n = 46[\s\S]*p95/);
  },

  'filters keep their scenarios, lie in the address and survive a reload': async (page, { small }) => {
    await openRun(page, small);
    await page.getByRole('button', { name: /^Failed/ }).click();
    assert.equal((await names(page)).length, 4);
    assert.equal(await hash(page), '#/run?show=failed');
    await page.reload();
    await page.waitForSelector('.list a.n');
    assert.equal((await names(page)).length, 4);
    await page.locator('.list a.n').first().click();
    await page.waitForSelector('.rail');
    assert.equal(await page.locator('.rail li a').count(), 4);
    await page.keyboard.press('Escape');
    assert.equal(await hash(page), '#/run?show=failed');
  },

  'search finds facts and spoken words, and says when nothing is left': async (page, { small }) => {
    await openRun(page, small);
    await page.keyboard.press('/');
    await page.waitForFunction(() => document.activeElement?.tagName === 'INPUT');  // on a busy machine the focus comes later than the next key
    await page.keyboard.type('smokes');
    await page.waitForFunction(() => document.querySelectorAll('.list tr[data-o]').length === 1);
    assert.deepEqual(await names(page), [LONG]);
    await page.keyboard.type(' no such word');
    await page.waitForSelector('.nothing');
    await page.getByRole('button', { name: 'Show all 14' }).click();
    assert.equal((await names(page)).length, 14);
  },

  'a scenario opens and shows its verdict, criteria, checks and conversation': async (page, { small }) => {
    await openRun(page, small);
    await page.getByRole('link', { name: FAILED, exact: true }).click();
    await page.waitForSelector('.talk li');
    assert.match(await page.locator('.verdict').innerText(), /Failed[\s\S]*limit 30 days[\s\S]*support\.yaml:33[\s\S]*seed 4711/);
    const states = await page.locator('.crit li').evaluateAll((items) => items.map((item) => item.className));
    assert.deepEqual(states, ['failed', 'failed', 'passed']);
    const checks = await page.locator('.checks tbody tr').evaluateAll((rows) => rows.map((row) => row.className));
    assert.deepEqual(checks, ['fails', 'fails', 'holds']);
    assert.equal(await page.locator('.talk li.user').count(), 3);
    assert.ok((await page.locator('.talk').innerText()).includes('after 0.81\u00a0s'));
    assert.equal(await page.locator('.histogram circle').count(), 5);
  },

  'whose fault it was stands in the table and on the page, with evidence that leads to its message': async (page, { small }) => {
    await openRun(page, small);
    const row = page.locator('.list tr[data-o]').filter({ hasText: '[persona=rude] row 2' });
    assert.match(await row.locator('.c-blame').innerText(), /Simulated user\s+spoiled/);
    assert.match(await page.locator('.strip').innerText(), /5 of 8 without 1 spoiled \(31–86\)/);
    await openScenario(page, small, FAILED);
    assert.match(await page.locator('.fault').innerText(), /by rule[\s\S]*Agent/);
    await page.locator('.fault a').first().click();
    assert.equal(await selected(page), '5');
    assert.equal(await page.locator('.verdict .tag', { hasText: 'spoiled' }).count(), 0);
  },

  'evidence lights its message when pointed at or focused, and leads to it': async (page, { small }) => {
    await openScenario(page, small, FAILED);
    const link = page.locator('.crit li').first().locator('a').first();
    const index = await link.textContent();
    await link.hover();
    assert.equal(await page.locator('.talk li.lit .i').textContent(), index);
    await page.mouse.move(1, 1);
    assert.equal(await page.locator('.talk li.lit').count(), 0);
    await link.focus();
    assert.equal(await page.locator('.talk li.lit .i').textContent(), index);
    await link.click();
    assert.equal(await selected(page), index);
    assert.equal(await hash(page), scenario(FAILED, `/m/${index}`));
    await page.reload();
    await page.waitForSelector('.talk li.on');
    assert.equal(await selected(page), index);
  },

  'a tool call stands on one line and opens by click': async (page, { small }) => {
    await openScenario(page, small, FAILED);
    const call = page.locator('.talk .call').first();
    assert.match(await call.textContent(), /^lookup_order \{"order":"A-2210"\} → /);
    assert.ok((await call.boundingBox()).height < 30);
    await call.click();
    assert.match(await page.locator('.talk pre').first().textContent(), /"bought": "2025-10-02"/);
  },

  'keys move, find problems, open, go back, and can be switched off': async (page, { small }) => {
    await openRun(page, small);
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    await page.waitForFunction((name) => document.activeElement?.textContent === name, FAILED);
    await page.keyboard.press('Enter');
    await page.waitForSelector('.talk li');
    await page.keyboard.press('n');
    assert.equal(await selected(page), '1');
    await page.keyboard.press('n');
    assert.equal(await selected(page), '5');
    await page.keyboard.press('j');
    assert.equal(await selected(page), '7');
    await page.keyboard.press('p');
    assert.equal(await selected(page), '5');
    await page.keyboard.press('?');
    await page.getByLabel('Use single keys').uncheck();
    await page.keyboard.press('Escape');
    await page.keyboard.press('j');
    assert.equal(await selected(page), '5');
    assert.match(await hash(page), /^#\/s\//);
  },

  'what people wrote is text, never markup': async (page, { small }) => {
    await openScenario(page, small, LONG);
    const first = await page.locator('.talk li .x').first().textContent();
    assert.ok(first.includes('<b>not</b> "ok" </script>'), first);
    assert.equal(await page.locator('main b, main script').count(), 0);
    assert.match(await page.locator('.back').innerText(), /Rolled back[\s\S]*this line was taken back/);
  },

  'addresses that lead nowhere say so': async (page, { small }) => {
    await page.goto(`${small}#/s/gone`);
    assert.match(await page.locator('main').innerText(), /no such scenario[\s\S]*“gone” is not in this run/);
    await page.goto(`${small}#/nowhere`);
    assert.match(await page.locator('main').innerText(), /no such page/);
    await page.getByRole('link', { name: 'All scenarios of this run' }).click();
    await page.waitForSelector('.list a.n');
    await openScenario(page, small, FAILED, '/m/99');
    assert.match(await page.locator('main').innerText(), /There is no message 99/);
  },

  'a file without a run, with a newer, foreign or torn one says what to do': async (page, { blank, empty, newer, foreign, torn }) => {
    const text = async (address) => {
      await page.goto(address);
      return page.locator('body').innerText();
    };
    assert.match(await text(blank), /No runs yet\.[\s\S]*antiphon run suites/);
    assert.match(await text(empty), /No runs yet\./);
    assert.match(await text(newer), /antiphon\.result\/9[\s\S]*5 of 14 passed/);
    assert.match(await text(foreign), /cannot be shown[\s\S]*Write the report again/);
    assert.match(await text(torn), /cannot be read[\s\S]*Write the report again/);
  },

  'a scenario whose detail is damaged keeps its verdict': async (page, { damaged }) => {
    await page.goto(damaged + scenario(FAILED));
    await page.waitForSelector('.notice');
    assert.match(await page.locator('main').innerText(), /Failed[\s\S]*limit 30 days[\s\S]*could not be read/);
  },

  'a thousand scenarios draw a window, are all found, and all printed': async (page, { big }) => {
    await openRun(page, big);
    const drawn = await page.locator('.list tr[data-o]').count();
    assert.ok(drawn < 120, `${drawn} rows drawn`);
    assert.equal(await page.locator('.list').getAttribute('aria-rowcount'), '1001');
    await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
    await page.waitForSelector('tr[aria-rowindex="1001"]');
    await page.locator('.find input').fill('flaky #992');
    await page.waitForFunction(() => document.querySelectorAll('.list tr[data-o]').length === 1);
    await page.locator('.find input').fill('');
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
    assert.equal(await page.locator('.list tr[data-o]').count(), 1000);
    await page.evaluate(() => dispatchEvent(new Event('afterprint')));
    assert.ok((await page.locator('.list tr[data-o]').count()) < 120);
  },

  'a conversation of thousands draws a window and still leads to any message': async (page, { big }) => {
    await page.goto(`${big}${scenario('refund inside the window #0', '/m/2500')}`);
    await page.waitForSelector('.talk li.on');
    assert.equal(await selected(page), '2500');
    await page.waitForFunction(() => {
      const { top, bottom } = document.querySelector('.talk li.on').getBoundingClientRect();
      return top >= 0 && bottom <= innerHeight;
    });
    assert.ok((await page.locator('.talk li').count()) < 160);
  },
};
