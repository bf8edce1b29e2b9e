// What a step shows: source, values, who waits for whom; and the picture of the whole.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { derive, on, shown, start, stop } from './browser.mjs';

before(start);
after(stop);

const count = (page, selector) => page.locator(selector).count();

test('stepping changes the source line and the wait-for graph', () => on('deadlock', {}, async (page) => {
  const list = page.getByRole('listbox');
  await list.press('Home');
  const first = await shown(page);
  assert.match(first.title, /step 1 of 5/);
  assert.match(first.row, /rent locks alice\.mutex/);
  assert.match(first.line, /lock_guard lock_from\(from\.mutex\)/);
  assert.deepEqual(first.waits, ['rent holds alice.mutex']);
  assert.deepEqual(first.nodes, ['rent', 'alice.mutex']);
  assert.deepEqual(first.edges, { wait: 0, bad: 0, hold: 1 });

  await list.press('ArrowDown');
  await list.press('ArrowDown');
  const third = await shown(page);
  assert.deepEqual(third.waits, ['refund waits for alice.mutex, held by rent, for ever', 'refund holds bob.mutex']);
  assert.deepEqual(third.edges, { wait: 0, bad: 1, hold: 2 });

  await list.press('ArrowDown');
  const fourth = await shown(page);
  assert.equal(fourth.waits.filter((w) => w.endsWith('for ever: a cycle')).length, 2);
  assert.deepEqual(fourth.nodes.sort(), ['alice.mutex', 'bob.mutex', 'refund', 'rent']);
  assert.equal(await count(page, '.graph .box.bad'), 2);

  await list.press('End');
  const last = await shown(page);
  assert.match(last.line, /rent\.join\(\)/);
  assert.match(last.number, /27/);
  assert.ok(last.waits.includes('main waits for the end of rent, for ever'));
  assert.deepEqual(last.edges, { wait: 0, bad: 3, hold: 2 });
  // All events end the same.
  await page.getByRole('button', { name: 'All 12 events' }).click();
  assert.deepEqual((await shown(page)).waits, last.waits);
}));

test('stepping changes the values', () => on('several', {}, async (page) => {
  await page.getByRole('button', { name: /All .* events/ }).click();
  const list = page.getByRole('listbox');
  await list.press('Home');
  const seen = new Map();
  for (let i = 0, last = ''; i < 60; ++i) {
    const now = await shown(page);
    if (now.title === last) break;
    last = now.title;
    for (const [name, value] of Object.entries(now.values)) seen.set(name, [...(seen.get(name) ?? []), value]);
    await list.press('ArrowDown');
  }
  assert.equal(seen.get('counter')[0], '0');
  assert.ok(seen.get('counter').includes('1 was 0'), 'the change is told');
  assert.equal(seen.get('counter').at(-1).split(' ')[0], '1');
  // What the library keeps for itself, and what has no name, is no value of the program's.
  for (const name of seen.keys()) assert.doesNotMatch(name, /std::thread|memory at/);
}));

test('a stale read is told from the value', () => on('stale', {}, async (page) => {
  const list = page.getByRole('listbox');
  await list.press('End');
  for (let i = 0; i < 12 && !(await shown(page)).values.data?.includes('older'); ++i) await list.press('ArrowUp');
  assert.match((await shown(page)).values.data, /^1 this step: 0, an older one$/);
  assert.ok(await count(page, '.arrow.rf') > 0, 'an arrow from the store to the load that reads it');
}));

test('bands and marks say without colour who holds, waits and is blocked', () => on('deadlock', {}, async (page) => {
  await page.getByRole('listbox').press('End');
  assert.equal(await count(page, '.rows .held'), 2);
  assert.equal(await count(page, '.rows .blocked'), 3);
  assert.deepEqual(await page.locator('text.never').allTextContents(), ['blocked', 'blocked', 'blocked']);
  assert.equal(await count(page, '.rows .node.stop'), 3);
  assert.match(await page.getByRole('list', { name: 'What the marks mean' }).innerText(), /is blocked for ever[\s\S]*holds a lock[\s\S]*waits for ever/);
}));

