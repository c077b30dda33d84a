// The Stats API as its clients see it: events sent to the tracker's door, figures asked for at the API's.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import http from "node:http";
import { after, before, test } from "node:test";
import { Server, run, until } from "../support/picolytics.mjs";
import { backdate, keyOf, lockTable } from "../support/stats_api.mjs";

let server, key;
const more = [];
before(async () => {
  server = await Server.start({ IP_EXTRACTOR: "xff", API_REQUESTS_PER_HOUR: "0", MAX_AUTO_SITES: "1000", MAX_AUTO_SITES_PER_HOUR: "1000" });
  key = keyOf(server, "--scope", "read");
});
after(() => Promise.all([server, ...more].map((one) => one.destroy())));

const from = (n) => ({ "X-Forwarded-For": `8.8.8.${n}` });
const send = (site, path, headers = from(1), more = {}) => server.event({ n: "load", l: `https://${site}${path}`, ...more }, headers);
const stored = (site, n) =>
  server.untilSql("select count(*) from pico.events join pico.sites s using (site_id) where s.domain = $1", [site], (count) => Number(count) === n);
const ask = async (question, { token = key, ...options } = {}) => {
  const body = typeof question === "string" ? question : JSON.stringify(question);
  const answer = await (options.server ?? server).request("POST", "/api/v2/query", { body, headers: { ...(token && { Authorization: `Bearer ${token}` }), ...options.headers } });
  return { ...answer, json: JSON.parse(answer.text) };
};
const figures = async (question) => {
  const { status, json } = await ask(question);
  assert.equal(status, 200, JSON.stringify(json));
  return json;
};
const errorOf = async (question, options) => {
  const { status, headers, json } = await ask(question, options);
  assert.deepEqual(Object.keys(json), ["error"]);
  assert.equal(headers["x-content-type-options"], "nosniff");
  return [status, json.error];
};
const today = () => new Date().toISOString().slice(0, 10);

test("two pageviews 25 minutes apart and a single one of another visitor give the figures of the definition", async () => {
  await send("past.example", "/a", from(1));
  await send("past.example", "/b", from(1));
  await send("past.example", "/a", from(2));
  await stored("past.example", 3);
  await backdate(server, "past.example", { days: 3, secondEventAfterMinutes: 25 });
  const json = await figures({ site_id: "past.example", date_range: "7d", metrics: ["pageviews", "visits", "views_per_visit", "visitors", "bounce_rate", "visit_duration", "events"] });
  assert.deepEqual(json.results, [{ dimensions: [], metrics: [3, 2, 1.5, 2, 50, 750, 3] }]);
  assert.deepEqual(json.meta, {});
});

test("an event is in the figures as soon as it is in Postgres", async () => {
  const question = { site_id: "fresh.example", date_range: "day", metrics: ["visitors", "pageviews"] };
  await send("fresh.example", "/");
  await stored("fresh.example", 1);
  assert.deepEqual((await figures(question)).results, [{ dimensions: [], metrics: [1, 1] }]);
  await send("fresh.example", "/again");
  await stored("fresh.example", 2);
  assert.deepEqual((await figures(question)).results, [{ dimensions: [], metrics: [1, 2] }]);
});

test("figures are grouped, filtered, ordered and paged", async () => {
  await send("groups.example", "/?utm_source=newsletter", from(1));
  await send("groups.example", "/", from(2), { r: "https://www.google.com/" });
  await send("groups.example", "/pricing", from(2));
  await send("groups.example", "/", from(3));
  await send("groups.example", "/", from(4));
  await stored("groups.example", 5);
  const question = { site_id: "groups.example", date_range: "day", metrics: ["visitors", "pageviews"] };
  const bySource = await figures({ ...question, dimensions: ["visit:source"], include: { total_rows: true, totals: true } });
  assert.deepEqual(bySource.results[0], { dimensions: ["Direct / None"], metrics: [2, 2] });
  assert.deepEqual(bySource.results.map((row) => row.dimensions[0]).sort(), ["Direct / None", "Google", "newsletter"]);
  assert.equal(bySource.meta.total_rows, 3);
  assert.deepEqual(bySource.totals, [4, 5]);
  const page = await figures({ ...question, dimensions: ["visit:source"], order_by: [["pageviews", "desc"], ["visit:source", "asc"]], pagination: { limit: 1, offset: 1 }, include: { total_rows: true } });
  assert.deepEqual(page.results, [{ dimensions: ["Google"], metrics: [1, 2] }]);
  assert.equal(page.meta.total_rows, 3);
  const ofGoogle = await figures({ ...question, filters: [["is", "visit:source", ["google"], { case_sensitive: false }]], dimensions: ["event:page"] });
  assert.deepEqual(ofGoogle.results.map((row) => row.dimensions[0]).sort(), ["/", "/pricing"]);
  const either = await figures({ ...question, filters: [["or", [["is", "visit:source", ["Direct / None"]], ["matches", "event:page", ["^/pri"]]]]] });
  assert.deepEqual(either.results, [{ dimensions: [], metrics: [3, 3] }]);
  assert.deepEqual((await figures({ ...question, filters: [["is", "visit:source", ["nobody"]]] })).results, [{ dimensions: [], metrics: [0, 0] }]);
});

