// One traffic, told to Picolytics in each of its four ways, to a site for each: the tracker's endpoint, µAnalytics' API, the page-view counter and
// the live view counter. Wherever definitions agree, so must the figures, whichever API is asked.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Server, caughtUp, chrome, until } from "../support/picolytics.mjs";
import { keyOf } from "../support/stats_api.mjs";
import { WebSocketClient } from "../support/websocket.mjs";

// A zone in which it is around noon, so that no midnight falls into the test; its days are the tracker's.
const hoursToNoon = 12 - new Date().getUTCHours();
const zone = hoursToNoon === 0 ? "Etc/UTC" : `Etc/GMT${hoursToNoon > 0 ? "-" : "+"}${Math.abs(hoursToNoon)}`;
const today = new Date(Date.now() + hoursToNoon * 3_600_000).toISOString().slice(0, 10);

const tracked = "tracked.example", micro = "handed-in.example", counted = "counted.example", live = "live.example";
const visitors = 24;
const pages = ["/", "/posts/one", "/posts/two", "/pricing"];
/** Who looks at what: visitor v looks at the first 1 + v % 4 pages, some twice at the first. In turns, so that no two events of a visitor fall into the
 * same millisecond, in which their order would not be known. */
const viewsOfVisitor = (visitor) => [...(visitor % 3 === 0 ? ["/"] : []), ...pages.slice(0, 1 + (visitor % pages.length))];
const traffic = Array.from({ length: pages.length + 1 }, (_, turn) => Array.from({ length: visitors }, (_, visitor) => ({ visitor, path: viewsOfVisitor(visitor)[turn] }))).flat().filter(({ path }) => path);
const downloads = [1, 2, 3, 3, 5];
const ipOf = (visitor) => `8.8.${visitor}.1`;
const agentOf = (visitor) => `${chrome} v${visitor}`;
const referrerOf = (visitor) => ["", "https://www.google.com/", "https://blog.example.org/post"][visitor % 3];
const viewsOf = (path) => traffic.filter((view) => view.path === path).length;
const visitorsOf = (path) => new Set(traffic.filter((view) => view.path === path).map((view) => view.visitor)).size;

let server, key, thisHour;
before(async () => {
  server = await Server.start({ IP_EXTRACTOR: "xff", DEFAULT_TIME_ZONE: zone, WS_ALLOWED_ORIGINS: `https://${live}`, WS_IDLE_TIMEOUT_SEC: "600", API_REQUESTS_PER_HOUR: "0" });
  key = keyOf(server, "--scope", "read");
  thisHour = Math.floor(Date.now() / 3_600_000) * 3_600_000;
  const counts = {};
  const list = [];
  for (const { visitor, path } of traffic) {
    const headers = { "X-Forwarded-For": ipOf(visitor), "User-Agent": agentOf(visitor) };
    assert.equal((await server.event({ n: "load", l: `https://${tracked}${path}`, r: referrerOf(visitor) }, headers)).status, 202);
    list.push({ event: "view", time: new Date().toISOString(), ip: ipOf(visitor), path, headers: { "user-agent": agentOf(visitor), referer: referrerOf(visitor) } });
    (counts[`${counted}${path}`] ??= {})[new Date(thisHour).toISOString()] = viewsOf(path);
  }
  for (const visitor of downloads) {
    const headers = { "X-Forwarded-For": ipOf(visitor), "User-Agent": agentOf(visitor) };
    assert.equal((await server.event({ n: "download", l: `https://${tracked}/pricing`, p: { file: "a" } }, headers)).status, 202);
    list.push({ event: "download", time: new Date().toISOString(), ip: ipOf(visitor), path: "/pricing", headers: { "user-agent": agentOf(visitor) } });
  }
  const handedIn = await server.request("POST", `/micro-analytics/${micro}/bulk`, { body: JSON.stringify({ list }) });
  assert.equal(handedIn.status, 200, handedIn.text);
  const multi = await server.request("POST", "/page-views/multi", { body: JSON.stringify(counts), headers: { "Content-Type": "application/json" } });
  assert.equal(multi.status, 200, multi.text);
  const seen = new Set();
  const socket = await WebSocketClient.open(server.listen, { headers: { Origin: `https://${live}` } });
  for (const { visitor, path } of traffic) {
    const first = !seen.has(`${visitor} ${path}`);
    seen.add(`${visitor} ${path}`);
    socket.send({ message: "views", articleId: path, articleTitle: path, previousPage: "null", refreshed: !first, referrer: "" });
    JSON.parse(await socket.receive());
  }
  await socket.close();
  await caughtUp(server);
});
after(() => server.destroy());

