// No string of a program breaks out of the page, and a long execution does not break it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { on, shown, start, stop } from './browser.mjs';

before(start);
after(stop);

test('what names, output, source and files say is text', () => on('hostile', {}, async (page) => {
  const look = () => page.evaluate(() => ({
    ran: 'broken' in globalThis, scripts: document.scripts.length, images: document.images.length,
    listeners: [...document.querySelectorAll('*')].flatMap((e) => [...e.attributes]).filter((a) => a.name.startsWith('on')).length,
  }));
  const list = page.getByRole('listbox');
  await page.getByRole('button', { name: /All .* events/ }).click();
  await list.press('Home');
  const sources = new Set();
  for (let i = 0; i < 15; ++i) {
    sources.add(await page.locator('.source').allInnerTexts().then((t) => t.join()));
    await list.press('ArrowDown');
  }
  assert.deepEqual(await look(), { ran: false, scripts: 2, images: 0, listeners: 0 });
  const text = await page.locator('body').innerText();
  const attack = '</script><script>broken=1</script><img src=x onerror="broken=1"><!--<script>';
  for (const whole of ['</script><img src=x onerror=broken=1>`\u2028\ufffd\x1b[31m', `output ${attack}\ufffd`, '</b><script>broken=1</script>', '<img src=x onerror=broken=1>', '<b>"x\'&.cpp']) {
    assert.ok(text.includes(whole), `the page shows ${whole}`);
  }
  assert.ok([...sources].join().includes(`// source ${attack} \u2028 \ufffd`), 'the source is shown');
  // What reverses the order of letters does so within its own name.
  const loose = await page.evaluate(() => {
    const walker = document.createTreeWalker(document.getElementById('app'), NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) {
      const node = walker.currentNode;
      if (!node.data.includes('\u202e')) continue;
      let e = node.parentElement, isolated = false;
      for (; e && !isolated && getComputedStyle(e).display.startsWith('inline'); e = e.parentElement) isolated = getComputedStyle(e).unicodeBidi.startsWith('isolate');
      const alone = node.parentElement.childNodes.length === 1 && !getComputedStyle(node.parentElement).display.startsWith('inline');
      if (!isolated && !alone && !(node.parentElement instanceof SVGElement)) found.push(node.parentElement.outerHTML.slice(0, 120));
    }
    return found;
  });
  assert.deepEqual(loose, []);
}));

test('the page runs no other script and loads nothing', () => on('deadlock', {}, async (page, wrong) => {
  const kept = await page.evaluate(async () => {
    const script = document.createElement('script');
    let refused = '';
    try { script.textContent = 'globalThis.broken = 1'; } catch (e) { refused = e.name; }
    document.body.append(script);
    const attribute = document.createElement('p');
    let handler = '';
    try { attribute.setAttribute('onclick', 'globalThis.broken = 1'); } catch (e) { handler = e.name; }
    attribute.click();
    const fetched = await fetch('http://127.0.0.1:9/').then(() => true, () => false);
    const image = await new Promise((done) => {
      const i = new Image();
      i.onload = () => done(true);
      i.onerror = () => done(false);
      i.src = 'http://127.0.0.1:9/x.png';
    });
    let html = '';
    try { attribute.innerHTML = '<b>x</b>'; } catch (e) { html = e.name; }
    return { refused, handler, ran: 'broken' in globalThis, fetched, image, html };
  });
  assert.deepEqual(kept, { refused: 'TypeError', handler: 'TypeError', ran: false, fetched: false, image: false, html: 'TypeError' });
  // It is the policy that refused, each of them; nothing else may have gone wrong.
  for (const refusal of [/'TrustedScript' assignment/, /Connecting to .* violates/, /Loading the image .* violates/, /'TrustedHTML' assignment/]) {
    assert.ok(wrong.some((w) => refusal.test(w)), `${refusal}: ${wrong.join('\n')}`);
  }
  const expected = /Content Security Policy|'Trusted(Script|HTML)' assignment|^request: http:\/\/127\.0\.0\.1:9\/x\.png$/;
  assert.deepEqual(wrong.filter((w) => !expected.test(w)), []);
  wrong.length = 0;
}));

test('ten thousand events: few of them are in the document, and every one can be reached', () => on('long', {}, async (page) => {
  const size = () => page.evaluate(() => document.querySelectorAll('*').length);
  const before = await size();
  const all = page.getByRole('button', { name: /All .* events/ });
  const events = Number((await all.innerText()).replace(/\D/g, ''));
  assert.ok(events > 10_000);
  await all.click();
  const list = page.getByRole('listbox');
  const kMost = 900;
  const where = async () => {
    const { title } = await shown(page);
    assert.ok(await size() < kMost, `${await size()} elements at ${title}`);
    return Number(title.match(/step (\d+)/i)[1]);
  };
  assert.ok(before < kMost);
  await list.press('Home');
  assert.equal(await where(), 1);
  await list.press('End');
  const last = await where();
  assert.ok(last >= events);
  await list.press('PageUp');
  assert.ok(await where() < last);
  // Right into the middle, by the scroll bar and a click.
  await list.evaluate((e) => { e.scrollTop = e.scrollHeight / 2; });
  const target = page.locator('.row').filter({ hasText: 'counter' });
  await page.waitForFunction(() => Number(document.querySelector('.row[aria-posinset]')?.getAttribute('aria-posinset')) > 4000);
  await target.nth(5).click();
  const middle = await where();
  assert.ok(middle > events * 0.45 && middle < events * 0.55, `${middle}`);
  assert.match((await shown(page)).values.counter, /^\d+/);
  assert.equal((await shown(page)).row.length > 0, true);
  for (let i = 0; i < 30; ++i) await list.press('ArrowDown');
  assert.equal(await where(), middle + 30);
  // Back to the steps that matter: at the step that was, or the next.
  await page.getByRole('button', { name: 'Steps that matter' }).click();
  assert.match((await shown(page)).title, /step 1 of/i);
}));
