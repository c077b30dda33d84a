// Taking over a database of the original picolytics: everything once, whatever happens meanwhile, and with figures that agree.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { FalseClock, library } from "../support/false_clock.mjs";
import { OldDatabases, begin, succeeded, takeover } from "../support/old_databases.mjs";
import { fillOldTables } from "../support/old_picolytics.mjs";
import { Server, run, until } from "../support/picolytics.mjs";

let databases;
const servers = [];
before(async () => (databases = await OldDatabases.start()));
after(() => databases.destroy());
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.destroy()));
  await databases.disconnect();
});
const oldDatabase = (options) => databases.make(options);

/** An afternoon on two sites, a bot among the visitors; one local day, so that both servers mean the same by a visit and a visitor. */
async function afternoon(old) {
  const at = (time) => `2026-11-20T${time}Z`;
  const google = "https://www.google.com/search?q=shoes";
  await old.event({ at: at("12:00:00"), visitor: "a1", path: "/", referrer: google, load_time: 320, ttfb: 40, utm_source: "news", utm_medium: "email", utm_campaign: "spring" });
  await old.event({ at: at("12:00:05"), visitor: "a1", name: "ping", path: "/" });
  await old.event({ at: at("12:00:30"), visitor: "a1", path: "/pricing", referrer: "https://shop.example/" });
  await old.event({ at: at("12:01:10"), visitor: "a1", name: "hidden", path: "/pricing" });
  await old.event({ at: at("13:00:00"), visitor: "a1", path: "/blog", utm_source: "" });
  await old.event({ at: at("12:10:00"), visitor: "b2", path: "/", referrer: "", country: "DE", city: "Berlin", latitude: 52.52, longitude: 13.405, device_type: "Phone", os: "Android" });
  for (let i = 1; i <= 12; ++i) await old.event({ at: at(`12:10:${String(5 * i - 1).padStart(2, "0")}`), visitor: "b2", name: "ping", path: "/" });
  await old.event({ at: at("12:20:00"), visitor: "c3", path: "/", referrer: google });
  await old.event({ at: at("12:20:40"), visitor: "c3", name: "visible", path: "/" });
  await old.event({ at: at("12:30:00"), visitor: "d4", domain: "blog.example", path: "/post", referrer: "https://news.ycombinator.com/item" });
  await old.event({ at: at("12:31:00"), visitor: "d4", domain: "blog.example", name: "signup", path: "/post" });
  await old.event({ at: at("12:32:00"), visitor: "d4", domain: "blog.example", name: "hashchange", path: "/post" });
  await old.event({ at: at("12:40:00"), visitor: "e5", path: "/", bot: true, browser: "GoogleBot" });
  await old.event({ at: at("12:40:01"), visitor: "e5", path: "/pricing", bot: true });
}