const api = async (site, body) => {
  const answer = await server.request("POST", "/api/v2/query", { body: JSON.stringify({ site_id: site, date_range: "day", ...body }), headers: { Authorization: `Bearer ${key}` } });
  assert.equal(answer.status, 200, answer.text);
  return JSON.parse(answer.text).results;
};
const legacy = async (site, metrics) => {
  const answer = await server.get(`/api/v1/stats/aggregate?${new URLSearchParams({ site_id: site, period: "day", date: today, metrics })}`, { Authorization: `Bearer ${key}` });
  assert.equal(answer.status, 200, answer.text);
  return JSON.parse(answer.text).results;
};
const ask = async (site, question = "") => {
  const answer = await server.get(`/micro-analytics/${site}${question}`);
  assert.equal(answer.status, 200, answer.text);
  return JSON.parse(answer.text);
};
/** Since figures may lag behind the commit by two seconds, the first question waits. */
const settled = (site) => until(`the figures of ${site}`, async () => (await api(site, { metrics: ["events"] }))[0].metrics[0] === traffic.length + downloads.length);

for (const site of [tracked, micro])
  test(`the Stats API says of ${site} what was sent`, async () => {
    await settled(site);
    assert.deepEqual(await legacy(site, "visitors,visits,pageviews"), { visitors: { value: visitors }, visits: { value: visitors }, pageviews: { value: traffic.length } });
    const byPage = await api(site, { metrics: ["pageviews", "visitors"], dimensions: ["event:page"], filters: [["is", "event:name", ["pageview"]]], order_by: [["event:page", "asc"]] });
    assert.deepEqual(byPage.map(({ dimensions, metrics }) => [...dimensions, ...metrics]), [...pages].sort().map((path) => [path, viewsOf(path), visitorsOf(path)]));
    const sources = await api(site, { metrics: ["visitors"], dimensions: ["visit:source"], order_by: [["visit:source", "asc"]] });
    assert.deepEqual(sources.map(({ metrics }) => metrics[0]), [visitors / 3, visitors / 3, visitors / 3]);
  });

test("both ways lead to the same visits: pages, sources, devices, countries, bounces, hour by hour", async () => {
  await Promise.all([tracked, micro].map(settled));
  for (const dimension of ["event:page", "visit:entry_page", "visit:exit_page", "visit:source", "visit:channel", "visit:browser", "visit:os", "visit:device", "visit:country", "event:name"]) {
    const [one, other] = await Promise.all([tracked, micro].map((site) => api(site, { metrics: ["visitors", "visits", "events", ...(dimension.startsWith("visit:") ? ["bounce_rate"] : [])], dimensions: [dimension], order_by: [[dimension, "asc"]] })));
    assert.deepEqual(one, other, dimension);
    assert.ok(one.length > 0, dimension);
  }
});

for (const site of [tracked, micro])
  test(`µAnalytics' API says of ${site} what was sent`, async () => {
    const total = traffic.length + downloads.length;
    assert.deepEqual(await ask(site, "/count"), { total, unique: visitors });
    const events = (await ask(site, "/events?unique=true")).list.map(({ id, total, unique }) => [id, total, unique]);
    assert.deepEqual(events, [[site === tracked ? "load" : "view", traffic.length, visitors], ["download", downloads.length, new Set(downloads).size]]);
    const countries = (await ask(site, "/countries?unique=true")).list;
    assert.deepEqual(countries, [{ id: "us", label: countries[0].label, total, unique: visitors }]);
    assert.deepEqual((await ask(site, "/platforms?unique=true")).list, [{ id: "Linux", label: "Linux", total, unique: visitors }]);
    const hours = (await ask(site, "/time?interval=3600&unique=true")).list;
    assert.equal(hours.reduce((sum, hour) => sum + hour.total, 0), total);
    const { list } = await ask(site);
    assert.equal(list.length, total);
    for (const path of pages) assert.equal(list.filter((visit) => visit.path === path && visit.event !== "download").length, viewsOf(path), path);
  });

