// The running server closes days that are over, and repairs them after late changes.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import pg from "pg";
import { Server, until } from "../support/picolytics.mjs";

let server;
before(async () => (server = await Server.start()));
after(() => server.destroy());

const wait = 90_000; // the roller looks every ten seconds
const rolled = 'picolytics_roller_rolled_total{what="closed"}', repaired = 'picolytics_roller_rolled_total{what="repaired"}';
const days = () => server.sql("select day < now() - interval '2 days' as over, closing, rolled from pico.site_days order by day");

test("a day that is over is rolled up, today is not", async () => {
  await server.event({ n: "load", l: "https://rolled.example/" });
  await server.untilSql("select count(*) from pico.events", []);
  // The same visit, three days ago, as the writer of another instance would have left it.
  await server.sql(`
    with visit as (
      insert into pico.visits
      select visit_id, started_at - interval '3 days', last_at - interval '3 days', entry_page_id, exit_page_id, acquisition_id, device_id,
             location_id, screen_id, site_id, day - 3, pageviews, events, entry_ms, exit_ms, rev, bot, flags
      from pico.visits
    ), days as (
      insert into pico.site_days (site_id, day) select site_id, day - 3 from pico.visits
    )
    insert into pico.events select visit_id, at - interval '3 days', page_id, site_id, day - 3, kind, load_ms, ttfb_ms from pico.events`);
  await server.untilSql("select count(*) from pico.site_days where rolled", [], undefined, wait);
  assert.deepEqual(await days(), [{ over: true, closing: true, rolled: true }, { over: false, closing: false, rolled: false }]);
  assert.ok(Number((await server.sql("select count(*) from pico.rollups where period = 0"))[0].count) > 10);
  await until("the metric", async () => (await server.metric(rolled)) === 1);
});

test("a marked day is repaired", async () => {
  await server.sql("insert into pico.rollup_marks (site_id, day) select site_id, day from pico.site_days where closing");
  await server.untilSql("select count(*) from pico.rollup_marks", [], (count) => Number(count) === 0, wait);
  await until("the metric", async () => (await server.metric(repaired)) === 1);
  assert.equal(await server.metric("picolytics_roller_failures_total"), 0);
});

test("the server stops while the roller waits for a lock", async () => {
  const waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like '%pico.site_days%'";
  await server.sql("insert into pico.rollup_marks (site_id, day) select site_id, day from pico.site_days where closing");
  const { socket, port, user, database } = server.postgres;
  const client = new pg.Client({ host: socket, port: Number(port), user, database });
  client.on("error", () => {}); // the embedded Postgres ends with the server
  await client.connect();
  await client.query("begin");
  await client.query("select from pico.site_days for update");
  await server.untilSql(waiting, [], undefined, wait);
  assert.deepEqual(await server.signal("SIGTERM"), { code: 0, signal: null });
  await client.end().catch(() => {});
});
