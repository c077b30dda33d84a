// Whatever happens to the server's own process: every acknowledged event is in Postgres exactly once. (docs/reliability.md)
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import net from "node:net";
import { join } from "node:path";
import { after, test } from "node:test";
import pg from "pg";
import { Load, Server, assertStoredOnce, dataDirectory, run, scaled, someEvents, until } from "../support/picolytics.mjs";
import { Cluster } from "../support/postgres.mjs";
import { Balancer, PostgresProxy } from "../support/proxies.mjs";

const open = [];
after(async () => {
  for (const one of open.reverse()) await (one.destroy ?? one.stop).call(one);
});
const opened = (one) => (open.push(one), one);
const start = async (env, options) => opened(await Server.start(env, options));

test("kill -9 at random moments, many times in a row, with a changing number of writers: exactly once, and no hand-work", async (context) => {
  const server = await start();
  const load = new Load(server);
  const kills = scaled(8, 50);
  let moments = 0;
  for (let round = 0; round < kills; ++round) {
    await someEvents(load, load.acknowledged.size + 1);
    const moment = Math.random() * 600;
    moments += moment;
    await new Promise((resume) => setTimeout(resume, moment)); // the random moment is what is tested
    await server.signal("SIGKILL");
    server.env.WRITERS = String(1 + Math.floor(Math.random() * 4));
    await server.launch();
  }
  const acknowledged = await load.stop();
  await assertStoredOnce(server, acknowledged);
  context.diagnostic(`${kills} kills, ${Math.round(moments / kills)} ms apart on average; ${acknowledged.size} events acknowledged, none lost, none doubled`);
});

test("SIGTERM under full load: exit 0 within 10 s, every acknowledged event is in Postgres or follows", async (context) => {
  const server = await start();
  const load = new Load(server, { connections: 64 });
  await someEvents(load, 5000);
  const began = Date.now();
  assert.deepEqual(await server.signal("SIGTERM"), { code: 0, signal: null });
  const took = Date.now() - began;
  assert.ok(took < 10_000, `took ${took} ms`);
  context.diagnostic(`stopped in ${took} ms`);
  const acknowledged = await load.stop();
  await server.launch();
  await assertStoredOnce(server, acknowledged);
});

test("SIGTERM while Postgres takes connections and says nothing: exit 0 within 10 s, nothing lost", async (context) => {
  const cluster = opened(await Cluster.start());
  const proxy = opened(await PostgresProxy.start(cluster.socket));
  const server = await start(proxy.env);
  server.database = cluster.database;
  const load = new Load(server);
  await someEvents(load, 300);
  proxy.silent = true; // those that are open hear nothing more, new ones are never answered
  await someEvents(load, load.acknowledged.size + 300);
  const began = Date.now();
  assert.deepEqual(await server.signal("SIGTERM"), { code: 0, signal: null });
  const took = Date.now() - began;
  assert.ok(took < 10_000, `took ${took} ms`);
  context.diagnostic(`stopped in ${took} ms`);
  proxy.silent = false;
  proxy.endAll();
  const acknowledged = await load.stop();
  await server.launch();
  await assertStoredOnce(server, acknowledged);
});

test("SIGTERM while queries wait behind a lock: they are cut off, exit 0 in time", async (context) => {
  const cluster = opened(await Cluster.start());
  const server = await start({ ...cluster.env, SHUTDOWN_TIMEOUT_SEC: "2" });
  const inserted = await server.request("POST", "/micro-analytics/locked.example", { body: JSON.stringify({ ip: "192.0.2.1", path: "/" }) });
  assert.equal(inserted.status, 200, inserted.text);
  const client = new pg.Client(cluster.database);
  await client.connect();
  await client.query("begin; lock table pico.view_counts, pico.micro_visits in access exclusive mode");
  const held = ["/views/pages?site=locked.example", "/micro-analytics/locked.example/count"].map((path) => server.get(path).catch((error) => error));
  await until("queries to wait for the lock", async () => {
    const [{ n }] = (await client.query("select count(distinct pid)::int as n from pg_locks where not granted")).rows;
    return n >= held.length;
  });
  const began = Date.now();
  assert.deepEqual(await server.signal("SIGTERM"), { code: 0, signal: null });
  const took = Date.now() - began;
  assert.ok(took < 8_000, `took ${took} ms`);
  context.diagnostic(`stopped in ${took} ms`);
  await client.query("rollback");
  await client.end();
  await Promise.all(held);
});

test("SIGTERM while the start waits for a silent Postgres: exit 0 at once", async () => {
  const cluster = opened(await Cluster.start());
  const proxy = opened(await PostgresProxy.start(cluster.socket));
  proxy.silent = true;
  const server = opened(new Server(dataDirectory(), { ...proxy.env, PGCONNATTEMPTS: "1000" }));
  server.spawn();
  await until("a connection", () => proxy.pairs.size > 0);
  assert.deepEqual(await server.signal("SIGTERM"), { code: 0, signal: null });
});

