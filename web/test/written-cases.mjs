/** What a reader finds in a report that the program itself wrote, by claim: it is held against the result.json beside it. */
import assert from 'node:assert/strict';
import { join } from 'node:path';

const rows = (page) => page.locator('.list tr[data-o]');

async function openRun(page, address) {
  await page.goto(`${address}#/run`);
  await page.waitForSelector('.list a.n');
}

async function openScenario(page, address, { id, messages }) {
  await page.goto(`${address}#/s/${encodeURIComponent(id)}`);
  await page.waitForSelector(messages.length > 0 ? '.talk li' : '.verdict');
  assert.equal(await page.locator('main h1').textContent(), id);
}

const withoutBlanks = (text) => text.replace(/\s+/g, '');

const spoken = ({ messages }) =>
  messages.filter(({ role, content }) => ['user', 'assistant'].includes(role) && typeof content === 'string' && content !== '').map(({ content }) => content);

function inOrder(texts, whole) {
  let from = 0;
  for (const text of texts) {
    const at = whole.indexOf(text, from);
    assert.ok(at >= from, `after ${from} characters there is no ${JSON.stringify(text)}`);
    from = at + text.length;
  }
}

export const writtenCases = {
  'the run shows its summary and every scenario with its outcome': async (page, { address, result, shots }) => {
    await openRun(page, address);
    const { total, passed } = result.summary;
    const answer = total === passed ? `All ${total} passed` : `${passed} of ${total} passed`;
    assert.ok((await page.locator('h1').textContent()).startsWith(answer), answer);
    const shown = await rows(page).evaluateAll((all) => all.map((row) => `${row.dataset.o} ${row.querySelector('a.n').textContent}`));
    assert.deepEqual(shown.sort(), result.scenarios.map(({ outcome, id }) => `${outcome} ${id}`).sort());
    await page.screenshot({ path: join(shots, 'written-run.png'), fullPage: true });
  },

  'a click on a scenario opens its conversation': async (page, { address, result, shots }) => {
    await openRun(page, address);
    const scenario = result.scenarios.find((one) => spoken(one).length > 1);
    assert.ok(scenario, 'this run has no conversation');
    await page.getByRole('link', { name: scenario.id, exact: true }).click();
    await page.waitForSelector('.talk li');
    inOrder(spoken(scenario), await page.locator('.talk').textContent());
    assert.ok((await page.locator('.verdict').innerText()).toLowerCase().startsWith(scenario.outcome));
    await page.screenshot({ path: join(shots, 'written-scenario.png'), fullPage: true });
  },

  'every scenario shows its verdict, all that was said, its checks and its criteria': async (page, { address, result }) => {
    for (const scenario of result.scenarios) {
      await openScenario(page, address, scenario);
      assert.ok((await page.locator('.verdict').textContent()).includes(scenario.reasoning), scenario.id);
      if (scenario.messages.length === 0) continue; // it ended before anybody spoke
      inOrder(spoken(scenario), await page.locator('.talk').textContent());
      assert.equal(await page.locator('.talk li.user').count(), scenario.messages.filter(({ role }) => role === 'user').length, scenario.id);
      assert.equal(await page.locator('.checks tbody tr').count(), scenario.checks.length, scenario.id);
      const criteria = await page.locator('.crit li').evaluateAll((items) => items.map((item) => item.className));
      assert.deepEqual(criteria, scenario.criteria.map(({ status }) => status), scenario.id);
    }
  },

  'tool calls stand in the conversation and open': async (page, { address, result }) => {
    const called = ({ messages }) => messages.flatMap(({ tool_calls }) => tool_calls ?? []);
    const scenario = result.scenarios.find((one) => called(one).length > 0);
    assert.ok(scenario, 'this run called no tool');
    await openScenario(page, address, scenario);
    const [call] = called(scenario);
    const line = withoutBlanks(await page.locator('.talk .call').first().textContent());
    assert.ok(line.startsWith(withoutBlanks(call.function.name + call.function.arguments)), line);
    await page.locator('.talk .call').first().click();
    assert.ok((await page.locator('.talk pre').first().textContent()).trim().length > 0);
  },
};