test("the question comes back as it was understood, with the range resolved in the site's time zone", async () => {
  assert.equal(run(["site", "add", "zone.example", "--time-zone", "Asia/Kolkata"], { DATA_DIR: server.dir }).status, 0);
  const asked = { site_id: "zone.example", metrics: ["visits"], date_range: ["2026-03-01", "2026-03-07"], filters: [["is", "visit:country", ["IN"]]], dimensions: ["time:day"] };
  const { query } = await figures(asked);
  assert.deepEqual(query, {
    ...asked, date_range: ["2026-03-01T00:00:00+05:30", "2026-03-07T23:59:59+05:30"], order_by: [["time:day", "asc"]],
    include: { imports: false, time_labels: false, total_rows: false, totals: false }, pagination: { limit: 10000, offset: 0 },
  });
});

test("N days end with today", async () => {
  await send("days.example", "/");
  await stored("days.example", 1);
  const range = (await figures({ site_id: "days.example", metrics: ["visits"], date_range: "7d" })).query.date_range;
  assert.equal(range[1], `${today()}T23:59:59+00:00`);
  assert.equal(Date.parse(range[1]) + 1000 - Date.parse(range[0]), 7 * 86_400_000);
});

test("time stands for hours, days or months, and labels name every bucket", async () => {
  await send("time.example", "/");
  await stored("time.example", 1);
  const question = { site_id: "time.example", metrics: ["visitors"], dimensions: ["time"], include: { time_labels: true } };
  const hours = await figures({ ...question, date_range: "day" });
  assert.deepEqual(hours.query.dimensions, ["time:hour"]);
  assert.equal(hours.meta.time_labels.length, 24);
  assert.equal(hours.meta.time_labels[0], `${today()} 00:00:00`);
  assert.equal(hours.results.length, 1, "rows exist for buckets with data only");
  const days = await figures({ ...question, date_range: "28d" });
  assert.deepEqual([days.query.dimensions, days.meta.time_labels.length, days.meta.time_labels.at(-1)], [["time:day"], 28, today()]);
  const months = await figures({ ...question, date_range: ["2025-01-01", "2025-12-31"] });
  assert.deepEqual([months.query.dimensions, months.meta.time_labels.length, months.meta.time_labels[1]], [["time:month"], 12, "2025-02-01"]);
  assert.deepEqual((await figures({ ...question, date_range: "all" })).query.dimensions, ["time:hour"], "the site's whole life is one day");
  const quarter = (await figures({ ...question, date_range: "3mo" })).query;
  const length = Math.round((Date.parse(quarter.date_range[1]) - Date.parse(quarter.date_range[0])) / 86_400_000);
  assert.deepEqual(quarter.dimensions, [length > 90 ? "time:month" : "time:day"]);
});