/** What the original's dashboard asks, in our words; `schema` is where. */
const questions = {
  "distinct visitors": "select count(distinct e.visitor_id) from events e join sessions s on s.id = e.session_id where e.created_at between $1 and $2 and not s.bot and e.name <> 'ping'",
  sessions: "select count(id) from sessions where created_at between $1 and $2 and not bot",
  "events without pings": "select count(e.id) from events e join sessions s on s.id = e.session_id where e.created_at between $1 and $2 and not s.bot and e.name <> 'ping'",
  "session duration": "select round(avg(duration), 3) from sessions where updated_at between $1 and $2 and not bot",
  "bounce rate": "select round(count(*) filter (where bounce) * 100.0 / nullif(count(*), 0), 3) from sessions where created_at between $1 and $2 and not bot",
  "events a visit": `select round(avg(n), 3) from (select s.id, count(e.id) as n from sessions s join events e on e.session_id = s.id
    where not s.bot and e.name <> 'ping' and s.updated_at between $1 and $2 group by s.id) one`,
  "events series": `select date_bin('10 minutes', e.created_at, timestamptz 'epoch') as time, d.domain_name, count(e.id) from events e join domains d on d.domain_id = e.domain_id
    where e.name = 'load' and e.created_at between $1 and $2 group by 1, 2 order by 1, 2`,
  "session durations series": "select updated_at, duration from sessions where updated_at between $1 and $2 and not bot order by 1, 2",
  "top pages": "select path, count(distinct visitor_id) from events where name = 'load' and created_at between $1 and $2 group by path order by 2 desc, 1 limit 10",
  "entry pages": "select entry_path, count(*) from sessions where not bot and created_at between $1 and $2 group by 1 order by 2 desc, 1 limit 10",
  "exit pages": "select exit_path, count(*) from sessions where not bot and created_at between $1 and $2 group by 1 order by 2 desc, 1 limit 10",
  map: "select latitude, longitude, count(*) from sessions where created_at between $1 and $2 group by 1, 2 order by 3 desc, 1 limit 50",
  browsers: `select browser, browser_version, os, os_version, platform, device_type, screen_w, screen_h, timezone, pixel_ratio, pixel_depth, country, subdivision, city, count(*) from sessions
    where created_at between $1 and $2 group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14 order by 15 desc, 1, 3`,
  "event names": "select name, count(*), sum(load_time), sum(ttfb) from events where name <> 'ping' and created_at between $1 and $2 group by 1 order by 1",
  campaigns: "select utm_source, utm_medium, utm_campaign, utm_content, utm_term, count(*) from sessions where created_at between $1 and $2 group by 1, 2, 3, 4, 5 order by 6 desc, 1",
};
const range = ["2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z"];
const ask = (db, schema, question) => db.sql("select set_config('search_path', $1, false)", [schema]).then(() => db.sql(question, range)).finally(() => db.sql("set search_path = public"));

for (const migrations of [1, 3])
  test(`before the first start of the server, a database of ${migrations === 1 ? "the original's first schema" : "its third"} answers the old dashboard's questions as before`, async () => {
    const db = await oldDatabase({ migrations });
    await afternoon(db.old);
    const output = succeeded(takeover(db));
    assert.match(output, /taken over in this run: 12 events and 13 pings; 2 sites made/);
    for (const [name, question] of Object.entries(questions)) assert.deepEqual(await ask(db, "reporting", question), await ask(db, "public", question), name);
    assert.doesNotMatch(output, /Why numbers differ/);
  });

test("a visit has the source and channel of its referrer and tags, and the original's bots stay bots", async () => {
  const db = await oldDatabase();
  await afternoon(db.old);
  succeeded(takeover(db));
  const rows = await db.sql("select entry_path, referrer, source, channel, bot_reason, hostname from reporting.sessions order by created_at");
  assert.deepEqual(rows.map((row) => Object.values(row)), [
    ["/", "google.com/search", "news", "Email", 0, "shop.example"],
    ["/", "", "", "Direct", 0, "shop.example"],
    ["/", "google.com/search", "Google", "Organic Search", 0, "shop.example"],
    ["/post", "news.ycombinator.com/item", "Hacker News", "Organic Social", 0, "blog.example"],
    ["/", "", "", "Direct", 3, "shop.example"],
    ["/blog", "", "", "Direct", 0, "shop.example"],
  ]);
});