test("the page-view counter's report says of a page what its own counts, the tracker and µAnalytics' API say", async () => {
  for (const path of pages)
    for (const site of [counted, tracked, micro]) {
      const report = async (now) => JSON.parse((await server.get(`/report?${new URLSearchParams({ page: `${site}${path}`, now: new Date(now).toISOString() })}`)).text).data;
      // The traffic may have gone over the end of an hour.
      const views = (await report(thisHour + 2 * 3_600_000)).reduce((sum, row) => sum + row.v, 0);
      assert.equal(views, viewsOf(path), `${site}${path}`);
      assert.equal((await report(thisHour)).reduce((sum, row) => sum + row.v, 0), 0, "nothing before");
    }
});

test("hour by hour the report, µAnalytics' API and the Stats API say the same", async () => {
  const end = thisHour + 2 * 3_600_000;
  for (const site of [tracked, micro]) {
    const reports = await Promise.all(pages.map(async (path) => JSON.parse((await server.get(`/report?${new URLSearchParams({ page: `${site}${path}`, now: new Date(end).toISOString() })}`)).text).data));
    const views = (hour) => reports.reduce((sum, rows) => sum + rows.find((row) => row.h === new Date(hour).getUTCHours()).v, 0);
    const { list } = await ask(site);
    const handed = (hour) => list.filter((visit) => visit.event !== "download" && Math.floor(Date.parse(visit.time) / 3_600_000) * 3_600_000 === hour).length;
    const hours = await api(site, { metrics: ["pageviews"], dimensions: ["time:hour"] });
    const local = (hour) => new Date(hour + hoursToNoon * 3_600_000).toISOString().slice(0, 19).replace("T", " ");
    for (const hour of [thisHour, thisHour + 3_600_000]) {
      assert.equal(views(hour), handed(hour), `${site} ${hour}`);
      assert.equal(hours.find((row) => row.dimensions[0] === local(hour))?.metrics[0] ?? 0, views(hour), `${site} ${hour}`);
    }
  }
});

test("the live view counter says of a page how often it was viewed, and by how many", async () => {
  const answer = JSON.parse((await server.get(`/views/articles?site=${live}`)).text);
  const rows = answer.articles ?? answer;
  assert.deepEqual(rows.map(({ articleId, totalViews, uniqueViews }) => [articleId, totalViews, uniqueViews]).sort(), [...pages].sort().map((path) => [path, viewsOf(path), visitorsOf(path)]));
});

test("one site's traffic may come in both ways: its visitors are counted once", async () => {
  const site = "both.example";
  const visit = (visitor, path) => server.event({ n: "load", l: `https://${site}${path}` }, { "X-Forwarded-For": ipOf(visitor), "User-Agent": agentOf(visitor) });
  for (const visitor of [1, 2, 3]) assert.equal((await visit(visitor, "/tracked")).status, 202);
  await caughtUp(server);
  const list = [2, 3, 4].map((visitor) => ({ event: "view", ip: ipOf(visitor), path: "/handed-in", headers: { "user-agent": agentOf(visitor) } }));
  assert.equal((await server.request("POST", `/micro-analytics/${site}/bulk`, { body: JSON.stringify({ list }) })).status, 200);
  await until("the figures", async () => (await api(site, { metrics: ["pageviews"] }))[0].metrics[0] === 6);
  assert.deepEqual((await api(site, { metrics: ["visitors", "visits", "pageviews", "bounce_rate"] }))[0].metrics, [4, 4, 6, 50]);
  assert.equal((await ask(site, "/count")).total, 6);
});
