// Clocks that jump, and the midnight at which a salt ends: nothing lost, nothing doubled, nobody recognised the next day.
// (docs/reliability.md, docs/security.md)
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { FalseClock, library } from "../support/false_clock.mjs";
import { Load, Server, assertStoredOnce, caughtUp, run, scaled, someEvents, until } from "../support/picolytics.mjs";
import { Cluster } from "../support/postgres.mjs";

const open = [];
after(async () => {
  for (const one of open.reverse()) await (one.destroy ?? one.stop).call(one);
});
const opened = (one) => (open.push(one), one);

test("a clock that jumps an hour ahead and an hour back under load: exactly once, and it is told", async (context) => {
  assert.ok(library, "libfaketime is installed");
  const clock = new FalseClock();
  const server = opened(await Server.start(clock.env));
  const load = new Load(server);
  for (const seconds of [3600, -3600, 0]) {
    clock.set(seconds);
    // An hour back can be yesterday, whose salt may be gone: then events are refused, and not counted under a wrong day.
    const [acknowledged, refused] = [load.acknowledged.size, load.refused];
    await until("events by that clock", () => load.acknowledged.size >= acknowledged + 300 || load.refused > refused + 10, 60_000);
    if (seconds !== 0) await until("the jump to be seen", async () => Math.abs((await server.metric("picolytics_clock_skew_seconds")) - seconds) < 60, 30_000);
  }
  await someEvents(load, load.acknowledged.size + 300);
  await assertStoredOnce(server, await load.stop());
  assert.match(server.stderr, /this machine's clock is 3600 s off the database's/);
  const [{ dead }] = await server.sql("select count(*)::int as dead from pico.dead_letters");
  assert.equal(dead, 0);
  context.diagnostic(`${load.acknowledged.size} events acknowledged, ${load.refused} refused`);
});

test("midnight under load: new salt, new ids, no event refused; the old salt is destroyed, that is told, and nothing uses it any more", async () => {
  const lead = scaled(12, 60); // seconds before midnight
  const toMidnight = 86_400 - (Math.floor(Date.now() / 1000) % 86_400);
  const clocks = [new FalseClock(toMidnight - lead), new FalseClock(toMidnight - lead)];
  const cluster = opened(await Cluster.start(clocks[0].env));
  const server = opened(await Server.start({ ...cluster.env, ...clocks[1].env, IP_EXTRACTOR: "xff" }));
  const other = opened(await Server.start({ ...cluster.env, ...clocks[1].env, IP_EXTRACTOR: "xff" }));
  server.database = other.database = cluster.database;
  const [{ today, tomorrow }] = await cluster.sql("select current_date::text as today, (current_date + 1)::text as tomorrow");
  const loads = [server, other].map((one) => new Load(one, { visitors: 20, perSecond: 200, connections: 4 }));
  const salts = async () => (await cluster.sql("select day::text, encode(salt, 'hex') as salt from pico.salts order by 1")).map((row) => row.day);
  assert.deepEqual(await salts(), [today, tomorrow], "tomorrow's is fetched hours ahead");
  await until("midnight", async () => (await cluster.sql("select current_date::text as d"))[0].d === tomorrow, 120_000);
  await until("the old salt to be destroyed", async () => (await salts()).join() === tomorrow, 60_000);
  await until("both instances to tell", () => [server, other].every((one) => one.stderr.includes(`destroyed the salt of ${today}`)), 60_000);
  assert.ok((await server.metric("picolytics_salts_destroyed_total")) >= 1);
  for (const load of loads) await someEvents(load, load.acknowledged.size + 200);
  const acknowledged = (await Promise.all(loads.map((load) => load.stop()))).map((set) => [...set]).flat();
  assert.deepEqual(loads.map((load) => load.refused + load.failed), [0, 0]);
  await caughtUp(other);
  await assertStoredOnce(server, new Set(acknowledged));
  // The same twenty visitors came to both instances on both days.
  const ids = async (day) => (await cluster.sql("select distinct (visit_id & -1024)::text as id from pico.events where day = $1", [day])).map((row) => row.id);
  const [before, then] = [await ids(today), await ids(tomorrow)];
  assert.deepEqual([before.length, then.length], [20, 20], "two instances, one id for each visitor and day");
  assert.deepEqual(before.filter((id) => then.includes(id)), [], "no id of one day is one of the next");

  // A server whose clock is behind would count for yesterday. It has no salt for that, so it refuses and says why.
  const [{ n }] = await cluster.sql("select count(*)::int as n from pico.events where day = $1", [today]);
  clocks[1].set(toMidnight - lead - 3600);
  const answer = await until("a refusal", async () => {
    const one = await server.event({ n: "load", l: "https://load.example/late" });
    return one.status === 503 && one;
  }, 60_000);
  assert.equal(answer.headers["x-picolytics-reason"], "salt");
  const ready = await server.request("GET", "/ready", { admin: true });
  assert.match(JSON.parse(ready.text).problems.salts, /no salt/);
  clocks[1].set(toMidnight - lead);
  await until("it to count again", async () => (await server.event({ n: "load", l: "https://load.example/again" })).status === 202);
  await caughtUp(server);
  assert.equal((await cluster.sql("select count(*)::int as n from pico.events where day = $1", [today]))[0].n, n);
});