test("where numbers differ by definition, the report says by how many and why; what cannot be taken is counted", async () => {
  const db = await oldDatabase();
  const { old } = db;
  for (const at of ["2026-11-20T22:50:00Z", "2026-11-20T23:10:00Z"]) await old.event({ at, visitor: "night" }); // the site's midnight is in between
  await old.event({ at: "2026-11-20T12:00:00Z", visitor: "upper", domain: "Shop.Example" });
  await old.event({ at: "2026-11-20T12:00:00Z", visitor: "pings", name: "ping" });
  await old.session(await old.domain("shop.example"), { at: "2026-11-20T12:00:00Z", visitor: "none", name: "load", path: "/" });
  await old.event({ at: "2026-11-20T12:00:00Z", visitor: "relative", domain: "" });
  await old.event({ at: "2026-11-20T12:00:00Z", visitor: "host", domain: "no host" });
  await old.event({ at: "2026-11-20T12:00:00Z", visitor: "nameless", name: "" });
  await old.event({ at: "1999-01-01T12:00:00Z", visitor: "ancient" });
  await old.event({ at: "infinity", visitor: "endless" });
  const output = succeeded(run(["takeover"], { ...db.env, DEFAULT_TIME_ZONE: "Europe/Vienna" }));
  assert.match(output, /taken over in this run: 3 events and 1 pings; 1 sites made/);
  assert.match(output, /left out: 2 whose domain is blank or no host/);
  assert.match(output, /left out: 2 whose time cannot be/);
  assert.match(output, /left out: 1 without a name/);
  assert.match(output, /2 old names are one site/);
  assert.match(output, /1 session has no event/);
  assert.match(output, /1 visit more: a session that goes on after the site's midnight/);
  assert.match(output, /1 visitor more: who comes on another day/);
  assert.match(output, /3 events left out/);
  assert.match(output, /2 events of no site/);
  const [row] = output.match(/^shop\.example .*$/m);
  assert.deepEqual(row.split(/[|\s]+/).slice(1).map(Number), [7, 2, 3, 1, 3, 3, 3]);
  assert.deepEqual(await db.sql("select day::text, count(*)::int from reporting.sessions group by 1 order by 1"), [{ day: "2026-11-20", count: 2 }, { day: "2026-11-21", count: 1 }]);
  assert.equal((await db.sql("select created_at from reporting.domains"))[0].created_at.toISOString(), "2026-11-20T12:00:00.000Z");
});

test("what is odd in the old tables does no harm: it is cut, cleaned or left blank", async () => {
  const db = await oldDatabase();
  const at = (second) => `2026-11-20T12:00:${String(second).padStart(2, "0")}Z`;
  await db.old.event({ at: at(0), visitor: "odd", path: `/\u0001tab\t${"ü".repeat(2000)}`, referrer: "not an address", load_time: 2147483647, ttfb: -5, latitude: "NaN", longitude: "Infinity", screen_w: -1,
    screen_h: 2147483647, pixel_ratio: "-Infinity", country: "EURO", city: "x".repeat(1000), timezone: "y".repeat(1000) });
  for (const [second, name] of ["engagement", "visit", "opted_out", "  padded  ", "z".repeat(500), "mit Umlaut ü"].entries()) await db.old.event({ at: at(second + 1), visitor: "odd", name, path: "" });
  await db.old.event({ at: at(20), visitor: "", path: "/nobody" });
  await db.old.event({ at: at(30), visitor: "bare", path: "/bare" });
  await db.sql(`update sessions set visitor_id = null, updated_at = null, duration = null, country = null, latitude = null, longitude = null, subdivision = null, city = null, browser = null, browser_version = null,
    os = null, os_version = null, platform = null, device_type = null, screen_w = null, screen_h = null, timezone = null, pixel_ratio = null, pixel_depth = null, utm_source = null, utm_medium = null,
    utm_campaign = null, utm_content = null, utm_term = null where entry_path = '/bare'`);
  succeeded(takeover(db));
  const [odd, nobody, bare] = await db.sql("select * from reporting.sessions order by created_at");
  assert.equal(Buffer.byteLength(odd.entry_path), 1023); // of 1,024, where another letter would not fit
  assert.match(odd.entry_path, /^\/tab\tü+$/);
  assert.deepEqual([odd.latitude, odd.longitude, odd.screen_w, odd.screen_h, odd.pixel_ratio, odd.country, odd.referrer, odd.channel], [null, null, 0, 2147483647, 0, "EU", "", "Direct"]);
  assert.deepEqual([odd.city.length, odd.timezone.length, odd.events], [255, 64, 7]);
  assert.deepEqual([nobody.entry_path, bare.entry_path, bare.browser, bare.country, bare.utm_source], ["/nobody", "/bare", "", "", ""]);
  const names = await db.sql("select name, load_time, ttfb, path from reporting.events where session_id = $1 order by created_at", [odd.id]);
  assert.deepEqual(names.map(({ name }) => name), ["load", "engagement", "visit", "opted_out", "padded", "z".repeat(120), "mit Umlaut ü"]);
  assert.deepEqual([names[0].load_time, names[0].ttfb, names[1].path], [32767, 0, "/"]);
});

test("sites that are there keep their time zones and become as old as their sessions; others are made even where only listed ones are taken", async () => {
  const db = await oldDatabase();
  succeeded(run(["migrate"], db.env));
  succeeded(run(["site", "add", "shop.example", "--time-zone", "America/New_York"], db.env));
  succeeded(run(["site", "set", "shop.example", "--time-zone", "Asia/Tokyo"], db.env)); // from its next midnight on
  for (const domain of ["shop.example", "other.example"]) await db.old.event({ at: "2026-03-08T05:30:00Z", domain, visitor: domain }); // half an hour past midnight in New York, whose clocks change that night
  for (const domain of ["shop.example", "other.example"]) await db.old.event({ at: "2026-03-09T03:45:00Z", domain, visitor: domain }); // a quarter to midnight there
  const output = succeeded(run(["takeover"], { ...db.env, SITE_REGISTRATION: "listed", PRUNE_DAYS: "30" }));
  assert.match(output, /4 events and 0 pings; 1 sites made/);
  assert.match(output, /pruneDays is 30: the server removes what is older/);
  assert.deepEqual(await db.sql("select domain_name, time_zone, created_at from reporting.domains order by 1"), [
    { domain_name: "other.example", time_zone: "Etc/UTC", created_at: new Date("2026-03-08T05:30:00Z") },
    { domain_name: "shop.example", time_zone: "America/New_York", created_at: new Date("2026-03-08T05:30:00Z") },
  ]);
  assert.deepEqual(await db.sql("select d.domain_name, s.day::text from reporting.sessions s join reporting.domains d using (domain_id) order by 1, 2"), [
    { domain_name: "other.example", day: "2026-03-08" }, { domain_name: "other.example", day: "2026-03-09" },
    { domain_name: "shop.example", day: "2026-03-08" }, { domain_name: "shop.example", day: "2026-03-08" },
  ]);
});

test("a dump that was restored into the private Postgres of a running server is taken over there", async () => {
  const server = await Server.start();
  servers.push(server);
  const db = await oldDatabase();
  await afternoon(db.old);
  const file = join(server.dir, "before.dump");
  for (const [program, ...args] of [["pg_dump", "--format=custom", `--file=${file}`, db.env.PGCONNSTRING], ["pg_restore", "--no-owner", "--no-privileges", `--dbname=${server.postgres.conninfo}`, file]]) {
    const done = spawnSync(program, args, { encoding: "utf8" });
    assert.equal(done.status, 0, done.stderr);
  }
  assert.match(succeeded(run(["takeover"], { DATA_DIR: server.dir })), /taken over in this run: 12 events and 13 pings; 2 sites made/);
  assert.equal(Number((await server.sql("select count(*) from reporting.events"))[0].count), 12);
});

test("--dry-run prints what is there and makes nothing", async () => {
  const db = await oldDatabase();
  await afternoon(db.old);
  const output = succeeded(takeover(db, "--dry-run"));
  assert.match(output, /25 events in the old tables of the schema public, 25 of them not taken over yet/);
  assert.match(output, /^shop\.example +5 +4 +9 +13$/m);
  assert.match(output, /nothing was written/);
  assert.equal(await db.one("select count(*)::int from pg_namespace where nspname in ('pico', 'reporting')"), 0);
});

test("another run adds what is new and nothing else, and the old tables stay as they were", async () => {
  const db = await oldDatabase();
  await afternoon(db.old);
  const fingerprint = () => db.one("select md5((select string_agg(e::text, ',' order by id) from events e) || (select string_agg(s::text, ',' order by id) from sessions s) || (select string_agg(d::text, ',' order by domain_id) from domains d))");
  const before = await fingerprint();
  succeeded(takeover(db));
  assert.match(succeeded(takeover(db)), /0 of them not taken over yet[\s\S]*taken over in this run: 0 events and 0 pings; 0 sites made/);
  assert.equal(await fingerprint(), before);
  // The same visit goes on, in the old server.
  await db.old.event({ at: "2026-11-20T13:10:00Z", visitor: "a1", path: "/more" });
  await db.old.event({ at: "2026-11-20T13:10:00Z", visitor: "f6", path: "/", domain: "new.example" });
  assert.match(succeeded(takeover(db)), /taken over in this run: 2 events and 0 pings; 1 sites made/);
  for (const name of ["sessions", "events without pings", "exit pages", "bounce rate"]) assert.deepEqual(await ask(db, "reporting", questions[name]), await ask(db, "public", questions[name]), name);
});

test("what was removed is taken over again when that is asked for, and nothing that is still there", async () => {
  const db = await oldDatabase();
  await afternoon(db.old);
  succeeded(takeover(db));
  const remove = (domain) => succeeded(run(["site", "remove", domain, "--yes"], db.env));
  remove("blog.example");
  const refused = takeover(db, "--again");
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /visits are stored of 1 of the old sites, the first is shop\.example: .*site remove/);
  remove("shop.example");
  assert.match(succeeded(takeover(db)), /taken over in this run: 0 events and 0 pings; 2 sites made/);
  assert.match(succeeded(takeover(db, "--again", "--dry-run")), /25 events .*, 25 of them not taken over yet/);
  assert.match(succeeded(takeover(db, "--again")), /taken over in this run: 12 events and 13 pings; 0 sites made/);
  for (const [name, question] of Object.entries(questions)) assert.deepEqual(await ask(db, "reporting", question), await ask(db, "public", question), name);
});

