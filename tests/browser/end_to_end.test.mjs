// A visitor's browser, the real server, real Postgres: what a person does on a page is what stands in the rows.
import assert from "node:assert/strict";
import http from "node:http";
import { after, before, test } from "node:test";
import { Server, until } from "../support/picolytics.mjs";
import { launchBrowser, userAgent } from "../support/browser.mjs";

let server, browser, site, pages;

before(async () => {
  server = await Server.start();
  browser = await launchBrowser();
  // The visited site is another origin than the server, as in real life.
  pages = http.createServer((request, response) => {
    response.setHeader("Content-Type", "text/html");
    response.end(`<!doctype html><title>Shop</title><script defer src="http://${server.listen}/pico.js"></script>
      <a id="next" href="/second">next</a><button id="spa" onclick="history.pushState(null,'','/spa')">spa</button>
      <button id="buy" onclick="pico('purchase',{plan:'pro',seats:3})">buy</button><a id="hash" href="#details">hash</a>`);
  });
  await new Promise((listening) => pages.listen(0, "127.0.0.1", listening));
  site = `http://localhost:${pages.address().port}`;
});

after(async () => {
  await browser.close();
  pages.close();
  await server.destroy();
});

const rows = (path) =>
  server.sql(
    `select e.name, e.path, e.load_time, e.ttfb from reporting.events e join reporting.domains d using (domain_id)
     where d.domain_name = 'localhost' and e.path like $1 order by e.created_at, e.name`, [path]);

test("loading, clicking, navigating and leaving become rows of one visit", async () => {
  const context = await browser.newContext({ userAgent, locale: "de-AT", timezoneId: "Europe/Vienna", viewport: { width: 1200, height: 800 } });
  const page = await context.newPage();
  await page.goto(`${site}/?utm_source=newsletter&utm_medium=email`, { referer: "https://news.ycombinator.com/item?id=1" });
  await until("the load", async () => (await rows("/")).length === 1);
  await page.click("#buy");
  await page.click("#hash");
  await page.click("#spa");
  await page.goBack();
  await page.click("#next");
  await until("the second page", async () => (await rows("/second")).length >= 1);
  await page.close({ runBeforeUnload: true });

  const names = await until("all events", async () => {
    const all = (await rows("%")).map((row) => `${row.name} ${row.path}`);
    return all.includes("load /second") && all.includes("pushstate /spa") && all.includes("purchase /") && all.includes("hashchange /") && all.includes("popstate /") && all.includes("hidden /") && all;
  });
  assert.equal(names.filter((name) => name === "load /").length, 1);
  const [load] = await rows("/");
  assert.ok(load.load_time > 0 && load.load_time < 30_000, `load time ${load.load_time} ms`);
  assert.ok(load.ttfb > 0 && load.ttfb <= load.load_time, `ttfb ${load.ttfb} ms`);

  // The beacon of a closing page is beyond Playwright's reach: it says that it is headless, and is stored as a bot's.
  const visits = await server.sql("select * from reporting.sessions where not bot");
  assert.equal(visits.length, 1);
  const [visit] = visits;
  assert.equal(visit.entry_path, "/");
  assert.equal(visit.exit_path, "/second");
  assert.equal(visit.bounce, false);
  assert.equal(visit.bot, false);
  assert.equal(visit.utm_source, "newsletter");
  assert.equal(visit.utm_medium, "email");
  assert.equal(visit.browser, "Chrome");
  assert.equal(visit.os, "Linux");
  assert.equal(visit.timezone, "Europe/Vienna");
  assert.ok(visit.screen_w > 0);
  const [details] = await server.sql("select properties from pico.event_details");
  assert.deepEqual(details.properties, { plan: "pro", seats: 3 });
  await context.close();
});

test("the demo page shows a newcomer the own events as they are committed, and nobody else's", async () => {
  const mine = await browser.newContext({ userAgent });
  const page = await mine.newPage();
  const problems = [];
  page.on("pageerror", (error) => problems.push(error.message));
  await page.goto(`http://${server.listen}/demo`);
  await page.click("#custom");
  await page.click("#navigate");
  await page.waitForFunction(() => document.querySelectorAll("#rows tr").length >= 3, null, { timeout: 20_000 });
  const text = await page.textContent("#rows");
  for (const name of ["load", "signup", "pushstate", "/demo/second"]) assert.ok(text.includes(name), `${name} in ${text}`);
  assert.ok((await page.textContent("body")).includes(`<script defer src="http://${server.listen}/pico.js"></script>`));
  assert.deepEqual(problems, []);
  const stranger = await server.get("/demo/events", { "User-Agent": `${userAgent} stranger` });
  assert.deepEqual(JSON.parse(stranger.text).events, []);
  await mine.close();
});
