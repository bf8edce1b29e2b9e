// The pages that tests/page_test has made, in Chromium. Whatever a test does, the page must stay free of errors and of
// requests to anything but itself.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const folder = process.env.LOCKSTEP_PAGES;
assert.ok(folder, 'run by tests/page_test, which makes the pages and sets LOCKSTEP_PAGES');

export const kPages = ['deadlock', 'wakeup', 'pass', 'several', 'hostile', 'stale', 'unsupported', 'long', 'livelock', 'freed', 'warning',
  'status', 'publication'];

let browser;
export async function start() {
  browser = await chromium.launch({
    executablePath: process.env.LOCKSTEP_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  });
}
export async function stop() {
  await browser?.close();
}

/** Opens a page, hands it to `look`, and demands that nothing went wrong meanwhile. */
export async function on(name, options, look) {
  const { width = 1400, height = 900, scheme = 'light', ...rest } = options;
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, ...rest });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const wrong = [];
  const address = pathToFileURL(join(folder, `${name}.html`)).href;
  page.on('console', (m) => { if (m.type() === 'error' || m.type() === 'warning') wrong.push(`${m.type()}: ${m.text()}`); });
  page.on('pageerror', (e) => wrong.push(`error: ${e.message}`));
  page.on('dialog', (d) => { wrong.push(`dialog: ${d.message()}`); d.dismiss(); });
  page.on('request', (r) => { if (r.url() !== address && !r.url().startsWith('data:')) wrong.push(`request: ${r.url()}`); });
  try {
    await page.goto(address);
    await look(page, wrong);
    assert.deepEqual(wrong, [], `${name}: what went wrong`);
  } finally {
    await context.close();
  }
}

const kData = /(<script type="application\/json" id="data">)(.*?)(<\/script>)/s;

/** What the page of a real check says, changed by `change`, as another page. */
export async function derive(name, derived, change) {
  const text = await readFile(join(folder, `${name}.html`), 'utf8');
  const data = JSON.parse(text.match(kData)[2]);
  change(data);
  const json = JSON.stringify(data).replace(/</g, '\\u003c');
  await writeFile(join(folder, `${derived}.html`), text.replace(kData, (_, before, __, after) => before + json + after));
}

/** The step under the cursor, as the page shows it. */
export async function shown(page) {
  return page.evaluate(() => {
    const text = (selector) => document.querySelector(selector)?.textContent ?? '';
    const all = (selector) => [...document.querySelectorAll(selector)].map((e) => e.textContent);
    return {
      title: text('.details h2'),
      row: text('.row[aria-selected="true"]'),
      line: text('.source [aria-current] bdi'),
      number: text('.source [aria-current] .ln'),
      values: Object.fromEntries([...document.querySelectorAll('.values tbody tr')].map((r) => [r.querySelector('code').textContent, r.cells[1].textContent])),
      waits: all('.details .tight li'),
      nodes: all('.graph text'),
      edges: Object.fromEntries(['wait', 'bad', 'hold'].map((k) => [k, document.querySelectorAll(`.graph .edge.${k}`).length])),
    };
  });
}
