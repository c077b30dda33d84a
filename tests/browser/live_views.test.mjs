// views.js in a real browser on a page of another origin: it counts the view once, shows the counts, and follows those of others.
import assert from "node:assert/strict";
import http from "node:http";
import { after, before, test } from "node:test";
import { Server, until } from "../support/picolytics.mjs";
import { launchBrowser } from "../support/browser.mjs";

let server, browser, site, pages;

before(async () => {
  pages = http.createServer((request, response) => {
    response.setHeader("Content-Type", "text/html");
    const article = request.url.startsWith("/posts/") ? 'data-article="a-1" data-title="A title"' : "";
    response.end(`<!doctype html><p><b data-views>?</b> views, <i data-unique-views>?</i> unique</p><script defer src="http://${server.listen}/views.js" ${article}></script>`);
  });
  await new Promise((listening) => pages.listen(0, "127.0.0.1", listening));
  site = `http://localhost:${pages.address().port}`;
  server = await Server.start({ WS_ALLOWED_ORIGINS: site });
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  pages.close();
  await server?.destroy();
});

const shows = (page, views, unique) =>
  until(`${views} views, ${unique} unique`, async () => (await page.textContent("p")) === `${views} views, ${unique} unique`);

test("an article's views are counted once each, shown, and follow those of others; a reload is no unique view", async () => {
  const first = await (await browser.newContext()).newPage();
  await first.goto(`${site}/posts/one`);
  await shows(first, 1, 1);
  const second = await (await browser.newContext()).newPage();
  await second.goto(`${site}/posts/one`);
  await shows(second, 2, 2);
  await shows(first, 2, 2);
  await second.reload();
  await shows(second, 3, 2);
  await shows(first, 3, 2);
  const { articles } = JSON.parse((await server.get("/views/articles?site=localhost")).text);
  assert.deepEqual(articles, [{ articleId: "a-1", articleTitle: "A title", uniqueViews: 2, totalViews: 3 }]);
});

test("a page without an article is counted by its path", async () => {
  const page = await (await browser.newContext()).newPage();
  await page.goto(`${site}/plain?query=secret`);
  await shows(page, 1, 1);
  const { pages: counted } = JSON.parse((await server.get("/views/pages?site=localhost")).text);
  assert.deepEqual(counted, [{ pageName: "/plain", tag: "page_view", uniqueViews: 1, totalViews: 1 }]);
});

test("the script is served in at most 1 KB", async () => {
  const answer = await server.get("/views.js");
  assert.equal(answer.status, 200);
  assert.ok(answer.bytes.length <= 1024, `${answer.bytes.length} bytes`);
});
