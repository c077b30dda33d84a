// What becomes of events: rows in Postgres, read with SQL.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Server, chrome, until } from "../support/picolytics.mjs";

let server;
before(async () => (server = await Server.start({ IP_EXTRACTOR: "xff", MAX_AUTO_SITES: "1000", MAX_AUTO_SITES_PER_HOUR: "1000" })));
after(() => server.destroy());

const events = (site) =>
  server.sql("select e.*, p.path, p.hostname from pico.events e join pico.pages p using (site_id, page_id) join pico.sites s using (site_id) where s.domain = $1 order by e.at, e.kind", [site]);
const visits = (site) =>
  server.sql(
    `select v.*, a.referrer, a.channel, a.source, a.medium, a.campaign, a.click_id, d.browser, d.browser_version, d.os, d.os_version, d.platform, d.device_type,
       l.country, sc.width, sc.height, sc.pixel_ratio, sc.timezone, sc.language, en.path as entry_path, ex.path as exit_path
     from pico.visits v join pico.sites s using (site_id) join pico.acquisitions a using (site_id, acquisition_id) join pico.devices d using (device_id)
     join pico.locations l using (location_id) join pico.screens sc using (screen_id)
     join pico.pages en on en.site_id = v.site_id and en.page_id = v.entry_page_id join pico.pages ex on ex.site_id = v.site_id and ex.page_id = v.exit_page_id
     where s.domain = $1 and v.events > 0 order by v.started_at`, [site]);
const stored = (site, n) => until(`${n} events of ${site}`, async () => (await events(site)).length >= n && events(site));

test("everything an event says is stored, enriched", async () => {
  await server.event({ n: "load", l: "https://www.full.example/pricing%20page?utm_source=newsletter&utm_medium=email&utm_campaign=spring&secret=1#top", r: "https://www.google.com/search?q=x",
      lt: 812, fb: 95, sw: 1920, sh: 1080, pr: 1.5, pd: 24, tz: "Europe/Vienna" },
    { "X-Forwarded-For": "8.8.8.8", "Accept-Language": "de-AT,de;q=0.9", "User-Agent": "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.0.0 Mobile Safari/537.36" });
  const [event] = await stored("full.example", 1);
  assert.equal(event.hostname, "www.full.example");
  assert.equal(event.path, "/pricing page");
  assert.equal(event.load_ms, 812);
  assert.equal(event.ttfb_ms, 95);
  const [visit] = await visits("full.example");
  assert.equal(visit.channel, "Email");
  assert.equal(visit.medium, "email");
  assert.equal(visit.campaign, "spring");
  assert.equal(visit.referrer, "google.com/search");
  assert.deepEqual([visit.browser, visit.browser_version, visit.os, visit.os_version, visit.platform, visit.device_type], ["Chrome", "114.0", "Android", "10.0", "Linux", "Phone"]);
  assert.equal(visit.country, "US");
  assert.deepEqual([visit.width, visit.height, visit.pixel_ratio, visit.timezone, visit.language], [1920, 1080, 1.5, "Europe/Vienna", "de-AT"]);
  assert.equal(visit.bot, 0);
});

test("a visit knows its first and last page, its pageviews, and whether it bounced", async () => {
  const headers = { "X-Forwarded-For": "8.8.8.8" };
  await server.event({ n: "load", l: "https://visit.example/first" }, headers);
  await stored("visit.example", 1);
  let [visit] = await visits("visit.example");
  assert.deepEqual([visit.pageviews, visit.flags & 1], [1, 0]);
  await server.event({ n: "pushstate", l: "https://visit.example/second" }, headers);
  await server.event({ n: "hidden", l: "https://visit.example/second" }, headers);
  await server.event({ n: "load", l: "https://visit.example/other-visitor" }, { "X-Forwarded-For": "8.8.4.4" });
  await stored("visit.example", 4);
  const all = await visits("visit.example");
  assert.equal(all.length, 2);
  [visit] = all;
  assert.deepEqual([visit.pageviews, visit.events, visit.entry_path, visit.exit_path, visit.flags & 1], [2, 3, "/first", "/second", 0]);
});