test("midnight while retention is held up: the new date has its salt, and the old one is destroyed all the same", async () => {
  const lead = scaled(12, 60);
  const toMidnight = 86_400 - (Math.floor(Date.now() / 1000) % 86_400);
  const clock = new FalseClock(toMidnight - 3600);
  const cluster = opened(await Cluster.start(clock.env));
  const env = { ...cluster.env, ...clock.env, PRUNE_DAYS: "30" };
  const server = opened(await Server.start(env));
  server.database = cluster.database;
  await server.event({ n: "load", l: "https://held-up.example/" });
  await server.untilSql("select count(*) from pico.events", []);
  await server.signal("SIGTERM");
  const holder = cluster.client();
  await holder.connect();
  try {
    await holder.query("begin; lock table pico.opt_outs in access exclusive mode"); // from which a prune deletes
    await server.launch();
    await server.untilSql("select count(*) from pg_locks where not granted and relation = 'pico.opt_outs'::regclass", []);
    const salts = async () => (await cluster.sql("select day::text from pico.salts order by 1")).map((row) => row.day);
    const [today, tomorrow] = await salts();
    clock.set(toMidnight - lead);
    await until("midnight", async () => (await cluster.sql("select current_date::text as d"))[0].d === tomorrow, 120_000);
    await until("the old salt to be destroyed", async () => (await salts()).join() === tomorrow, 60_000);
    await until("it to be told", () => server.stderr.includes(`destroyed the salt of ${today}`), 60_000);
    assert.equal((await server.event({ n: "load", l: "https://held-up.example/next" })).status, 202);
  } finally {
    await holder.end();
  }
});

test("servers with different default time zones leave each other's salts alone, and destroy them when their date is over in both", async () => {
  const day = 86_400;
  const toTwo = day - (Math.floor(Date.now() / 1000) % day) + 2 * 3600; // seconds until 2 o'clock tomorrow, UTC: yesterday in Honolulu
  const clock = new FalseClock(toTwo);
  const cluster = opened(await Cluster.start(clock.env));
  const env = { ...cluster.env, ...clock.env };
  const behind = opened(await Server.start({ ...env, DEFAULT_TIME_ZONE: "Pacific/Honolulu" }));
  const [{ yesterday }] = await cluster.sql("select (current_date - 1)::text as yesterday");
  const salts = () => cluster.sql("select day::text, encode(salt, 'hex') as salt from pico.salts order by 1");
  const [first] = await salts();
  assert.equal(first.day, yesterday);
  // An instance that starts beside it, and looks at the sites and the salts a few times.
  const server = opened(await Server.start({ ...env, DEFAULT_TIME_ZONE: "Europe/Vienna" }));
  const file = async () => (await cluster.sql("select pg_relation_filenode('pico.salts') as file"))[0].file;
  const before = await file();
  for (let round = 1; round <= 3; ++round) {
    assert.equal(run(["site", "add", `round-${round}.example`], { ...env, DEFAULT_TIME_ZONE: "Europe/Vienna" }).status, 0);
    for (const one of [server, behind]) await until("a round", async () => (await one.metric("picolytics_sites")) === round, 60_000);
  }
  assert.deepEqual((await salts())[0], first);
  assert.equal(await file(), before, "nothing was destroyed and put back");
  // Midnight in Honolulu, 10 o'clock UTC.
  clock.set(toTwo + 8 * 3600 + 60);
  await until("the salt to be destroyed", async () => (await salts())[0].day !== yesterday, 60_000);
  for (const one of [server, behind]) await until("it to be told", () => one.stderr.includes(`destroyed the salt of ${yesterday}`), 60_000);
});