test("a rolling restart of two instances behind a proxy: no request fails but for refused connections", async (context) => {
  const cluster = opened(await Cluster.start());
  const servers = [await start(cluster.env), await start(cluster.env)];
  for (const server of servers) server.database = cluster.database;
  const balancer = opened(await Balancer.start(servers));
  const front = Object.assign(new Server(servers[0].dir, {}), { listen: balancer.listen });
  const load = new Load(front, { connections: 16 });
  for (let round = 0; round < scaled(2, 10); ++round) {
    for (const server of servers) {
      await someEvents(load, load.acknowledged.size + 1000);
      assert.deepEqual(await server.signal("SIGTERM"), { code: 0, signal: null });
      await someEvents(load, load.acknowledged.size + 1000); // the other one carries on
      await server.launch();
    }
  }
  const acknowledged = await load.stop();
  front.agent.destroy();
  context.diagnostic(`${acknowledged.size} requests; failed: ${JSON.stringify(load.failures)}`);
  assert.equal(load.refused, 0);
  assert.deepEqual(Object.keys(load.failures).filter((code) => code !== "ECONNREFUSED"), []);
  await assertStoredOnce(servers[0], acknowledged);
  await assertStoredOnce(servers[1], acknowledged);
});

test("two instances that start at the same moment on an empty database share one schema, one salt and one key", async () => {
  const cluster = opened(await Cluster.start());
  const servers = await Promise.all(Array.from({ length: scaled(3, 8) }, () => start(cluster.env)));
  for (const server of servers) {
    server.database = cluster.database;
    for (let i = 0; i < 5; ++i) assert.equal((await server.event({ n: "load", l: `https://same.example/${server.pid}/${i}` })).status, 202);
  }
  await servers[0].untilSql("select count(*)::int from pico.events", [], (n) => n === 5 * servers.length);
  const [{ visitors }] = await cluster.sql("select count(distinct visit_id & -1024)::int as visitors from pico.events");
  assert.equal(visitors, 1, "one salt: the same visitor has the same id wherever it is counted");
  const [{ doubled }] = await cluster.sql("select count(*)::int as doubled from (select version from pico.schema_version group by 1 having count(*) > 1) s");
  assert.equal(doubled, 0);
});

test("a start whose run.json cannot be written ends with a sentence before anything is served", async () => {
  const server = opened(new Server(dataDirectory(), { LISTEN_ADDR: `127.${1 + (process.pid >> 16)}.${(process.pid >> 8) & 255}.${process.pid & 255}:8080` }));
  mkdirSync(join(server.dir, "run.json.new"));
  server.spawn();
  const port = { host: server.env.LISTEN_ADDR.split(":")[0], port: 8080 };
  // Clients wait in line from the moment the port is bound.
  const clients = [];
  await until("the port to be bound", () => new Promise((resume, reject) => {
    const socket = net.connect(port, () => (clients.push(socket), resume(true)));
    socket.on("error", reject);
  }));
  let answered = "";
  for (const socket of clients) {
    socket.removeAllListeners("error").on("error", () => {});
    socket.on("data", (bytes) => (answered += bytes));
    socket.write("GET /pico.js HTTP/1.1\r\nHost: a\r\n\r\n");
  }
  assert.deepEqual(await server.exited, { code: 1, signal: null }, server.stderr);
  assert.match(server.stderr, /cannot write .*run\.json/);
  await Promise.all(clients.map((socket) => until("the connection to end", () => socket.destroyed)));
  assert.equal(answered, "");
});

test("migrations that are killed half-way are finished by the next start", async () => {
  const cluster = opened(await Cluster.start());
  const proxy = opened(await PostgresProxy.start(cluster.socket));
  const server = opened(new Server(dataDirectory(), { ...proxy.env }));
  // Held up by a lock in the midst of the migrations, then killed.
  await cluster.sql("create schema pico; create table pico.schema_version (version int primary key, name text not null, checksum text not null, applied_at timestamptz not null default now())");
  const blocker = cluster.client();
  await blocker.connect();
  await blocker.query("begin; lock table pico.schema_version in share mode");
  server.spawn();
  await until("a migration that waits", async () => (await cluster.sql("select 1 from pg_locks where not granted")).length > 0);
  await server.signal("SIGKILL");
  await blocker.query("rollback");
  await blocker.end();
  const refused = run(["migrate"], cluster.env);
  assert.equal(refused.status, 0, refused.stderr);
  assert.match(run(["migrate"], cluster.env).stdout, /nothing to do/);
  server.env = cluster.env;
  server.database = cluster.database;
  await server.launch();
  assert.equal((await server.event({ n: "load", l: "https://migrated.example/" })).status, 202);
  await server.untilSql("select count(*)::int from pico.events", [], (n) => n === 1);
});
