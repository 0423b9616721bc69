/** What a reader does with the report, by claim. Each gets a fresh page and the addresses of the reports. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

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
    assert.match(await page.locator('.faults .at-fault').innerText(), /Agent[\s\S]*by rule/);
    assert.equal(await page.locator('.faults > ul > li.not_checked').count(), 5); // this result says nothing of the others
    await page.locator('.faults a').first().click();
    assert.equal(await selected(page), '5');
    assert.equal(await page.locator('.verdict .tag', { hasText: 'spoiled' }).count(), 0);
  },

  'the fault strip tells an audit from a rule, and why the others are clear or not checked': async (page, { rich }) => {
    await openScenario(page, rich, FAILED);
    const [first, ...others] = await page.locator('.faults > ul > li').allInnerTexts();
    assert.match(first, /Agent[\s\S]*by audit, the likeliest reading[\s\S]*The rules said so, too: not met: tone/);
    assert.match(others[0], /Simulated user[\s\S]*clear[\s\S]*kept its brief in 3 lines/);
    assert.match(others[2], /Provider[\s\S]*not checked/);
    assert.equal(others.length, 5);
  },

  'attempts, replaced ones, notices, votes and what the user wanted are shown': async (page, { rich }) => {
    await openScenario(page, rich, 'refund inside the window');
    const verdict = await page.locator('.verdict').innerText();
    assert.match(verdict, /Attempt 1: Error, spoiled by the provider and made again in its place[\s\S]*answered 503/);
    assert.match(verdict, /Attempt 2: Failed\. spoke of store credit[\s\S]*attempt 3[\s\S]*\$0\.021[\s\S]*exit code 1/);
    await openScenario(page, rich, FAILED);
    assert.match(await page.locator('.votes').innerText(), /openai\/<b>one<\/b> too late\s+openai\/two in time/);
    await openScenario(page, rich, 'every locale, en-GB [persona=rude] row 2');
    assert.match(await page.locator('.wants').innerText(), /status: shipped[\s\S]*arrival: no answer/);
  },

  'repeats, replaced attempts, cost and the range over user models stand on the run page': async (page, { rich, small }) => {
    await openRun(page, rich);
    const strip = await page.locator('.strip').innerText();
    assert.match(strip, /pass@1 55[\s\S]*pass\^3 40[\s\S]*1 flaky[\s\S]*1\s+spoiled attempt replaced \(provider 1\)/);
    assert.match(strip, /Cost\s+\$0\.052/);
    const players = await page.locator('.players').innerText();
    assert.match(players, /61\s%\s+to\s+78\s%, 1 of 12\s+scenarios depend on it, 2 left out/);
    assert.match(players, /openai\/gpt-4\.1-mini\s+78\s%\s+49–93\s+12\s+1/);
    await openRun(page, small);
    assert.equal(await page.locator('.players').count(), 0);
  },

  'people label criteria, disagreement is named, and labels are exported with their history': async (page, { small }) => {
    await openScenario(page, small, FAILED);
    const first = page.locator('.crit > li').first();
    const words = await first.locator('.q').textContent();
    await page.keyboard.press('l');
    await page.waitForSelector('.label-form');
    await page.getByRole('button', { name: 'Save' }).click();
    assert.match(await page.locator('.label-form [role=alert]').innerText(), /Choose a verdict/);
    await page.getByLabel('Met', { exact: true }).check();
    await page.getByRole('button', { name: 'Save' }).click();
    assert.match(await page.locator('.label-form [role=alert]').innerText(), /Say who labels/);
    await page.getByLabel('Author').fill('Ann <b>');
    await page.getByLabel('Reason').fill('the limit is "30 days"');
    await page.getByRole('button', { name: 'Save' }).click();
    assert.match(await first.locator('.labels').innerText(), /Ann <b>: met disagrees with the judge[\s\S]*the limit is "30 days"/);
    const summary = page.getByRole('region', { name: 'Labels and notes' });
    assert.match(await summary.innerText(), /0 of 1\s+label of this run’s criteria agree with the judge[\s\S]*this browser only/);
    await page.reload();
    await page.waitForSelector('.labels');
    await first.getByRole('button', { name: /^Label/ }).click();
    await page.getByLabel('Not met', { exact: true }).check();
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => /before: met/.test(document.querySelector('.labels')?.textContent ?? ''));
    assert.equal(await first.locator('.labels strong').count(), 0);
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: /^Export 2/ }).click()]);
    const file = JSON.parse(await readFile(await download.path(), 'utf8'));
    assert.equal(file.antiphon_labels, 1);
    assert.deepEqual(file.labels.map((label) => [label.criterion, label.verdict, label.author]), [[words, 'passed', 'Ann <b>'], [words, 'failed', 'Ann <b>']]);
    assert.match(file.labels[0].batch_id, /^batch_/);
    assert.match(file.labels[0].run_id, /^run_/);
    assert.match(file.labels[0].at, /^\d{4}-\d\d-\d\dT.*Z$/);
  },

  'a run as a whole is labelled, too, and the run page counts labels': async (page, { small }) => {
    await openScenario(page, small, FAILED);
    const whole = page.getByRole('region', { name: 'Labels and notes' });
    await whole.getByRole('button', { name: 'Label: the run as a whole' }).click();
    await whole.getByLabel('Not met', { exact: true }).check();
    await whole.getByLabel('Author').fill('Bo');
    await whole.getByRole('button', { name: 'Save' }).click();
    await page.waitForSelector('.labels');
    assert.match(await whole.innerText(), /Bo: not met/);
    assert.doesNotMatch(await whole.innerText(), /disagrees|agree with the judge/);
    await page.keyboard.press('Escape');
    await page.waitForSelector('.list a.n');
    const batch = page.locator('.aside').filter({ hasText: /1\s+label\s+on 1\s+run by one person/ });
    await batch.locator('summary').click();
    const [download] = await Promise.all([page.waitForEvent('download'), batch.getByRole('button', { name: /^Export 1/ }).click()]);
    const { labels } = JSON.parse(await readFile(await download.path(), 'utf8'));
    assert.deepEqual(labels.map((label) => [label.criterion, label.verdict]), [[null, 'failed']]);
  },

  'what never began has nothing to label': async (page, { small }) => {
    await openRun(page, small);
    await page.locator('.list tr[data-o="not_run"] a.n').click();
    await page.waitForSelector('.verdict');
    await page.keyboard.press('l');
    assert.equal(await page.locator('.label-form, button[aria-label^="Label"]').count(), 0);
  },

  'earlier attempts open with what was said in them, and as text': async (page, { rich }) => {
    await openScenario(page, rich, 'refund inside the window');
    const attempts = page.getByRole('region', { name: 'Earlier attempts' });
    assert.match(await attempts.innerText(), /Attempt 1: Error, provider at fault\s*replaced[\s\S]*Attempt 2: Failed/);
    await attempts.locator('summary').nth(1).click();
    await attempts.locator('.talk li').first().waitFor();
    assert.match(await attempts.locator('.talk').innerText(), /only <i>store credit<\/i>/);
    assert.equal(await attempts.locator('.talk a').count(), 0); // numbers are those of the attempt that counts
  },

  'how well the judge agrees with people stands beside its verdict, and what it is not heard with': async (page, { rich }) => {
    await openScenario(page, rich, FAILED);
    const [first, second] = await page.locator('.crit > li').allInnerTexts();
    assert.match(first, /judge κ 0\.62 \(0\.31 to 0\.88\), agrees with people in 18 of 22; 4\s+labels of another judge left out/);
    assert.match(second, /The judge said “not met” and is not heard[\s\S]*κ must be 0\.40[\s\S]*judge κ −0\.10/);
  },

  'what each model used and cost is told by role': async (page, { rich, small }) => {
    await openScenario(page, rich, FAILED);
    const models = page.getByRole('region', { name: 'Models' });
    assert.match(await models.innerText(), /5\s+calls, \$0\.031[\s\S]*user openai\/gpt-4\.1-mini\s+3\s+1.200\s+800\s+90\s+–\s+\$0\.011[\s\S]*judge rules:<b>\s+2\s+400\s+–\s+60\s+40\s+–/);
    await openScenario(page, small, FAILED);
    assert.equal(await page.locator('.usage').count(), 0);
  },

  'notices stand once on the run page with the scenarios that they are of': async (page, { rich, small }) => {
    await openRun(page, rich);
    const notices = page.locator('.notices');
    assert.match(await notices.innerText(), /1\s+notice[\s\S]*exit code 1 refund outside the window is refused and 1 more/);
    await notices.getByRole('link').click();
    await page.waitForSelector('.verdict .notice');
    await openRun(page, small);
    assert.equal(await page.locator('.notices').count(), 0);
  },

  'repeats name the scenarios that do not always pass, least reliable first': async (page, { rich }) => {
    await openRun(page, rich);
    const repeats = page.locator('.repeats');
    await repeats.locator('summary').click();
    assert.match(await repeats.innerText(), /1 of 3 scenarios never failed\s+pass\^1 55\s% of 9 \(27–81 %\)\s+pass\^3 40/);
    assert.deepEqual(await repeats.locator('tbody th').allTextContents(), ['rarely <b>', 'mostly']);
    assert.match(await repeats.locator('tbody tr').first().innerText(), /1 of 4\s+5–70 %\s+1/);
    assert.match(await page.locator('.hd').innerText(), /4 at once[\s\S]*spoiled runs do not decide the exit code/);
  },

  'Escape leaves a label form and nothing else, and no key acts while one types': async (page, { small }) => {
    await openScenario(page, small, FAILED);
    await page.keyboard.press('l');
    await page.getByLabel('Reason').focus();
    await page.keyboard.type('jnp?/l');
    assert.equal(await page.getByLabel('Reason').inputValue(), 'jnp?/l');
    await page.keyboard.press('Escape');
    assert.equal(await page.locator('.label-form').count(), 0);
    assert.match(await hash(page), /^#\/s\//);
    assert.equal(await page.locator('.label-sum').count(), 0);
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
