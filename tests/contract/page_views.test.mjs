// The page-view counter's contract, on the public listener and on one of its own: recorded conversations (page-views/*.http), then what
// a conversation cannot show.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { contractTests, send } from "../support/contract.mjs";
import { Server, until } from "../support/picolytics.mjs";

const folder = "tests/contract/page-views";
const servers = [];
const start = async (env) => {
  const server = await Server.start(env);
  servers.push(server);
  return server;
};
after(() => Promise.all(servers.map((server) => server.destroy())));

const json = { "content-type": "application/json" };
const multi = (address, counts, headers = {}) => send(address, { method: "POST", target: "/page-views/multi", headers: { ...json, ...headers }, body: JSON.stringify(counts) });
const total = async (address, page, now) => JSON.parse((await send(address, { method: "GET", target: `/report?page=${encodeURIComponent(page)}&now=${now}` })).text).data.reduce((sum, row) => sum + row.v, 0);

describe("on the public listener", () => {
  let server;
  before(async () => (server = await start()));
  contractTests(folder, (request) => send(server.listen, request));
});

describe("on a listener of its own", () => {
  let server;
  before(async () => (server = await start({ PAGE_VIEWS_LISTEN: "127.0.0.1:0" })));
  contractTests(folder, (request) => send(server.pageViews, request));
  contractTests(`${folder}/own-listener`, (request) => send(server.pageViews, request));
});

test("increments of concurrent writers at two instances on one Postgres add up exactly, and every batch is all there", async () => {
  const one = await start();
  const { socket, port, user, database } = one.postgres;
  const two = await start({ PGCONNSTRING: `postgres://${user}@/${database}?host=${encodeURIComponent(socket)}&port=${port}` });
  const writers = 12, requests = 40;
  await Promise.all(Array.from({ length: writers }, async (_, writer) => {
    for (let n = 0; n < requests; ++n) {
      const answer = await multi((writer + n) % 2 ? one.listen : two.listen, { "/popular": { "2025-07-16T10:00Z": 3 }, [`/${writer}`]: { "2025-07-16T10:30Z": 1, "2025-07-16T11:30Z": 1 } });
      assert.equal(answer.status, 200, answer.text);
    }
  }));
  for (const { listen } of [one, two]) {
    assert.equal(await total(listen, "/popular", "2025-07-16T12:00Z"), 3 * writers * requests);
    for (let writer = 0; writer < writers; ++writer) assert.equal(await total(listen, `/${writer}`, "2025-07-16T12:00Z"), 2 * requests);
  }
  const shards = await one.sql("select distinct shard from pico.page_counts where page = '/popular'");
  assert.equal(shards.length, 2, "each instance has a shard of its own");
});

test("Postgres dies in mid-load: whoever tries again after a 503 is counted once", async () => {
  const server = await start();
  const postmaster = async () => Number((await server.sql("select split_part(pg_read_file('postmaster.pid'), E'\\n', 1) as p"))[0].p);
  let running = true;
  const pages = [];
  const clients = Array.from({ length: 8 }, async (_, client) => {
    for (let n = 0; running; ++n) {
      const page = `/${client}/${n}`;
      let answer;
      do {
        answer = await multi(server.listen, { [page]: { "2025-07-16T10:00Z": 1 } });
      } while (answer.status !== 200);
      pages.push(page);
    }
  });

  await until("some counts", () => pages.length > 100);
  const before = await postmaster();
  process.kill(before, "SIGKILL");
  await until("a new postmaster", async () => (await postmaster()) !== before);
  const then = pages.length;
  await until("counting to go on", () => pages.length > then + 100, 60_000);
  running = false;
  await Promise.all(clients);
  const rows = await server.sql("select page, sum(views)::int as views from pico.page_counts group by page");
  assert.deepEqual(rows.filter((row) => row.views !== 1), []);
  assert.equal(rows.length, pages.length);
});

