// The older calls of the Stats API: the same figures in other shapes.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Server, run } from "../support/picolytics.mjs";
import { backdate, keyOf } from "../support/stats_api.mjs";

let server, key;
const site = "example.com";
const day = (daysAgo = 0) => new Date(Date.now() - daysAgo * 86_400_000).toISOString().slice(0, 10);
const from = (n) => ({ "X-Forwarded-For": `8.8.8.${n}` });

before(async () => {
  server = await Server.start({ IP_EXTRACTOR: "xff", API_REQUESTS_PER_HOUR: "0" });
  assert.equal(run(["site", "add", site], { DATA_DIR: server.dir }).status, 0);
  key = keyOf(server, "--scope", "read", "--site", site);
  const send = (path, headers, more = {}) => server.event({ n: "load", l: `https://${site}${path}`, ...more }, headers);
  await send("/old", from(9));
  await send("/blog/one", from(1), { r: "https://www.google.com/" });
  await send("/blog/two/comments", from(1));
  await send("/", from(2));
  await server.event({ n: "signup", l: `https://${site}/`, p: { plan: "pro" } }, from(2));
  await server.untilSql("select count(*) from pico.events", [], (n) => Number(n) === 5);
  await backdate(server, site, { days: 2, path: "/old" });
});
after(() => server.destroy());

const call = async (name, parameters, token = key) => {
  const query = new URLSearchParams({ site_id: site, ...parameters });
  const answer = await server.get(`/api/v1/stats/${name}?${query}`, { Authorization: `Bearer ${token}` });
  return { status: answer.status, json: JSON.parse(answer.text) };
};
const results = async (name, parameters) => {
  const { status, json } = await call(name, parameters);
  assert.equal(status, 200, JSON.stringify(json));
  assert.deepEqual(Object.keys(json), ["results"]);
  return json.results;
};

test("aggregate gives each metric's value, and the change when it is asked for", async () => {
  assert.deepEqual(await results("aggregate", { period: "day", metrics: "visitors,pageviews, bounce_rate,views_per_visit" }),
    { visitors: { value: 2 }, pageviews: { value: 3 }, bounce_rate: { value: 0 }, views_per_visit: { value: 1.5 } });
  assert.deepEqual(await results("aggregate", {}), { visitors: { value: 3 } }, "30d and visitors are meant when nothing is said");
  assert.deepEqual(await results("aggregate", { period: "custom", date: `${day(1)}, ${day(0)}`, metrics: "visitors,bounce_rate,visit_duration", compare: "previous_period" }).then(({ visitors, bounce_rate }) => [visitors, bounce_rate]),
    [{ value: 2, change: 100 }, { value: 0, change: -100 }]);
});

test("timeseries has every bucket, also those without visits", async () => {
  const week = await results("timeseries", { period: "7d", metrics: "visitors,bounce_rate,visit_duration,views_per_visit" });
  assert.deepEqual(week.map((row) => row.date), [6, 5, 4, 3, 2, 1, 0].map(day));
  assert.deepEqual(week[5], { date: day(1), visitors: 0, bounce_rate: 0, visit_duration: null, views_per_visit: 0 });
  assert.deepEqual([week[4].visitors, week[6].visitors], [1, 2]);
  assert.equal((await results("timeseries", {})).length, 31);
  const hours = await results("timeseries", { period: "day" });
  assert.deepEqual([hours.length, hours[1].date], [24, `${day()} 01:00:00`]);
  const months = await results("timeseries", { period: "12mo" });
  assert.deepEqual([months.length, months.at(-1).date], [12, `${day().slice(0, 7)}-01`]);
  assert.equal((await results("timeseries", { period: "month", date: "2026-02-10", interval: "date" })).length, 28);
});

test("breakdown names the property and pages through it", async () => {
  assert.deepEqual(await results("breakdown", { period: "day", property: "visit:source", metrics: "visitors,pageviews" }),
    [{ source: "Direct / None", visitors: 1, pageviews: 1 }, { source: "Google", visitors: 1, pageviews: 2 }]);
  const pages = await results("breakdown", { period: "day", property: "event:page", metrics: "pageviews" });
  assert.deepEqual(pages.map((row) => row.page).sort(), ["/", "/blog/one", "/blog/two/comments"]);
  assert.equal((await results("breakdown", { period: "day", property: "event:page", limit: "2", page: "2" })).length, 1);
  assert.deepEqual(await results("breakdown", { period: "day", property: "event:props:plan", metrics: "events", filters: "event:name==signup" }), [{ plan: "pro", events: 1 }]);
});

test("filters know or, not, and wildcards", async () => {
  const pageviews = async (filters) => (await results("aggregate", { period: "day", metrics: "pageviews", filters })).pageviews.value;
  assert.equal(await pageviews("visit:source==Google"), 2);
  assert.equal(await pageviews("visit:source==Bing|Direct / None"), 1);
  assert.equal(await pageviews("visit:source!=Google"), 1);
  assert.equal(await pageviews("event:page==/blog/*"), 1);
  assert.equal(await pageviews("event:page==/blog/**"), 2);
  assert.equal(await pageviews("event:page!=/blog/**"), 1);
  assert.equal(await pageviews("event:page==/blog/**;visit:source==Bing"), 0);
  assert.equal(await pageviews("event:page==/.*"), 0, "other signs of expressions are plain text");
});

test("what cannot be asked is answered 400 with a sentence", async () => {
  for (const [name, parameters, sentence] of [
    ["aggregate", { period: "decade" }, /`period` parameter: invalid period `decade`/],
    ["aggregate", { date: "yesterday" }, /`date` parameter/],
    ["aggregate", { period: "custom" }, /`date` parameter of a custom period/],
    ["aggregate", { period: "custom", date: "2026-01-01,x" }, /`date` parameter/],
    ["aggregate", { metrics: "visitors,baa" }, /The metric `baa` is not recognized/],
    ["aggregate", { metrics: "visitors,visitors" }, /Metrics cannot be queried multiple times\./],
    ["aggregate", { metrics: "conversion_rate" }, /event:goal/],
    ["aggregate", { filters: "visit:source" }, /Invalid filter/],
    ["aggregate", { filters: "visit:baa==x" }, /Invalid filter property 'visit:baa'/],
    ["aggregate", { filters: "event:goal==Unheard of" }, /goal/],
    ["aggregate", { compare: "last_year" }, /`compare`/],
    ["aggregate", { site_id: "" }, /^Missing site ID\./],
    ["timeseries", { interval: "minute" }, /`interval` parameter: invalid interval `minute`/],
    ["breakdown", {}, /The `property` parameter is required\./],
    ["breakdown", { property: "baa" }, /Invalid property 'baa'/],
    ["breakdown", { property: "time:day" }, /Invalid property/],
    ["breakdown", { property: "visit:source", limit: "1001" }, /`limit` parameter is a number from 1 to 1000/],
    ["breakdown", { property: "visit:source", page: "0" }, /`page` parameter/],
    ["breakdown", { property: "event:name", metrics: "bounce_rate" }, /Session metric\(s\) `bounce_rate`/],
  ]) {
    const { status, json } = await call(name, parameters);
    assert.equal(status, 400, `${name} ${JSON.stringify(parameters)}`);
    assert.match(json.error, sentence);
  }
  assert.equal((await call("aggregate", {}, `pico_${"0".repeat(64)}`)).status, 401);
  assert.equal((await call("aggregate", { site_id: "other.example" })).status, 401);
});
