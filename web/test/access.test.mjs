// For everybody: by keyboard, in both colour schemes, on a narrow screen, without motion, by assistive technology.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { kPages, on, shown, start, stop } from './browser.mjs';

before(start);
after(stop);

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

async function accessible(page, what) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  const found = violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => `${n.target} ${n.failureSummary}`).join('; ')}`);
  assert.deepEqual(found, [], what);
}

async function fits(page, what) {
  const { wide, room } = await page.evaluate(() => ({ wide: document.documentElement.scrollWidth, room: innerWidth }));
  assert.ok(wide <= room, `${what}: ${wide} wide`);
}

for (const [width, scheme, names] of [[1400, 'light', kPages], [400, 'dark', ['deadlock', 'several', 'hostile', 'pass']]]) {
  test(`axe finds nothing, ${width} wide, ${scheme}`, async () => {
    // Axe is no script of the page, and would be kept out.
    for (const name of names) await on(name, { width, scheme, bypassCSP: true }, (page) => accessible(page, name));
  });
}

for (const [width, scheme] of [[1400, 'dark'], [400, 'light']]) {
  test(`side by side and all events, ${width} wide, ${scheme}`, () => on('wakeup', { width, scheme, bypassCSP: true }, async (page) => {
    await page.getByRole('button', { name: 'Side by side' }).click();
    await page.getByRole('button', { name: /All .* events/ }).click();
    await accessible(page, 'side by side');
    await fits(page, 'side by side');
  }));
}

test('nothing is wider than a narrow page', async () => {
  for (const name of kPages) {
    await on(name, { width: 400 }, async (page) => {
      await fits(page, `${name} at 400`);
      await page.setViewportSize({ width: 320, height: 700 });
      await fits(page, `${name} at 320`);
    });
  }
});

// Axe looks at HTML text only.
for (const scheme of ['light', 'dark']) {
  test(`the picture's colours are told from what is behind them, ${scheme}`, async () => {
    const measure = () => {
      const channels = (colour) => {
        const [r, g, b] = colour.match(/[\d.]+/g).map(Number);
        return [r, g, b].map((c) => c / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
      };
      const light = (colour) => { const [r, g, b] = channels(colour); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
      const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
      const panel = getComputedStyle(document.querySelector('.timeline')).backgroundColor;
      const cursor = getComputedStyle(document.querySelector('.row[aria-selected="true"]')).backgroundColor;
      const found = {};
      for (const e of document.querySelectorAll('.rows svg *, .graph *')) {
        const style = getComputedStyle(e), text = e.tagName === 'text';
        const colour = text ? style.fill : style.stroke;
        if (colour === 'none' || e.matches('.lane, defs *, marker, title, g, .bar-of-stop, .stop')) continue;
        const behind = e.closest('.graph') || e.matches('.never') ? [panel] : [panel, cursor];
        const least = Math.min(...behind.map((b) => ratio(colour, b)));
        const key = `${e.tagName}.${e.getAttribute('class') ?? ''}`;
        found[key] = { least: Math.min(least, found[key]?.least ?? 99), needs: text ? 4.5 : 3 };
      }
      return found;
    };
    const all = {};
    for (const name of ['deadlock', 'wakeup', 'several', 'stale', 'status']) {
      await on(name, { scheme }, async (page) => {
        for (const [key, now] of Object.entries(await page.evaluate(measure))) {
          all[key] = { ...now, least: Math.min(now.least, all[key]?.least ?? 99) };
        }
      });
    }
    for (const part of ['path.held', 'path.wanted', 'path.blocked', 'text.never', 'path.arrow rf', 'path.arrow hb', 'path.unordered', 'path.edge bad', 'path.edge hold', 'path.node bad']) {
      assert.ok(all[part], `${part} was seen: ${Object.keys(all)}`);
    }
    for (const [key, { least, needs }] of Object.entries(all)) assert.ok(least >= needs, `${key}: ${least.toFixed(2)}`);
  });
}

test('everything is reached by the keyboard, and one sees where it is', async () => {
  for (const name of ['wakeup', 'several']) {
    await on(name, {}, async (page) => {
      const wanted = await page.locator('button, [tabindex="0"], a, select, input').count();
      const reached = new Set();
      for (let i = 0; i < wanted + 5; ++i) {
        await page.keyboard.press('Tab');
        const now = await page.evaluate((n) => {
          const e = document.activeElement;
          if (!e || e === document.body) return null;
          e.dataset.reached ??= String(n);
          const style = getComputedStyle(e);
          const box = e.getBoundingClientRect();
          return { id: e.dataset.reached, seen: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2, inSight: box.bottom > 0 && box.top < innerHeight, what: e.outerHTML.slice(0, 80) };
        }, i);
        if (!now) break;
        assert.ok(now.seen && now.inSight, now.what);
        reached.add(now.id);
      }
      assert.equal(reached.size, wanted);
    });
  }
});

test('keys step, jump and choose', () => on('wakeup', {}, async (page) => {
  const step = async () => Number((await shown(page)).title.match(/step (\d+) of/)[1]);
  const last = Number((await shown(page)).title.match(/of (\d+)/)[1]);
  const turn = await step();
  // Anywhere.
  await page.keyboard.press('ArrowRight');
  assert.equal(await step(), turn + 1);
  assert.match(await page.getByRole('status').innerText(), new RegExp(`^Step ${turn + 1} of ${last}: `));
  await page.keyboard.press('ArrowLeft');
  assert.equal(await step(), turn);
  // In the list.
  const list = page.getByRole('listbox');
  await list.focus();
  for (const [key, there] of [['Home', 1], ['ArrowUp', 1], ['ArrowDown', 2], ['j', 3], ['k', 2], ['End', last], ['ArrowDown', last], ['t', turn], ['ArrowRight', turn + 1]]) {
    await page.keyboard.press(key);
    assert.equal(await step(), there, key);
    const active = await list.getAttribute('aria-activedescendant');
    const row = page.locator(`[id="${active}"]`);
    assert.equal(await row.getAttribute('aria-selected'), 'true');
    const [box, frame] = [await row.boundingBox(), await list.boundingBox()];
    assert.ok(box.y >= frame.y - 1 && box.y + box.height <= frame.y + frame.height + 1, `${key}: the row is in sight`);
  }
  await page.keyboard.press('Home');
  await page.keyboard.press('PageDown');
  assert.ok(await step() > 3);
  await page.keyboard.press('PageUp');
  assert.equal(await step(), 1);
  // The buttons, which stay where the focus is at both ends.
  const back = page.getByRole('button', { name: 'Previous step' });
  await back.focus();
  await page.keyboard.press('Enter');
  assert.equal(await step(), 1);
  await page.getByRole('button', { name: 'Next step' }).press('Space');
  assert.equal(await step(), 2);
  await page.getByRole('button', { name: 'Passing run' }).press('Enter');
  assert.match((await shown(page)).title, /^Passing run/);
  // A long line of source is scrolled by the arrows, and no step is taken.
  const there = await step();
  await page.locator('.source').press('ArrowRight');
  assert.equal(await step(), there);
}));

test('nothing moves by itself', () => on('wakeup', { reducedMotion: 'reduce' }, async (page) => {
  await page.getByRole('listbox').press('End');
  const moving = await page.evaluate(() => [...document.querySelectorAll('*')].filter((e) => {
    const style = getComputedStyle(e);
    return style.scrollBehavior === 'smooth' || style.animationName !== 'none' || style.transitionDuration.split(',').some((d) => parseFloat(d) > 0);
  }).map((e) => e.outerHTML.slice(0, 80)));
  assert.deepEqual(moving, []);
  assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
}));