test("goals are dimensions, filters and rates", async () => {
  const site = "goals.example";
  await send(site, "/", from(1));
  await server.event({ n: "signup", l: `https://${site}/`, p: { plan: "pro" } }, from(1));
  await send(site, "/", from(2));
  await stored(site, 3);
  for (const goal of [["--event", "signup"], ["--page", "/no/*", "--name", "Never"]]) assert.equal(run(["goal", "add", "--site", site, ...goal], { DATA_DIR: server.dir }).status, 0);
  const question = { site_id: site, date_range: "day", metrics: ["visitors", "conversion_rate"] };
  assert.deepEqual((await figures({ ...question, dimensions: ["event:goal"] })).results, [{ dimensions: ["signup"], metrics: [1, 50] }]);
  assert.deepEqual((await figures({ ...question, filters: [["is", "event:goal", ["signup"]]] })).results, [{ dimensions: [], metrics: [1, 50] }]);
  assert.deepEqual((await figures({ ...question, metrics: ["events"], dimensions: ["event:props:plan"], filters: [["is", "event:name", ["signup"]]] })).results, [{ dimensions: ["pro"], metrics: [1] }]);
  const [status, sentence] = await errorOf({ ...question, filters: [["is", "event:goal", ["Unheard of"]]] });
  assert.equal(status, 400);
  assert.match(sentence, /Unheard of.*goal|goal.*Unheard of/i);
});

test("figures are compared with those of the days before", async () => {
  await send("compared.example", "/new", from(1));
  await send("compared.example", "/old", from(2));
  await stored("compared.example", 2);
  await backdate(server, "compared.example", { days: 1, path: "/old" });
  const json = await figures({ site_id: "compared.example", date_range: "day", metrics: ["visitors"], include: { comparison: "previous_period", totals: true } });
  assert.deepEqual(json.results, [{ dimensions: [], metrics: [1] }]);
  assert.deepEqual(json.comparison.results, [{ dimensions: [], metrics: [1] }]);
  assert.equal(Date.parse(json.comparison.date_range[1]) + 1000, Date.parse(json.query.date_range[0]));
});

test("imports are tolerated, and there are none", async () => {
  await send("imports.example", "/");
  await stored("imports.example", 1);
  const { meta } = await figures({ site_id: "imports.example", date_range: "day", metrics: ["visits"], include: { imports: true } });
  assert.deepEqual(meta, { imports_included: false, imports_skip_reason: "no_imported_data" });
});