/** Events by site, page and time, here and there. */
const perMinute = (db, schema) =>
  db.sql(`select d.domain_name, e.path, date_trunc('minute', e.created_at) as time, count(*)::int from ${schema}.events e join ${schema}.domains d using (domain_id) where e.name <> 'ping' group by 1, 2, 3 order by 1, 2, 3`);

test("kill -9 in the middle, several times: the next run goes on where it was, and everything is there once", async () => {
  const db = await oldDatabase();
  await fillOldTables(db.client, { visitors: 15_000 });
  const position = async () => Number((await db.sql("select coalesce(max(sequence), 0) as at from pico.ingest_checkpoint").catch(() => [{ at: 0 }]))[0].at);
  let kills = 0;
  for (let last = 0; kills < 3; ++kills) {
    const one = begin(db);
    await until("some progress", async () => one.process.exitCode !== null || (await position()) > last);
    one.process.kill("SIGKILL");
    await one.exited;
    last = await position();
    if (last >= 60_000) break;
  }
  assert.ok(kills > 0, "it was killed before it was done");
  succeeded(takeover(db));
  assert.equal(await position(), 60_000);
  assert.deepEqual(await perMinute(db, "reporting"), await perMinute(db, "public"));
  assert.equal(await db.one("select count(*)::int from reporting.sessions"), await db.one("select count(distinct (session_id, created_at::date))::int from events where name <> 'ping'"));
});