test("visible and hashchange end a bounce, hidden and ping do not, and a ping is no row", async () => {
  for (const [name, ended] of [["visible", 1], ["hashchange", 1], ["hidden", 0]]) {
    const site = `${name}.example`;
    await server.event({ n: "load", l: `https://${site}/` });
    await server.event({ n: name, l: `https://${site}/` });
    await stored(site, 2);
    assert.equal((await visits(site))[0].flags & 1, ended, name);
  }
  await server.event({ n: "load", l: "https://ping.example/" });
  await server.event({ n: "ping", l: "https://ping.example/" });
  await server.event({ n: "hidden", l: "https://ping.example/" });
  const rows = await stored("ping.example", 2);
  assert.equal(rows.length, 2);
  assert.equal((await visits("ping.example"))[0].flags & 1, 0);
});

test("pings alone make no visit", async () => {
  await server.event({ n: "ping", l: "https://only-pings.example/" });
  await server.event({ n: "load", l: "https://only-pings.example/" }, { "User-Agent": `${chrome} other` });
  await stored("only-pings.example", 1);
  assert.equal((await visits("only-pings.example")).length, 1);
});

test("custom events keep their name and properties", async () => {
  await server.event({ n: "signup", l: "https://custom.example/", p: { plan: "pro", seats: 3, nested: { no: 1 } } });
  await stored("custom.example", 1);
  const [row] = await server.sql("select n.name, x.properties, x.interactive from pico.event_details x join pico.event_names n using (name_id) join pico.sites s using (site_id) where s.domain = $1", ["custom.example"]);
  assert.equal(row.name, "signup");
  assert.deepEqual(row.properties, { plan: "pro", seats: 3 });
  assert.equal(row.interactive, true);
});

test("bots are stored with their reason", async () => {
  const agents = { "crawler.example": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "curl.example": "curl/8.0", "empty.example": "-" };
  for (const [site, agent] of Object.entries(agents)) {
    await server.event({ n: "load", l: `https://${site}/` }, { "User-Agent": agent });
    await stored(site, 1);
    assert.ok((await visits(site))[0].bot > 0, site);
  }
});

test("hostile texts are cleaned or refused, never stop their neighbours, and never become dead letters", async () => {
  const site = "hostile.example";
  const hostile = [
    `{"n":"load","l":"https://${site}/\\u0000nul","r":"\\u0000","tz":"\\u0000"}`,
    Buffer.concat([Buffer.from(`{"n":"load","l":"https://${site}/`), Buffer.from([0xff, 0xfe, 0xc0, 0x80]), Buffer.from('"}')]),
    `{"n":"load","l":"https://${site}/\\ud800lone"}`,
    `{"n":"load","l":"https://${site}/%00%ff%c0%80"}`,
    `{"n":"load","l":"https://${site}/x","lt":2147483647,"fb":-2147483648,"sw":2147483647,"pr":1e308}`,
    `{"n":"evil\\u0000name","l":"https://${site}/","p":{"k\\u0000":"v\\u0000","'; drop table pico.events; --":"x","\\ud800":1}}`,
    `{"n":"load","l":"https://${site}/${"a/".repeat(200)}","r":"javascript:alert(1)","tz":"${"z".repeat(300)}"}`,
    `{"n":"load","l":"https://${site}/?utm_source=${"%F0%9F%98%80".repeat(100)}"}`,
  ];
  let taken = 0;
  for (const body of hostile) {
    const answer = await server.event(body);
    assert.ok([202, 400].includes(answer.status), `${answer.status} for ${body}`);
    if (answer.status === 202 && !answer.headers["x-picolytics-dropped"]) ++taken;
    assert.equal((await server.event({ n: "load", l: `https://${site}/good` })).status, 202);
  }
  assert.ok(taken >= 5, `${taken} taken`);
  await until("all of them", async () => (await events(site)).length === taken + hostile.length);
  assert.deepEqual(await server.sql("select * from pico.dead_letters"), []);
});

test("two instances on one Postgres give a visitor the same visit, and each event once", async () => {
  const database = { host: server.postgres.socket, port: Number(server.postgres.port), user: server.postgres.user, database: server.postgres.database };
  const other = await Server.start({ IP_EXTRACTOR: "xff", PGCONNSTRING: `postgresql://${database.user}@/${database.database}?host=${encodeURIComponent(database.host)}&port=${database.port}` });
  try {
    for (let i = 0; i < 40; ++i) await (i % 2 ? server : other).event({ n: "load", l: `https://two.example/${i}` }, { "X-Forwarded-For": "8.8.8.8" });
    await stored("two.example", 40);
    const all = await visits("two.example");
    assert.equal(all.length, 1, "one salt, one visitor, one visit");
    assert.equal(all[0].pageviews, 40);
    assert.equal((await events("two.example")).length, 40);
  } finally {
    await other.destroy();
  }
});
