// Promise 1: an event that was acknowledged is in Postgres exactly once, whatever died meanwhile. The rest of it: faults_*.test.mjs.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Load, Server, assertStoredOnce, run, someEvents, until } from "../support/picolytics.mjs";

const servers = [];
after(() => Promise.all(servers.map((server) => server.destroy())));
const start = async (env) => {
  const server = await Server.start(env);
  servers.push(server);
  return server;
};

test("kill -9 of Postgres in mid-load: it is started again and nothing is lost", async () => {
  const server = await start();
  const load = new Load(server);
  await someEvents(load, 300);
  const [{ pid }] = await server.sql("select pg_backend_pid() as pid");
  assert.ok(pid > 0);
  const [{ postmaster }] = await server.sql("select split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int as postmaster");
  process.kill(postmaster, "SIGKILL");
  await until("a new postmaster", async () => (await server.sql("select split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int as p"))[0].p !== postmaster);
  const so_far = load.acknowledged.size;
  await someEvents(load, so_far + 300);
  const acknowledged = await load.stop();
  assert.equal(load.refused, 0, "the journal takes everything while Postgres is away");
  await assertStoredOnce(server, acknowledged);
});

test("connections that are terminated again and again in mid-load lose and double nothing", async () => {
  const server = await start();
  const load = new Load(server);
  for (let round = 1; round <= 8; ++round) {
    await someEvents(load, round * 200);
    await server.sql("select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and backend_type = 'client backend'");
  }
  await assertStoredOnce(server, await load.stop());
});

test("a journal that is full answers 503 with Retry-After, says so in /ready, and recovers by itself", async () => {
  const server = await start({ JOURNAL_MAX_BYTES: "2MB", JOURNAL_SEGMENT_BYTES: "1MB", JOURNAL_KEEP_MINUTES: "0" });
  // The writer cannot pass a lock on the table of checkpoints, which stands for a Postgres that is away.
  const { default: pg } = await import("pg");
  const client = new pg.Client({ host: server.postgres.socket, port: Number(server.postgres.port), user: server.postgres.user, database: server.postgres.database });
  await client.connect();
  await client.query("begin");
  await client.query("lock table pico.ingest_checkpoint in access exclusive mode");
  const load = new Load(server);
  await until("a refusal", () => load.refused > 0, 60_000);
  const answer = await server.event({ n: "load", l: "https://load.example/refused" });
  assert.equal(answer.status, 503);
  assert.ok(Number(answer.headers["retry-after"]) > 0);
  assert.equal(answer.headers["x-picolytics-reason"], "journal_full");
  const ready = await server.request("GET", "/ready", { admin: true });
  assert.equal(ready.status, 503);
  assert.ok(JSON.parse(ready.text).problems.journal);
  assert.ok((await server.metric('picolytics_event_errors{kind="journal_full"}')) > 0);
  const acknowledged = await load.stop();
  await client.query("rollback");
  await client.end();
  await until("the journal to take events again", async () => (await server.event({ n: "load", l: "https://load.example/again" })).status === 202, 60_000);
  await assertStoredOnce(server, acknowledged);
});

test("a second process on the same data directory, or on a port that is taken, is refused with a clear sentence", async () => {
  const server = await start();
  const second = run([], { DATA_DIR: server.dir, LISTEN_ADDR: "127.0.0.1:0", ADMIN_LISTEN: "127.0.0.1:0" });
  assert.equal(second.status, 1);
  assert.match(second.stderr, /Another process uses the journal/);
  const port = run([], { DATA_DIR: server.dir, LISTEN_ADDR: server.listen, ADMIN_LISTEN: "127.0.0.1:0" });
  assert.equal(port.status, 1);
  assert.match(port.stderr, /another program has that port/);
  assert.equal((await server.event({ n: "load", l: "https://load.example/still" })).status, 202);
});

test("the private Postgres dies with a server that is killed", async () => {
  const server = await start();
  const [{ postmaster }] = await server.sql("select split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int as postmaster");
  await server.signal("SIGKILL");
  await until("the postmaster to end", () => {
    try {
      process.kill(postmaster, 0);
      return false;
    } catch {
      return true;
    }
  });
  await server.launch();
  assert.equal((await server.event({ n: "load", l: "https://load.example/x" })).status, 202);
});