test('a thread waits while another holds what it wants', () => on('wakeup', {}, async (page) => {
  await page.getByRole('listbox').press('Home');
  assert.ok(await count(page, '.rows .wanted') >= 2);
  // Between all events: which steps are told, and so which arrows join two of them, is the report's choice.
  await page.getByRole('button', { name: /^All .* events$/ }).click();
  await page.getByRole('listbox').press('Home');
  assert.ok(await count(page, '.rows .arrow.hb') >= 3);
  await page.getByRole('button', { name: 'Steps that matter' }).click();
  await page.getByRole('listbox').press('t');
  const turn = await shown(page);
  assert.match(turn.row, /turning point/);
  assert.deepEqual(turn.waits, ['consumer_2 waits for queue.mutex_, held by consumer_1', 'main sleeps on queue.changed_, for ever']);
  assert.deepEqual(turn.edges, { wait: 1, bad: 1, hold: 1 });
}));

test('what nothing orders is marked', () => on('several', {}, async (page) => {
  await page.getByRole('button', { name: /^data-race/ }).first().click();
  assert.equal(await count(page, '.rows .unordered'), 1);
  assert.equal(await page.locator('.unordered-sign').textContent(), '≠');
}));

test('who waits when another bug ends the execution is not blocked for ever', () => on('publication', {}, async (page) => {
  assert.deepEqual((await shown(page)).waits, ['main waits for the end of t']);
  assert.equal(await count(page, '.rows .wanted'), 1);
  assert.equal(await count(page, '.rows .blocked, .never'), 0);
}));

test('threads that the steps do not tell of have no lane until all events are shown', () => on('several', {}, async (page) => {
  const lanes = () => page.locator('.lanes-head span').allTextContents();
  await page.getByRole('button', { name: /^data-race/ }).first().click();
  assert.deepEqual(await lanes(), ['one', 'two']);
  assert.match(await page.locator('.legend').innerText(), /1 more thread has no part in these steps/);
  await page.getByRole('button', { name: /All .* events/ }).click();
  assert.deepEqual(await lanes(), ['main', 'one', 'two']);
}));

test('what is left out and what repeats is told between the steps', async () => {
  await on('livelock', {}, async (page) => {
    await page.getByRole('listbox').press('Home');
    const strips = await page.locator('.strip').allTextContents();
    assert.ok(strips.some((s) => s.startsWith('… ')) && strips.some((s) => s.includes('repeats for ever')), strips.join());
    assert.ok(await count(page, '.row .num span') > 3);
  });
  await on('livelock', {}, async (page) => assert.match((await shown(page)).row, /repeats for ever/, 'it begins there'));
});

test('memory has a place of its own, and no thread is blocked by it', () => on('freed', {}, async (page) => {
  assert.match((await shown(page)).row, /t frees .*turning point/);
  assert.equal(await count(page, '.rows .node.bad, .rows .node.stop'), 0);
}));

test('both runs side by side, each with its cursor', () => on('wakeup', {}, async (page) => {
  await page.getByRole('button', { name: 'Side by side' }).click();
  const lists = page.getByRole('listbox');
  assert.equal(await lists.count(), 2);
  const boxes = [await lists.nth(0).boundingBox(), await lists.nth(1).boundingBox()];
  assert.ok(boxes[1].x >= boxes[0].x + boxes[0].width && Math.abs(boxes[1].y - boxes[0].y) < 2);
  const cursors = () => page.locator('.row[aria-selected="true"]').evaluateAll((rows) => rows.map((r) => r.id));
  const at = await cursors();
  assert.match((await shown(page)).title, /^Broken run/);
  await lists.nth(1).press('End');
  const then = await cursors();
  assert.equal(then[0], at[0]);
  assert.notEqual(then[1], at[1]);
  assert.match((await shown(page)).title, /^Passing run, step (\d+) of \1$/);
    assert.equal(await lists.nth(1).locator('.blocked').count(), 0, 'nobody is blocked in the run that passes');
  await lists.nth(0).press('Home');
  assert.match((await shown(page)).title, /^Broken run, step 1 of/);
}));