test("a Postgres that dies meanwhile ends the run with a clear sentence, and the next one finishes it", async () => {
  const db = await oldDatabase();
  await fillOldTables(db.client, { visitors: 15_000 });
  const one = begin(db);
  await until("some progress", () => /of 60,000 old events/.test(one.output()) || one.process.exitCode !== null);
  await databases.cluster.sql("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and application_name = 'picolytics takeover'", [db.name]);
  const { status, text } = await one.exited;
  if (status !== 0) assert.match(text, /What has been taken over is kept: run it again/);
  succeeded(takeover(db));
  assert.deepEqual(await perMinute(db, "reporting"), await perMinute(db, "public"));
});

describe("events that are committed later than some with greater ids", () => {
  /** The old server's transaction that has stored an event and not ended. */
  async function pending(db) {
    await db.old.event({ at: "2026-11-20T12:00:00Z", visitor: "first", path: "/first" });
    const other = await databases.connect(db.name);
    await other.query("begin");
    await other.query("insert into events (name, domain_id, path, referrer, visitor_id, session_id, created_at) select 'load', domain_id, '/late', '', visitor_id, id, '2026-11-20 12:01Z' from sessions limit 1");
    await db.old.event({ at: "2026-11-20T12:02:00Z", visitor: "other", domain: "other.example", path: "/early" }); // its own domain: that of the first is locked
    return other;
  }

  test("are waited for", async () => {
    const db = await oldDatabase();
    const other = await pending(db);
    const one = begin(db);
    await until("the takeover to wait", () => /waiting for 1 transactions/.test(one.output()));
    await other.query("commit");
    const { status, text } = await one.exited;
    assert.equal(status, 0, text);
    assert.deepEqual(await perMinute(db, "reporting"), await perMinute(db, "public"));
    assert.equal((await perMinute(db, "reporting")).length, 3);
  });

  test("are not skipped when they take too long: the run says what to do, and the next one has them", async () => {
    const db = await oldDatabase();
    const other = await pending(db);
    const refused = takeover(db, "--wait", "0");
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /have had transactions open on public\.events.*pg_stat_activity.*run this again/);
    await other.query("commit");
    succeeded(takeover(db));
    assert.deepEqual(await perMinute(db, "reporting"), await perMinute(db, "public"));
    assert.equal((await perMinute(db, "reporting")).length, 3);
  });
});

