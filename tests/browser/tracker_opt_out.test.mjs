import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { launchBrowser } from '../support/browser.mjs';
import { Recorder } from '../support/recorder.mjs';

let browser;
let site;
before(async () => {
  browser = await launchBrowser();
});
after(() => browser.close());
beforeEach(async () => {
  site = await Recorder.start();
});
afterEach(() => site.close());

/** What a page sends in a browser that was prepared by `prepare(value)`: a load, then a custom event. */
async function sentWith(prepare, value) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.addInitScript(prepare, value);
  await page.goto(site.origin);
  await page.evaluate(() => pico('signup'));
  const names = await site.settled(page);
  await context.close();
  return [...names].sort();
}

const everything = ['load', 'signup'];
const doNotTrack = (value) => Object.defineProperty(navigator, 'doNotTrack', { value });
const globalPrivacyControl = (value) => Object.defineProperty(navigator, 'globalPrivacyControl', { value });
const flag = (value) => localStorage.setItem('pico_optout', value);

for (const value of ['1', 'yes']) {
  test(`Do-Not-Track "${value}" sends nothing`, async () => assert.deepEqual(await sentWith(doNotTrack, value), []));
}
for (const value of ['0', 'no', 'unspecified', null, undefined]) {
  test(`Do-Not-Track ${JSON.stringify(value)} is no refusal`, async () => {
    assert.deepEqual(await sentWith(doNotTrack, value), everything);
  });
}
test('Global Privacy Control sends nothing', async () => assert.deepEqual(await sentWith(globalPrivacyControl, true), []));
test('Global Privacy Control that is off is no refusal', async () => {
  assert.deepEqual(await sentWith(globalPrivacyControl, false), everything);
});
test('the opt-out flag sends nothing', async () => assert.deepEqual(await sentWith(flag, '1'), []));
test('an opt-out flag of 0 is no refusal', async () => assert.deepEqual(await sentWith(flag, '0'), everything));

test('storage that is blocked is no refusal', async () => {
  const block = () => Object.defineProperty(window, 'localStorage', {
    get() {
      throw new DOMException('denied', 'SecurityError');
    },
  });
  assert.deepEqual(await sentWith(block), everything);
});

test('a flag that is set on the page ends the sending at once', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(site.origin);
  await site.received(1);
  await page.evaluate(() => {
    localStorage.setItem('pico_optout', '1');
    pico('signup');
  });
  assert.deepEqual(await site.settled(page), ['load']);
  await context.close();
});