test('the words are there without the picture', () => on('deadlock', {}, async (page) => {
  const text = await page.locator('body').innerText();
  for (const words of ['Lock-order inversion on', 'Found in execution', 'Stopped at the first bug', 'mutual exclusion', 'circular wait',
    'What would have to be otherwise', 'it passes', 'Take the locks together', 'Breaks', 'Costs', 'lockstep replay']) {
    assert.ok(text.includes(words), words);
  }
  assert.ok(await count(page, 'pre .add') > 0 && await count(page, 'pre .del') > 0);
  for (const line of await page.locator('pre .add').allTextContents()) assert.ok(line.startsWith('+'));
}));

test('both accesses of a race, with locks and stacks', () => on('several', {}, async (page) => {
  await page.getByRole('button', { name: /^data-race/ }).first().click();
  const text = await page.locator('.causes').innerText();
  assert.match(text, /holding no lock/);
  assert.match(text, /No happens-before edge leads from/);
  assert.match(text, /several\.cpp:\d+/);
  assert.match(text, /started/, 'the output');
}));

test('several findings, one at a time', () => on('several', {}, async (page) => {
  const choices = page.getByRole('navigation', { name: 'Findings' }).getByRole('button');
  const many = await choices.count();
  assert.ok(many >= 3, 'two races and a deadlock');
  const titles = new Set();
  for (let i = 0; i < many; ++i) {
    await choices.nth(i).click();
    assert.equal(await choices.nth(i).getAttribute('aria-current'), 'true');
    titles.add(await page.locator('h1').innerText());
  }
  assert.equal(titles.size, many);
  await choices.filter({ hasText: 'deadlock' }).click();
  assert.ok(await count(page, '.rows .blocked') > 0);
}));

test('a passing search says how sure it is', () => on('pass', {}, async (page) => {
  assert.equal(await page.locator('h1').innerText(), 'No bug was found.');
  const text = await page.locator('body').innerText();
  assert.match(text, /Every execution of this program/);
  assert.match(text, /All \d+ executions explored/);
  assert.equal(await page.getByRole('listbox').count(), 0);
}));

test('what is not supported is named, with its place', () => on('unsupported', {}, async (page) => {
  const text = await page.locator('body').innerText();
  assert.match(text, /not supported/);
  assert.match(text, /system/);
  assert.match(text, /unsupported\.cpp:2/);
}));

test('a warning is called one', () => on('warning', {}, async (page) => {
  assert.match(await page.locator('header').innerText(), /pass[\s\S]*Warning: lock-order/);
}));

test('a finding without a recording has its words', async () => {
  await derive('several', 'unrecorded', (data) => { data.bugs[0].runs = []; });
  await on('unrecorded', {}, async (page) => {
    assert.match(await page.locator('main').innerText(), /was not recorded[\s\S]*No happens-before edge/);
    assert.equal(await page.getByRole('listbox').count(), 0);
  });
});

test('the cases of --each-test are listed', async () => {
  await derive('pass', 'cases', (data) => { data.tests = [{ test: 'A.b', verdict: 'pass', confidence: 'all 3 executions explored' }]; });
  await on('cases', {}, async (page) => assert.match(await page.getByRole('table').innerText(), /A\.b\s+pass\s+all 3/));
});

test('a page from a trace shows what the page of the check shows', async () => {
  const rows = (page) => page.locator('.row').allTextContents();
  let checked;
  await on('deadlock', {}, async (page) => { checked = await rows(page); });
  await on('deadlock.explained', {}, async (page) => assert.deepEqual(await rows(page), checked));
});

test('without scripts the page says how to read the report', () => on('deadlock', { javaScriptEnabled: false }, async (page) => {
  assert.match(await page.locator('body').innerText(), /lockstep explain/);
}));