test("with the old and the new server at work on the same database every event of both is there once", async () => {
  const db = await oldDatabase();
  await fillOldTables(db.client, { visitors: 5_000, domain: "shop.example" });
  const server = await Server.start(db.env);
  servers.push(server);
  let running = true;
  let sent = 0;
  const now = () => new Date().toISOString();
  const oldOne = (async () => {
    for (let i = 0; running; ++i) await db.old.event({ at: now(), visitor: `v${i % 20}`, path: `/old/${i}` });
  })();
  const newOne = (async () => {
    for (; running; ++sent) assert.equal((await server.event({ n: "load", l: `https://shop.example/new/${sent}` })).status, 202);
  })();
  const one = begin(db);
  const { status, text } = await one.exited;
  assert.equal(status, 0, text);
  running = false;
  await Promise.all([oldOne, newOne]);
  succeeded(takeover(db));
  await until("the server's own events", async () => (await db.one("select count(*)::int from reporting.events where path like '/new/%'")) === sent);
  const here = (await perMinute(db, "reporting")).filter((row) => !row.path.startsWith("/new/"));
  assert.deepEqual(here, await perMinute(db, "public"));
  assert.equal(await db.one("select count(*)::int - count(distinct path)::int from reporting.events where path like '/old/%'"), 0);
  assert.match(succeeded(takeover(db)), /events? more here, with visits and visitors of their own: this server took them itself/);
});

test("the figures of the dashboard's API have what was taken over", async () => {
  const db = await oldDatabase();
  await afternoon(db.old);
  succeeded(takeover(db));
  const server = await Server.start(db.env);
  servers.push(server);
  const key = run(["key", "create", "--scope", "read"], db.env).stdout.trim();
  const figures = await until("figures", async () => {
    const answer = await server.request("POST", "/api/v2/query", {
      headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
      body: JSON.stringify({ site_id: "shop.example", metrics: ["visitors", "visits", "pageviews", "bounce_rate"], date_range: ["2026-11-20", "2026-11-20"] }),
    });
    return answer.status === 200 && JSON.parse(answer.text);
  });
  assert.deepEqual(figures.results[0].metrics, [3, 4, 5, 50]);
});

