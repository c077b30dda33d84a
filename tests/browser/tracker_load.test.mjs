import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { launchBrowser } from '../support/browser.mjs';
import { Recorder, tag } from '../support/recorder.mjs';

const inserted = `<script>addEventListener('load', () => setTimeout(() => {
  document.head.append(Object.assign(document.createElement('script'), { src: '/pico.js' }));
}))</script>`;

const pages = {
  '/async': '<script async src="/pico.js"></script>',
  '/body': '<body><p>text</p><script src="/pico.js"></script>',
  '/late': inserted,
  '/alias': '<script defer src="/picolytics.js"></script>',
  '/sub': '<script defer src="/stats/pico.js?v=a/b"></script>',
  '/slow': `${tag}<img src="/picture">`,
  '/plain': '<p>no tag</p>',
  '/early': `${tag}<script defer src="data:text/javascript,pico('early')"></script>`,
};

let browser;
let site;
let page;
before(async () => {
  browser = await launchBrowser();
});
after(() => browser.close());
// A site for each test: what the pages of one test still send when they are closed is not the next one's business.
beforeEach(async () => {
  site = await Recorder.start(pages);
  page = await browser.newPage({ viewport: { width: 800, height: 600 }, screen: { width: 1280, height: 720 }, timezoneId: 'Europe/Vienna' });
});
afterEach(async () => {
  await page.close();
  await site.close();
});

test('a page load is one message with the fields of the contract', async () => {
  await page.goto(`${site.origin}/a?utm_source=x#part`, { referer: 'https://example.org/' });
  const [message] = await site.received(1);
  const { lt, fb, request, ...rest } = message;
  assert.deepEqual(rest, {
    n: 'load', l: `${site.origin}/a?utm_source=x#part`, r: 'https://example.org/', sw: 1280, sh: 720, pr: 1, pd: 24, tz: 'Europe/Vienna',
  });
  assert.ok(Number.isInteger(lt) && Number.isInteger(fb));
  assert.equal(request.path, '/p');
  assert.match(request.type, /^text\/plain/); // needs no preflight
  assert.deepEqual(await site.settled(page), ['load']);
});

test('load time and time to first byte are those of the navigation', async () => {
  await page.goto(`${site.origin}/slow`);
  const [message] = await site.received(1);
  const timing = await page.evaluate(() => performance.getEntriesByType('navigation')[0].toJSON());
  assert.equal(message.lt, Math.floor(timing.loadEventEnd));
  assert.equal(message.fb, Math.floor(timing.responseStart));
  assert.ok(message.fb > 0 && message.lt >= message.fb, `${message.fb} ${message.lt}`);
});

for (const [path, endpoint] of [['/async', '/p'], ['/body', '/p'], ['/late', '/p'], ['/alias', '/p'], ['/sub', '/stats/p']]) {
  test(`the tag of ${path} reports one load to ${endpoint}`, async () => {
    await page.goto(site.origin + path);
    const [message] = await site.received(1);
    assert.equal(message.n, 'load');
    assert.equal(message.request.path, endpoint);
    assert.ok(message.lt > 0);
    assert.deepEqual(await site.settled(page), ['load']);
  });
}

test('a custom event carries its properties', async () => {
  await page.goto(site.origin);
  await site.received(1);
  await page.evaluate(() => pico('signup', { plan: 'free', seats: 3 }));
  const message = (await site.received(2))[1];
  assert.equal(message.n, 'signup');
  assert.deepEqual(message.p, { plan: 'free', seats: 3 });
  assert.equal(message.i, undefined);
  assert.equal(message.lt, 0);
});

test('a custom event without properties is marked by empty ones', async () => {
  await page.goto(site.origin);
  await page.evaluate(() => pico('signup'));
  await site.receivedOne('signup');
  assert.deepEqual(site.messages.find((message) => message.n === 'signup').p, {});
});

test('a third argument of 0 makes a custom event non-interactive', async () => {
  await page.goto(site.origin);
  await page.evaluate(() => pico('seen', {}, 0));
  await site.receivedOne('seen');
  assert.equal(site.messages.find((message) => message.n === 'seen').i, 0);
});

test('a custom event may come before the load', async () => {
  await page.goto(`${site.origin}/early`);
  await site.received(2);
  const early = site.messages.find((message) => message.n === 'early');
  assert.equal(early.l, `${site.origin}/early`);
  assert.deepEqual([...(await site.settled(page))].sort(), ['early', 'load']);
});

test('a very long address still fits into a request', async () => {
  await page.goto(`${site.origin}/a?utm_source=x&rest=${'y'.repeat(4000)}`);
  const [message] = await site.received(1);
  assert.ok(message.l.startsWith(`${site.origin}/a?utm_source=x&`));
  assert.ok(message.request.bytes <= 2048, `${message.request.bytes}`);
});

test('nothing is left in the browser, and pico is the only new global', async () => {
  const globals = () => page.evaluate(() => Object.getOwnPropertyNames(window).sort());
  await page.goto(site.origin);
  await site.received(1);
  await page.evaluate(() => pico('signup'));
  await site.received(2);
  const withTracker = await globals();
  const state = await page.evaluate(async () => [document.cookie, localStorage.length, sessionStorage.length, (await indexedDB.databases()).length]);
  assert.deepEqual(state, ['', 0, 0, 0]);
  assert.deepEqual(await page.context().cookies(), []);
  await page.goto(`${site.origin}/plain`);
  const without = new Set(await globals());
  assert.deepEqual(withTracker.filter((name) => !without.has(name)), ['pico']);
});

test('without sendBeacon the message goes by fetch', async () => {
  await page.addInitScript(() => {
    navigator.__proto__.sendBeacon = undefined;
  });
  await page.goto(site.origin);
  assert.equal((await site.received(1))[0].n, 'load');
});

test('a beacon that the browser refuses goes by fetch', async () => {
  await page.addInitScript(() => {
    navigator.__proto__.sendBeacon = () => false;
  });
  await page.goto(site.origin);
  assert.equal((await site.received(1))[0].n, 'load');
  assert.deepEqual(await site.settled(page), ['load']);
});

test('a server that is away causes no error on the page', async () => {
  const errors = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.addInitScript(() => {
    navigator.__proto__.sendBeacon = () => false;
  });
  await page.route('**/p', (route) => route.abort());
  const failed = page.waitForEvent('requestfailed');
  await page.goto(site.origin);
  await failed;
  assert.deepEqual(await site.settled(page), []);
  assert.deepEqual(errors, []);
});
