// Whatever happens to Postgres under load: every acknowledged event is in it exactly once. (docs/reliability.md)
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { Load, Server, assertStoredOnce, caughtUp, someEvents, scaled, until } from "../support/picolytics.mjs";
import { Cluster } from "../support/postgres.mjs";
import { PostgresProxy } from "../support/proxies.mjs";

let cluster, proxy, server, load;
const standbys = [];
before(async () => {
  cluster = await Cluster.start();
  proxy = await PostgresProxy.start(cluster.socket);
  server = await Server.start(proxy.env);
  server.database = cluster.database;
});
after(async () => {
  await server?.destroy();
  proxy?.stop();
  await Promise.all([cluster, ...standbys].map((one) => one?.destroy()));
});
afterEach(() => load?.stop());

/** A site of its own for each test, so that what is counted is the test's. */
let sites = 0;
const startLoad = (options) => (load = new Load(server, { site: `faults-${++sites}.example`, ...options }));
const assertOnce = async () => assertStoredOnce(server, await load.stop(), load.site);

/** Cuts the line at such a place, lets the writer commit something, and again. */
async function cut(at, times) {
  const before = proxy.cuts[at];
  for (let i = 0; i < times; ++i) {
    proxy.cutAt(at, 1);
    await until("the cut", () => proxy.wanted === undefined, 60_000);
    const batches = await server.metric("picolytics_writer_batches_total");
    await until("the writer to go on", async () => (await server.metric("picolytics_writer_batches_total")) > batches, 60_000);
  }
  assert.equal(proxy.cuts[at] - before, times);
}

test("kill -9 of Postgres, again and again: exactly once", async () => {
  startLoad();
  for (let round = 1; round <= scaled(4, 30); ++round) {
    await someEvents(load, round * 200);
    await cluster.restart("SIGKILL");
  }
  await assertOnce();
  assert.equal(load.refused, 0, "the journal takes everything meanwhile");
});

test("clean and immediate restarts of Postgres: exactly once", async () => {
  startLoad();
  for (const signal of Array.from({ length: scaled(2, 20) }, (_, i) => (i % 2 ? "SIGQUIT" : "SIGINT"))) {
    await someEvents(load, load.acknowledged.size + 200);
    await cluster.restart(signal);
  }
  await assertOnce();
});

test("a line cut in the middle of a COPY: exactly once", async () => {
  startLoad();
  await someEvents(load, 100);
  await cut("copy", scaled(5, 100));
  await assertOnce();
});

test("a commit that happens and whose answer is lost: exactly once", async () => {
  startLoad();
  await someEvents(load, 100);
  await cut("commit", scaled(5, 100));
  await assertOnce();
});

test("Postgres that is away under steady load: everything is accepted, everything is there afterwards, memory stays bounded", async (context) => {
  const memory = () => server.metric("process_resident_memory_bytes");
  await caughtUp(server);
  const [{ n: earlier }] = await cluster.sql("select count(*)::int as n from pico.events");
  const before = await memory();
  await cluster.stop();
  const perSecond = scaled(1000, 3000);
  startLoad({ perSecond });
  const began = Date.now();
  await until("the time without Postgres", () => Date.now() - began > scaled(6_000, 300_000), 400_000);
  const away = load.acknowledged.size;
  const backlog = await server.metric("picolytics_writer_lag_records");
  assert.ok(backlog >= away, `${backlog} waiting of ${away}`);
  assert.equal(load.refused + load.failed, 0);
  await cluster.launch();
  const back = Date.now();
  // Of the load that goes on, there is always up to a second's worth on its way.
  await until("the writer to catch up", async () => (await server.metric("picolytics_writer_lag_records")) <= perSecond, 120_000);
  const end = Date.now();
  const rate = ((await cluster.sql("select count(*)::int as n from pico.events"))[0].n - earlier) / ((end - back) / 1000);
  const arriving = load.acknowledged.size / ((end - began) / 1000);
  context.diagnostic(`away ${((back - began) / 1000).toFixed(1)} s, ${away} events waited; once it was back, written at ${Math.round(rate)}/s while ${Math.round(arriving)}/s arrived: ${(rate / arriving).toFixed(1)} times`);
  await assertOnce();
  const grown = (await memory()) - before;
  context.diagnostic(`memory grew by ${(grown / 1e6).toFixed(1)} MB`);
  assert.ok(grown < 128e6, `${grown} bytes`);
});

const stored = (events) => server.untilSql("select count(*) from pico.events join pico.sites using (site_id) where domain = $1", [load.site], (n) => Number(n) >= events, 60_000);

test("Postgres restored to an earlier state: what the journal still holds is brought up to date", async () => {
  startLoad();
  await someEvents(load, 300);
  await cluster.stop();
  cluster.save();
  await cluster.launch();
  await someEvents(load, load.acknowledged.size + 500);
  await stored(load.acknowledged.size); // events go on coming, so the writer is never quite done
  await cluster.stop();
  cluster.restore();
  await cluster.launch();
  await someEvents(load, load.acknowledged.size + 200);
  await assertOnce();
});

test("Postgres that was restored while no event came is brought up to date, too", async () => {
  startLoad();
  await someEvents(load, 300);
  await load.stop();
  await caughtUp(server);
  await cluster.stop();
  cluster.restore();
  await cluster.launch();
  await stored(load.acknowledged.size);
  await assertOnce();
});

test("a failover to a replica that is behind: nothing is lost, nothing doubled, and visitors keep their ids", async () => {
  startLoad();
  const standby = await cluster.replica();
  standbys.push(standby);
  await someEvents(load, 300);
  await until("the replica to have something", async () => (await standby.sql("select count(*)::int as n from pico.events join pico.sites using (site_id) where domain = $1", [load.site]))[0].n > 0);
  await standby.stop();
  await someEvents(load, load.acknowledged.size + 500);
  const salt = async () => (await server.sql("select encode(salt, 'hex') as salt from pico.salts where day = current_date"))[0]?.salt;
  const before = await salt();
  await cluster.stop("SIGKILL");
  await standby.launch();
  await standby.sql("select pg_promote()");
  proxy.socket = standby.socket;
  proxy.endAll();
  server.database = standby.database;
  await someEvents(load, load.acknowledged.size + 200);
  await assertOnce();
  await until("the salts to be put back", async () => (await salt()) === before);
});