test("an ordinary user takes over what it may read", async () => {
  const db = await oldDatabase({ schema: "old_stats" });
  await db.sql("set search_path = old_stats");
  await afternoon(db.old);
  await databases.cluster.sql("create role ordinary login");
  const env = { PGCONNSTRING: db.url("ordinary") };
  const unseen = run(["takeover", "--from-schema", "old_stats"], env);
  assert.equal(unseen.status, 1);
  assert.match(unseen.stderr, /may not be read: .*grant usage on schema old_stats/);
  await db.sql("grant usage on schema old_stats to ordinary");
  assert.match(run(["takeover", "--from-schema", "old_stats"], env).stderr, /may not be read: .*permission denied for table/);
  await db.sql("grant select on all tables in schema old_stats to ordinary");
  const unmade = run(["takeover", "--from-schema", "old_stats"], env);
  assert.equal(unmade.status, 1);
  assert.match(unmade.stderr, /grant create on database/);
  await db.sql(`grant create on database ${db.name} to ordinary`);
  assert.match(succeeded(run(["takeover", "--from-schema", "old_stats"], env)), /taken over in this run: 12 events/);
});

test("what is no old database is refused before anything is made, with what to do", async () => {
  const db = await oldDatabase({ schema: "elsewhere" });
  const none = takeover(db);
  assert.equal(none.status, 1);
  assert.match(none.stderr, /no tables of the original picolytics in the schema public .*--from-schema/);
  for (const schema of ["none", 'x"; drop table elsewhere.events; --']) assert.equal(takeover(db, "--from-schema", schema).status, 1);
  assert.match(run(["takeover", "--from-schema", "elsewhere"], { ...db.env, SKIP_MIGRATIONS: "true" }).stderr, /no schema pico to take over into: picolytics migrate makes it/);
  await db.sql("update elsewhere.schema_version set version = 4");
  assert.match(takeover(db, "--from-schema", "elsewhere").stderr, /says version 4, and known are 1 to 3/);
  await db.sql("update elsewhere.schema_version set version = 3; alter table elsewhere.sessions drop column utm_term, drop column city");
  assert.match(takeover(db, "--from-schema", "elsewhere").stderr, /elsewhere\.sessions is not that of the original .*lacks city, utm_term/);
  assert.equal(await db.one("select count(*)::int from pg_namespace where nspname in ('pico', 'reporting')"), 0);
  succeeded(run(["migrate"], db.env));
  assert.match(takeover(db, "--from-schema", "reporting").stderr, /no tables of the original picolytics/);
});

test("a time zone that nobody knows is told with its site", async () => {
  const db = await oldDatabase();
  succeeded(run(["migrate"], db.env));
  succeeded(run(["site", "add", "shop.example"], db.env));
  await db.sql("update pico.site_zones set tz = 'Nowhere/Town'");
  assert.match(takeover(db).stderr, /the site shop\.example has the time zone Nowhere\/Town: /);
});

test("a clock that is behind the database's is told with what to do, and later the rest comes", async () => {
  assert.ok(library, "libfaketime is installed");
  const db = await oldDatabase();
  await db.old.event({ at: new Date(Date.now() + 22 * 3600e3).toISOString() });
  const behind = run(["takeover"], { ...db.env, ...new FalseClock(-3 * 3600).env });
  assert.equal(behind.status, 1, behind.stdout);
  assert.match(behind.stderr, /ahead of this machine's clock, though not of the database's: set both clocks right and run this again/);
  assert.match(succeeded(takeover(db)), /taken over in this run: 1 events/);
});

test("two takeovers at once do not get in each other's way", async () => {
  const db = await oldDatabase();
  await fillOldTables(db.client, { visitors: 5_000 });
  const done = await Promise.all([begin(db).exited, begin(db).exited]);
  for (const { status, text } of done) assert.ok(status === 0 || /another takeover is at work/.test(text), text);
  succeeded(takeover(db));
  assert.deepEqual(await perMinute(db, "reporting"), await perMinute(db, "public"));
});