test("what cannot be asked is answered 400 with the place and a sentence", async () => {
  await send("errors.example", "/");
  await stored("errors.example", 1);
  const good = { site_id: "errors.example", metrics: ["visitors"], date_range: "7d" };
  const faults = [
    [{ metrics: ["visitors", "baa"] }, /^#\/metrics\/1: Invalid metric "baa"$/],
    [{ dimensions: ["x"] }, /^#\/dimensions\/0: Invalid dimension "x"$/],
    [{ date_range: "x" }, /^#\/date_range: Invalid date range "x"$/],
    [{ date_range: ["2026-02-02", "2026-02-01"] }, /ends before it begins/],
    [{ filters: [["baa"]] }, /^#\/filters\/0: Invalid filter \["baa"\]$/],
    [{ metrics: ["visitors", "visitors"] }, /^#\/metrics: Expected items to be unique but they were not\.$/],
    [{ more: 1 }, /^#\/more: There is no such property\.$/],
    [{ metrics: undefined }, /^#: Required property metrics was not present\.$/],
    [{ metrics: ["bounce_rate"], dimensions: ["event:name"] }, /^Session metric\(s\) `bounce_rate` cannot be queried along with event dimension\(s\) `event:name`/],
    [{ metrics: ["views_per_visit"], dimensions: ["event:page"] }, /^Metric `views_per_visit` cannot be queried with .*`dimensions`/],
    [{ metrics: ["conversion_rate"] }, /can only be queried with event:goal filters or dimensions\.$/],
    [{ metrics: ["scroll_depth"] }, /can only be queried with event:page filters or dimensions\.$/],
    [{ order_by: [["visits", "desc"]] }, /^Invalid order_by entry 'visits'\. Entry is not a queried metric or dimension\.$/],
    [{ include: { time_labels: true } }, /^Invalid include\.time_labels: requires a time dimension\.$/],
    [{ filters: [["is", "visit:country", ["Austria"]]] }, /^Invalid visit:country filter, visit:country needs to be a valid 2-letter country code\.$/],
    [{ filters: [["is", "time:day", ["2026-01-01"]]] }, /date_range/],
    [{ filters: [["matches", "event:page", ["("]]] }, /./],
    [{ filters: [["is", "segment", [1]]] }, /Segments are not supported/],
    [{ metrics: ["total_revenue"] }, /revenue is not counted/],
    [{ dimensions: ["visit:country_name"] }, /`visit:country` is the 2-letter code/],
    [{ dimensions: ["visit:source", "visit:os", "visit:browser"] }, /At most 2 dimensions/],
    [{ pagination: { limit: 10001 } }, /^#\/pagination\/limit: /],
    [{ site_id: undefined }, /^Missing site ID\./],
  ];
  for (const [fault, sentence] of faults) {
    const [status, error] = await errorOf({ ...good, ...fault });
    assert.equal(status, 400, JSON.stringify(fault));
    assert.match(error, sentence);
  }
  assert.deepEqual((await errorOf("{"))[0], 400);
  assert.match((await errorOf("[".repeat(60_000)))[1], /nested/);
  assert.equal((await errorOf("x".repeat(70_000)))[0], 413);
  assert.deepEqual((await figures(good)).results, [{ dimensions: [], metrics: [1] }]);
});

test("without a key, with an unknown one, or one for something else, nothing is told", async () => {
  await send("locked.example", "/");
  await stored("locked.example", 1);
  const question = { site_id: "locked.example", metrics: ["visitors"], date_range: "day" };
  const missing = await ask(question, { token: "" });
  assert.equal(missing.status, 401);
  assert.match(missing.json.error, /^Missing API key\./);
  assert.equal(missing.headers["www-authenticate"], "Bearer");
  const refused = [];
  const forOther = keyOf(server, "--scope", "read", "--site", "past.example");
  for (const token of ["nonsense", `pico_${"0".repeat(64)}`, forOther, keyOf(server, "--scope", "write"), keyOf(server, "--scope", "admin", "--site", "locked.example")]) refused.push(await errorOf(question, { token }));
  refused.push(await errorOf({ ...question, site_id: "nobody.example" }), await errorOf({ ...question, site_id: "nobody.example" }, { token: forOther }));
  for (const one of refused) assert.deepEqual(one, refused[0]);
  assert.equal(refused[0][0], 401);
  assert.match(refused[0][1], /^Invalid API key or site ID\./);
  assert.equal((await ask(question, { token: keyOf(server, "--scope", "read", "--site", "locked.example") })).status, 200);
});

test("a revoked key is refused within ten seconds", async () => {
  const token = keyOf(server, "--scope", "read");
  const question = { site_id: "past.example", metrics: ["visitors"], date_range: "day" };
  assert.equal((await ask(question, { token })).status, 200);
  assert.equal(run(["key", "revoke", token], { DATA_DIR: server.dir }).status, 0);
  await until("the key to be refused", async () => (await ask(question, { token })).status === 401, 30_000);
});

test("a browser's page may ask, with a key of its own", async () => {
  const headers = { Origin: "https://board.example" };
  const answer = await ask({ site_id: "past.example", metrics: ["visitors"], date_range: "day" }, { headers });
  assert.equal(answer.headers["access-control-allow-origin"], "*");
  assert.equal(answer.headers["access-control-allow-credentials"], undefined);
  assert.equal(answer.headers["cache-control"], "no-store");
  const preflight = await server.request("OPTIONS", "/api/v2/query", { headers: { ...headers, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization" } });
  assert.equal(preflight.status, 204);
  assert.equal(preflight.headers["access-control-allow-headers"], "authorization");
});

test("the visitors of the last five minutes are a bare number", async () => {
  await send("live.example", "/", from(1));
  await send("live.example", "/more", from(1));
  await send("live.example", "/", from(2));
  await stored("live.example", 3);
  const headers = { Authorization: `Bearer ${key}` };
  const answer = await server.get("/api/v1/stats/realtime/visitors?site_id=live.example", headers);
  assert.deepEqual([answer.status, answer.text], [200, "2"]);
  assert.equal((await server.get("/api/v1/stats/realtime/visitors", headers)).status, 400);
  assert.equal((await server.get("/api/v1/stats/realtime/visitors?site_id=nobody.example", headers)).status, 401);
  assert.equal((await server.get("/api/v1/stats/realtime/visitors?site_id=live.example")).status, 401);
});

test("a key may ask so many times an hour, and no more", async () => {
  const one = await Server.start({ API_REQUESTS_PER_HOUR: "3" });
  more.push(one);
  const [token, other] = [keyOf(one, "--scope", "read"), keyOf(one, "--scope", "read")];
  const question = { site_id: "nobody.example", metrics: ["visitors"], date_range: "day" };
  for (let i = 0; i < 3; ++i) assert.equal((await ask(question, { token, server: one })).status, 401);
  const limited = await ask(question, { token, server: one });
  assert.equal(limited.status, 429);
  assert.match(limited.json.error, /^Too many API requests\. Your API key is limited to 3 requests per hour\./);
  const wait = Number(limited.headers["retry-after"]);
  assert.ok(wait > 3000 && wait <= 3600, `${wait}`);
  assert.equal((await ask(question, { token: other, server: one })).status, 401, "every key has its own");
  assert.deepEqual([await one.metric("picolytics_api_keys_counted"), await one.metric("picolytics_api_keys_remembered")], [2, 2]);
});

test("keys that are not known are not looked up endlessly", async () => {
  const statuses = new Set();
  await until("the guesser to be slowed down", async () => {
    const token = `pico_${[...Array(64)].map(() => Math.floor(Math.random() * 16).toString(16)).join("")}`;
    const { status, headers } = await ask({}, { token, headers: from(99) });
    statuses.add(status);
    return status === 429 && headers["retry-after"] === "1";
  });
  assert.deepEqual([...statuses].sort(), [401, 429]);
  assert.equal((await ask({}, { token: `pico_${"1".repeat(64)}`, headers: from(98) })).status, 401, "others are not");
});

test("a question that takes too long is given up with advice, and those that wait beyond the queue are sent away", async () => {
  const one = await Server.start({ API_REQUESTS_PER_HOUR: "0", CONNECTIONS_PER_CLIENT: "0" });
  more.push(one);
  one.agent = new http.Agent({ keepAlive: true, maxSockets: 400 });
  assert.equal(run(["site", "add", "slow.example"], { DATA_DIR: one.dir }).status, 0);
  const token = keyOf(one, "--scope", "read");
  const question = { site_id: "slow.example", metrics: ["visitors"], date_range: "day", filters: [["is", "visit:source", ["x"]]] };
  assert.equal((await ask(question, { token, server: one })).status, 200);
  const release = await lockTable(one, "pico.visits");
  const seen = new Map();
  const asked = Array.from({ length: 300 }, () => ask(question, { token, server: one }).then(({ status, headers, json }) => seen.set(json.error, [status, headers["retry-after"]])));
  try {
    const full = "Too many questions are waiting, try again later.";
    const slow = "The question took too long and was given up. Ask for a shorter range, fewer dimensions or fewer filters.";
    await until("both refusals", () => seen.has(full) && seen.has(slow), 60_000);
    assert.deepEqual([seen.get(full), seen.get(slow)], [[503, "5"], [503, "5"]]);
  } finally {
    await release();
  }
  await Promise.all(asked);
  assert.deepEqual(seen.get(undefined), [200, undefined], "who waited is answered");
  await until("answers again", async () => (await ask(question, { token, server: one })).status === 200);
});

test("while Postgres is away the answer is 503, and figures are there again when it is", async () => {
  const one = await Server.start({ API_REQUESTS_PER_HOUR: "0" });
  more.push(one);
  assert.equal(run(["site", "add", "away.example"], { DATA_DIR: one.dir }).status, 0);
  const token = keyOf(one, "--scope", "read");
  const question = { site_id: "away.example", metrics: ["visitors"], date_range: "day" };
  assert.equal((await ask(question, { token, server: one })).status, 200);
  const [{ postmaster }] = await one.sql("select split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int as postmaster");
  process.kill(postmaster, "SIGSTOP");
  try {
    for (const child of readFileSync(`/proc/${postmaster}/task/${postmaster}/children`, "utf8").trim().split(" ")) process.kill(Number(child), "SIGKILL");
    const answer = await until("503", async () => {
      const away = await ask(question, { token, server: one });
      return away.status === 503 && away;
    }, 40_000);
    assert.equal(answer.headers["retry-after"], "5");
    assert.match(answer.json.error, /try again later/);
  } finally {
    process.kill(postmaster, "SIGCONT");
  }
  await until("figures again", async () => (await ask(question, { token, server: one })).status === 200, 40_000);
});
