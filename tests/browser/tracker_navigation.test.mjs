import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { launchBrowser } from '../support/browser.mjs';
import { Recorder, tag } from '../support/recorder.mjs';

const pages = {
  '/app': `${tag}<a href="#part">part</a>`,
  '/redirecting': `${tag}<script>history.replaceState(null, '', '/redirected')</script>`,
};

let browser;
let site;
let page;
before(async () => {
  browser = await launchBrowser();
});
after(() => browser.close());
beforeEach(async () => {
  site = await Recorder.start(pages);
  page = await browser.newPage();
  await page.goto(`${site.origin}/app?tab=1`);
  await site.received(1);
  site.forget();
});
afterEach(async () => {
  await page.close();
  await site.close();
});

const push = (address) => page.evaluate((to) => history.pushState(null, '', to), address);
const replace = (address) => page.evaluate((to) => history.replaceState(null, '', to), address);
const goBack = () => page.evaluate(() => new Promise((resolve) => {
  addEventListener('popstate', () => setTimeout(resolve), { once: true }); // after the hashchange, which follows in the same task or the next
  history.back();
}));

test('pushState to another path is one pushstate, referred by the page before', async () => {
  await push('/second');
  const [message] = await site.received(1);
  assert.equal(message.n, 'pushstate');
  assert.equal(message.l, `${site.origin}/second`);
  assert.equal(message.r, `${site.origin}/app?tab=1`);
  assert.equal(message.lt, 0);
  assert.deepEqual(await site.settled(page), ['pushstate']);
});

test('pushState to another query is a pushstate', async () => {
  await push('/app?tab=2');
  assert.equal((await site.received(1))[0].l, `${site.origin}/app?tab=2`);
  assert.deepEqual(await site.settled(page), ['pushstate']);
});

test('pushState to the same address is nothing', async () => {
  await push('/app?tab=1');
  assert.deepEqual(await site.settled(page), []);
});

test('pushState to another fragment is a hashchange', async () => {
  await push('#part');
  assert.equal((await site.received(1))[0].l, `${site.origin}/app?tab=1#part`);
  assert.deepEqual(await site.settled(page), ['hashchange']);
});

test('replaceState to another path is a pushstate', async () => {
  await replace('/second');
  await site.received(1);
  assert.deepEqual(await site.settled(page), ['pushstate']);
});

test('replaceState to another query or fragment is nothing', async () => {
  await replace('/app?tab=2');
  await replace('/app?tab=2#part');
  assert.deepEqual(await site.settled(page), []);
});

test('the address that replaceState left is the referrer of the next page', async () => {
  await replace('/app?tab=2');
  await push('/second');
  assert.equal((await site.received(1))[0].r, `${site.origin}/app?tab=2`);
});

test('history still does what it did', async () => {
  const result = await page.evaluate(() => {
    history.pushState({ a: 1 }, '', '/second');
    const pushed = [history.state, location.pathname];
    history.replaceState({ a: 2 }, '');
    return [...pushed, history.state, location.pathname];
  });
  assert.deepEqual(result, [{ a: 1 }, '/second', { a: 2 }, '/second']);
});

test('going back to another path is one popstate', async () => {
  await push('/second');
  await goBack();
  const messages = await site.received(2);
  assert.equal(messages[1].l, `${site.origin}/app?tab=1`);
  assert.equal(messages[1].r, `${site.origin}/second`);
  assert.deepEqual(await site.settled(page), ['pushstate', 'popstate']);
});

test('going back to another path and fragment is one popstate, and no hashchange', async () => {
  await push('#part');
  await push('/second');
  await goBack();
  await site.received(3);
  assert.deepEqual(await site.settled(page), ['hashchange', 'pushstate', 'popstate']);
});

test('a link to a fragment is one hashchange, and no popstate', async () => {
  await page.click('a');
  assert.equal((await site.received(1))[0].l, `${site.origin}/app?tab=1#part`);
  assert.deepEqual(await site.settled(page), ['hashchange']);
});

test('setting location.hash is one hashchange', async () => {
  await page.evaluate(() => {
    location.hash = 'other';
  });
  await site.received(1);
  assert.deepEqual(await site.settled(page), ['hashchange']);
});

test('going back to another fragment is one hashchange', async () => {
  await page.click('a');
  await goBack();
  await site.received(2);
  assert.deepEqual(await site.settled(page), ['hashchange', 'hashchange']);
});

test('an address that changes before the load is part of the load', async () => {
  await page.goto(`${site.origin}/redirecting`);
  await site.receivedOne('load');
  const names = (await site.settled(page)).filter((name) => name !== 'hidden'); // of the page before
  assert.deepEqual(names, ['load']);
  assert.equal(site.messages.find((message) => message.n === 'load').l, `${site.origin}/redirected`);
});
