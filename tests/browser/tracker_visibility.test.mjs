import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { launchBrowser, openUndriven } from '../support/browser.mjs';
import { Recorder, tag } from '../support/recorder.mjs';

const speculation = '<script type="speculationrules">{"prerender": [{"source": "list", "urls": ["/prerendered"], "eagerness": "immediate"}]}</script>';
const pingMs = 30000;

const pages = {
  // Another tab comes to the front as soon as this one has reported itself, and goes away when this one has reported that.
  '/covered': `${tag}<script>fetch('/wait/load').then(() => open('/cover'))</script>`,
  '/cover': `<script>fetch('/wait/hidden').then(() => close())</script>`,
  // Goes to the prerendered page once that one has told, while still out of sight, that it is complete.
  '/prerendering': `${speculation}<script>fetch('/wait/probe').then(() => { location.href = '/prerendered' })</script>`,
  '/prerendered': `${tag}<script>
    addEventListener('pageshow', () => setTimeout(() => pico('probe', { prerendering: document.prerendering })));
  </script>`,
};

let browser;
let site;
before(async () => {
  browser = await launchBrowser();
});
after(() => browser.close());
beforeEach(async () => {
  site = await Recorder.start(pages);
});
afterEach(() => site.close());

/** Makes the page believe that its tab is hidden or shown, as the browser would tell it. */
const setHidden = (hidden) => {
  Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
  Object.defineProperty(document, 'visibilityState', { value: hidden ? 'hidden' : 'visible', configurable: true });
  document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
};

test('a tab that is covered by another and shown again is hidden, then visible', async () => {
  const chromium = await openUndriven(`${site.origin}/covered`);
  try {
    await site.received(3);
    assert.deepEqual(site.names, ['load', 'hidden', 'visible']);
  } finally {
    await chromium.close();
  }
});

test('a prerendered page is loaded when the visitor comes to see it', async () => {
  const chromium = await openUndriven(`${site.origin}/prerendering`);
  try {
    await site.receivedOne('load');
    assert.deepEqual(site.names, ['probe', 'load']);
    assert.deepEqual(site.messages[0].p, { prerendering: true }); // or this test would prove nothing
  } finally {
    await chromium.close();
  }
});

test('leaving a page is one hidden', async () => {
  const page = await browser.newPage();
  await page.goto(`${site.origin}/first`);
  await site.received(1);
  await page.goto('about:blank');
  await site.received(2);
  await page.goto(`${site.origin}/second`);
  await site.received(3);
  assert.deepEqual(await site.settled(page), ['load', 'hidden', 'load']);
  assert.equal(site.messages[1].l, `${site.origin}/first`);
  await page.close();
});

test('leaving a page whose tab is hidden already is nothing more', async () => {
  const page = await browser.newPage();
  await page.goto(`${site.origin}/first`);
  await page.evaluate(setHidden, true);
  await site.received(2);
  await page.goto(`${site.origin}/second`);
  await site.received(3);
  assert.deepEqual(await site.settled(page), ['load', 'hidden', 'load']);
  await page.close();
});

test('a return from the back-forward cache is a new load that took no time', async () => {
  const page = await browser.newPage();
  await page.goto(`${site.origin}/first`);
  await site.received(1);
  await page.goto(`${site.origin}/second`);
  await site.received(3);
  site.forget();
  page.goBack().catch(() => {}); // Playwright does not see the end of such a navigation
  await site.received(2);
  await page.close();
  await site.received(3); // the hidden of the second page and, at last, of the first
  assert.deepEqual([...site.names].sort(), ['hidden', 'hidden', 'load']);
  const load = site.messages.find((message) => message.n === 'load');
  assert.equal(load.l, `${site.origin}/first`);
  assert.deepEqual([load.lt, load.fb], [0, 0]);
});

test('a page that is loaded in a hidden tab is reported when it is first seen', async () => {
  const page = await browser.newPage();
  await page.addInitScript(setHidden, true);
  await page.goto(site.origin);
  assert.deepEqual(await site.settled(page), []);
  await page.evaluate(setHidden, false);
  const [message] = await site.received(1);
  assert.equal(message.n, 'load');
  assert.ok(message.lt > 0);
  assert.deepEqual(await site.settled(page), ['load']);
  await page.close();
});

test('a visible page pings every half minute, a hidden one does not', async () => {
  const page = await browser.newPage();
  await page.clock.install({ time: 0 });
  await page.goto(site.origin);
  await site.received(1);
  await page.clock.pauseAt(pingMs / 2);
  assert.deepEqual(await site.settled(page), ['load']);
  await page.clock.runFor(pingMs);
  await site.received(2);
  await page.clock.runFor(2 * pingMs);
  await site.received(4);
  await page.evaluate(setHidden, true);
  await page.clock.runFor(4 * pingMs);
  assert.deepEqual(await site.settled(page), ['load', 'ping', 'ping', 'ping', 'hidden']);
  await page.close();
});