test("while Postgres takes nobody in, counts are refused with Retry-After and none is counted", async () => {
  const server = await start();
  const { socket, port, user, database } = server.postgres;
  const body = { "/": { "2025-07-16T10:00Z": 1 } };
  assert.equal((await multi(server.listen, body)).status, 200);
  server.database = { host: socket, port: Number(port), user, database: "postgres" };
  await server.sql(`alter database ${database} allow_connections false`);
  await server.sql("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", [database]);
  for (let i = 0; i < 5; ++i) {
    const answer = await multi(server.listen, body);
    assert.equal(answer.status, 503, answer.text);
    assert.equal(answer.headers["retry-after"], "1");
  }
  await server.sql(`alter database ${database} allow_connections true`);
  await until("counting again", async () => (await multi(server.listen, body)).status === 200);
  server.database = undefined;
  assert.equal((await server.sql("select sum(views)::int as views from pico.page_counts"))[0].views, 2);
});

test("what was answered is there after kill -9", async () => {
  const server = await start();
  const answered = [];
  let killed = false;
  const client = async (name) => {
    for (let n = 0; !killed; ++n) {
      try {
        const page = `/${name}/${n}`;
        if ((await multi(server.listen, { [page]: { "2025-07-16T10:00Z": 1 } })).status === 200) answered.push(page);
      } catch {
        return; // the server is gone
      }
    }
  };
  const clients = [1, 2, 3, 4].map(client);
  while (answered.length < 100) await new Promise((resume) => setImmediate(resume));
  await server.signal("SIGKILL");
  killed = true;
  await Promise.all(clients);
  await server.launch();
  const rows = await server.sql("select page from pico.page_counts where views = 1");
  const stored = new Set(rows.map((row) => row.page));
  assert.deepEqual(answered.filter((page) => !stored.has(page)), []);
});

test("a report of host/path has what the tracker counted there as well", async () => {
  const server = await start();
  for (let i = 0; i < 3; ++i) assert.equal((await server.event({ n: "load", l: "https://tracked.example/page?secret=1" })).status, 202);
  assert.equal((await server.event({ n: "load", l: "https://tracked.example/page" }, { "User-Agent": "Googlebot/2.1" })).status, 202);
  await server.untilSql("select count(*) from pico.events", [], (n) => Number(n) === 4);
  const nextHour = new Date(Date.now() + 3_600_000).toISOString();
  const thisHour = new Date(Date.now()).toISOString();
  assert.equal((await multi(server.listen, { "tracked.example/page": { [thisHour]: 10 } })).status, 200);
  assert.equal(await total(server.listen, "tracked.example/page", nextHour), 13);
  assert.equal(await total(server.listen, "tracked.example/other", nextHour), 0);
});

test("strangers are refused and told how to be let in; credentials and loopback let in, a proxy on loopback does not", async () => {
  const closed = await start({ PAGE_VIEWS_LISTEN: ":0", COUNTS_USER: "counter", COUNTS_PASSWORD: "s3cret" });
  const address = closed.pageViews;
  const body = { "/": { "2025-07-16T10:00Z": 1 } };
  const basic = (text) => ({ Authorization: `Basic ${Buffer.from(text).toString("base64")}` });
  for (const headers of [{}, basic("counter:wrong"), basic("other:s3cret"), basic(""), { Authorization: "Basic" }, { Authorization: "Bearer s3cret" }]) {
    const answer = await multi(address, body, headers);
    assert.equal(answer.status, 401, JSON.stringify(headers));
    assert.match(answer.headers["www-authenticate"], /^Basic/);
    assert.match(JSON.parse(answer.text).message, /COUNTS_PASSWORD/);
  }
  assert.equal((await send(address, { method: "GET", target: "/report?page=/" })).status, 401);
  assert.equal((await send(address, { method: "GET", target: "/health" })).status, 200);
  assert.equal((await multi(address, body, basic("counter:s3cret"))).status, 200);
  // The public listener of this server is bound to 127.0.0.1.
  assert.equal((await multi(closed.listen, body)).status, 200);
  for (const headers of [{ "X-Forwarded-For": "192.0.2.1" }, { Forwarded: "for=192.0.2.1" }, { Origin: "https://evil.example" }])
    assert.equal((await multi(closed.listen, body, headers)).status, 401, JSON.stringify(headers));
  assert.equal((await multi(closed.listen, body, { "X-Forwarded-For": "192.0.2.1", ...basic("counter:s3cret") })).status, 200);
  assert.equal((await closed.sql("select sum(views)::int as views from pico.page_counts"))[0].views, 3);

  const open = await start({ PAGE_VIEWS_LISTEN: ":0", COUNTS_OPEN: "true" });
  assert.equal((await multi(open.pageViews, body)).status, 200);
});
