// What µAnalytics' API inserts (docs/micro-analytics.md), where the public listener serves it and on a listener of its own: recorded
// conversations (micro-analytics/inserting/*.http), then what a conversation cannot show.
import assert from "node:assert/strict";
import { readFileSync, readdirSync, readlinkSync } from "node:fs";
import http from "node:http";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { contractTests, send } from "../support/contract.mjs";
import { Server, caughtUp, chrome, run, scaled, until } from "../support/picolytics.mjs";
import { Cluster } from "../support/postgres.mjs";

const folder = "tests/contract/micro-analytics/inserting";
const prefix = "/micro-analytics";
const servers = [];
const clusters = [];
const start = async (env, options) => {
  const server = await Server.start(env, options);
  servers.push(server);
  return server;
};
after(async () => {
  await Promise.all(servers.map((server) => server.destroy()));
  await Promise.all(clusters.map((cluster) => cluster.destroy()));
});

const post = (server, target, body) => send(server.listen, { method: "POST", target: prefix + target, body: typeof body === "object" && !body[Symbol.asyncIterator] && !body[Symbol.iterator] ? JSON.stringify(body) : body });
const code = (answer) => JSON.parse(answer.text).code;

/** A list of `n` items as a body in pieces. */
function* list(n, item, last = "") {
  yield '{"list":[';
  let piece = "";
  for (let i = 0; i < n; ++i) {
    piece += (i > 0 ? "," : "") + JSON.stringify(item(i));
    if (piece.length > 60_000) {
      yield piece;
      piece = "";
    }
  }
  yield `${piece}${last}]}`;
}

/** What is stored of a site, item by item. */
const items = (server, site) => server.sql(
  `select to_char(m.at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as time, coalesce(n.name, '') as event, p.path, l.platform, l.referer_domain, l.country, m.who
   from pico.micro_visits m join pico.sites using (site_id) join pico.pages p using (site_id, page_id) join pico.micro_labels l using (label_id)
   left join pico.event_names n on n.name_id = m.name_id where domain = $1 order by m.at, m.number`, [site]);
const count = async (server, site) => (await server.sql("select count(*)::int as n from pico.micro_visits join pico.sites using (site_id) where domain = $1", [site]))[0].n;

describe("under the prefix", () => {
  let server;
  before(async () => (server = await start()));
  contractTests(folder, (request) => send(server.listen, { ...request, target: prefix + request.target }));
  test("what was refused has left nothing", async () => {
    assert.deepEqual(await server.sql("select domain from pico.sites order by domain"), ["a.example", "b.example", "bulk", "list.example", "one.example"].map((domain) => ({ domain })));
    assert.equal((await server.sql("select count(*)::int as n from pico.pages where path = '/kept-out'"))[0].n, 0);
  });
});

describe("on a listener of its own", () => {
  let server;
  before(async () => (server = await start({ MICRO_ANALYTICS_LISTEN: "127.0.0.1:0" })));
  contractTests(folder, (request) => send(server.microAnalytics, request));
});

describe("what is stored of an item", () => {
  let server;
  before(async () => (server = await start()));
  const mac = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Safari/605.1.15";
  const time = "2026-06-01T10:00:00.000Z";

  test("a visit alone: everything but the name and the path comes from headers and address", async () => {
    const item = { time, event: "visit", ip: "8.8.8.8:1234", path: "/p?q=1", headers: { Referer: "https://www.google.com:8443/search", "User-Agent": mac }, platform: "no", refererDomain: "no", countryCode: "no" };
    const answer = await post(server, "/Alone.example", item);
    assert.deepEqual([answer.status, answer.text, answer.headers["content-type"]], [200, "", undefined]);
    const [{ who, ...stored }] = await items(server, "alone.example");
    assert.deepEqual(stored, { time, event: "visit", path: "/p?q=1", platform: "Apple Mac", referer_domain: "www.google.com:8443", country: "us" });
    assert.ok(who);
  });

  test("in a list platform and referer of the body go before the headers, and a country before a look-up that finds nothing", async () => {
    const given = { time, platform: "Toaster", refererDomain: "duckduckgo.com", countryCode: "FR", headers: { referer: "https://www.google.com/", "user-agent": mac } };
    assert.equal((await post(server, "/bulk", { list: [{ website: "given.example", ip: "192.0.2.1", ...given }, { website: "given.example", ip: "8.8.8.8", ...given }] })).status, 200);
    assert.deepEqual((await items(server, "given.example")).map((item) => [item.platform, item.referer_domain, item.country]), [["Toaster", "duckduckgo.com", "fr"], ["Toaster", "duckduckgo.com", "us"]]);
    const [visit] = await server.sql("select distinct source, channel from pico.visits join pico.sites using (site_id) join pico.acquisitions using (site_id, acquisition_id) where domain = 'given.example'");
    assert.deepEqual(visit, { source: "DuckDuckGo", channel: "Organic Search" });
  });

  test("only the header Referer (or Referrer) is the referer, and only an absolute URL has a domain", async () => {
    const headers = [{ "Referrer-Policy": "origin", referrer: "http://a.example:81/x" }, { referer: "/a/path" }, { "X-Referer": "http://b.example/" }];
    assert.equal((await post(server, "/referer.example/bulk", { list: headers.map((headers) => ({ time, headers })) })).status, 200);
    assert.deepEqual((await items(server, "referer.example")).map((item) => item.referer_domain), ["a.example:81", "", ""]);
  });

  test("addresses are who came, whatever their port and spelling; they themselves are nowhere", async () => {
    const ips = ["203.0.113.7", "203.0.113.7:99", "::ffff:203.0.113.7", "[2001:db8::77]:80", "2001:DB8:0:0:0:0:0:77", "2001:db8::78", "caller-1", "caller-2", ""];
    assert.equal((await post(server, "/who.example/bulk", { list: ips.map((ip) => ({ time, ip })) })).status, 200);
    const whos = (await items(server, "who.example")).map((item) => item.who);
    assert.deepEqual(ips.map((_, i) => whos.indexOf(whos[i])), [0, 0, 0, 3, 3, 5, 6, 7, 8]);
    const tables = await server.sql("select table_name from information_schema.tables where table_schema = 'pico' and table_type = 'BASE TABLE'");
    for (const { table_name } of tables) {
      const [{ n }] = await server.sql(`select count(*)::int as n from pico.${table_name} t where t::text ~ '203\\.0\\.113|2001:db8|caller-'`);
      assert.equal(n, 0, table_name);
    }
  });

  test("times keep their moment; items of the same moment keep their order", async () => {
    const list = ["2026-06-02T00:30:00+01:00", "Mon, 01 Jun 2026 23:30:00 GMT", "1780356600", "2026-06-01T23:30:00.999Z"].map((time, i) => ({ time, path: `/${i}` }));
    assert.equal((await post(server, "/times.example/bulk", { list })).status, 200);
    assert.deepEqual((await items(server, "times.example")).map((item) => [item.time, item.path]), [
      ["2026-06-01T23:30:00.000Z", "/0"], ["2026-06-01T23:30:00.000Z", "/1"], ["2026-06-01T23:30:00.000Z", "/2"], ["2026-06-01T23:30:00.999Z", "/3"]]);
  });

  test("without a time an item is of the moment it comes", async () => {
    const earliest = Date.now();
    assert.equal((await post(server, "/now.example", {})).status, 200);
    const at = Date.parse((await items(server, "now.example"))[0].time);
    assert.ok(at >= earliest && at <= Date.now(), `${at}`);
  });

  test("names of pageviews are pageviews, others are custom events of that name", async () => {
    assert.equal((await post(server, "/kinds.example/bulk", { list: ["", "load", "view", "download", "Sign up"].map((event, i) => ({ time: `2026-06-01T10:0${i}:00Z`, event, ip: "192.0.2.9" })) })).status, 200);
    const kinds = await server.sql("select kind, name from pico.events e join pico.sites using (site_id) left join pico.event_details d using (site_id, day, visit_id, at) left join pico.event_names using (name_id) where domain = 'kinds.example' order by at");
    assert.deepEqual(kinds.map((row) => [row.kind, row.name]), [[10, null], [10, null], [10, null], [0, "download"], [0, "Sign up"]]);
    assert.deepEqual((await server.sql("select pageviews, events from pico.visits join pico.sites using (site_id) where domain = 'kinds.example'")), [{ pageviews: 3, events: 5 }]);
  });
});

test("a hundred thousand items in one request are stored, and the server's memory does not grow with their number", async () => {
  const server = await start();
  const item = (i) => ({ website: `site-${i % 5}.example`, time: String(1_780_000_000 + i), event: i % 4 === 0 ? "download" : "view", ip: `10.${(i >> 8) % 16}.${i % 256}.1`, path: `/articles/${i % 1000}`, headers: { "user-agent": `${chrome} v${i % 50}`, referer: `https://ref-${i % 300}.example/` } });
  const peak = () => Number(readFileSync(`/proc/${server.process.pid}/status`, "utf8").match(/VmHWM:\s+(\d+)/)[1]) / 1024;
  assert.equal((await post(server, "/bulk", list(5_000, item))).status, 200);
  const before = peak();
  const n = 100_000;
  const answer = await post(server, "/bulk", list(n, (i) => ({ ...item(i), time: String(1_781_000_000 + i) })));
  assert.equal(answer.status, 200, answer.text);
  const grown = peak() - before;
  assert.equal((await server.sql("select count(*)::int as n from pico.micro_visits where at >= to_timestamp(1781000000)"))[0].n, n);
  assert.equal((await server.sql("select sum(events)::int as n from pico.visits"))[0].n, n + 5_000);
  console.log(`100,000 items: the peak of the server's memory grew by ${grown.toFixed(0)} MB from ${before.toFixed(0)}`);
  assert.ok(grown < 64, `the peak grew by ${grown} MB from ${before}`);
});

test("a fault in the last of many items leaves nothing of them", async () => {
  const server = await start();
  const item = (i) => ({ website: "nothing.example", time: String(1_780_000_000 + i), ip: `10.0.${i % 200}.1`, path: `/${i}`, platform: "x".repeat(200) });
  for (const [last, expected] of [[',{"website":"nothing.example","time":5}', "InvalidJSON"], [',{"website":"a..b"}', "InvalidDatabaseName"], [',{"website":"nothing.example","time":"2"}', "InvalidTimeFormat"], [",", "InvalidJSON"]]) {
    const answer = await post(server, "/bulk", list(30_000, item, last));
    assert.equal(answer.status, 400, answer.text);
    assert.equal(code(answer), expected);
  }
  assert.deepEqual(await server.sql("select domain from pico.sites"), []);
  assert.equal((await server.sql("select count(*)::int as n from pico.micro_visits"))[0].n, 0);
  assert.equal((await post(server, "/bulk", list(30_000, item))).status, 200);
  assert.equal(await count(server, "nothing.example"), 30_000);
});

test("a client that goes away in the middle leaves nothing", async () => {
  const server = await start();
  const [host, port] = server.listen.split(":");
  const request = http.request({ host, port, method: "POST", path: `${prefix}/gone.example/bulk` });
  request.on("error", () => {});
  request.write('{"list":[{"path":"/"}');
  await until("the request to be read", async () => (await server.metric("picolytics_micro_lists_running")) === 1);
  request.destroy();
  await until("the end of it", async () => (await server.metric('picolytics_micro_requests_total{outcome="refused"}')) === 1);
  assert.deepEqual(await server.sql("select domain from pico.sites"), []);
});

test("what waits in a file until its list is complete has no address and no User-Agent in it", async () => {
  const server = await start();
  let finish;
  const finished = new Promise((resume) => (finish = resume));
  const item = { time: "2026-06-01T10:00:00Z", ip: "198.51.100.77", path: "/spooled/path", headers: { "user-agent": "Mozilla/5.0 (X11; Linux x86_64) Secret/7.7" } };
  const answer = post(server, "/spool.example/bulk", (async function* () {
    yield* list(40_000, () => item, ",");
    await finished;
  })());
  const pid = server.process.pid;
  const file = await until("the file", () => readdirSync(`/proc/${pid}/fd`).map((fd) => `/proc/${pid}/fd/${fd}`).find((fd) => readlinkSync(fd).startsWith(server.dir) && readlinkSync(fd).endsWith("(deleted)") && readFileSync(fd).length > 1_000_000), 60_000);
  const bytes = readFileSync(file);
  assert.ok(bytes.includes("/spooled/path"));
  for (const secret of ["198.51.100", "Secret/7.7", "X11; Linux"]) assert.ok(!bytes.includes(secret), secret);
  assert.ok(!readdirSync(server.dir).some((name) => /spool/.test(name)));
  finish();
  assert.equal((await answer).status, 400, "the body had a comma too many");
});

test("kill -9 in the middle leaves nothing, and after the answer everything", async () => {
  const cluster = await Cluster.start();
  clusters.push(cluster);
  const item = (round) => (i) => ({ time: String(1_780_000_000 + i), ip: `10.0.${i % 100}.${round}`, path: `/${i % 500}` });
  const n = 20_000;
  let killed = 0;
  for (let round = 0; round < scaled(3, 12); ++round) {
    const server = await start(cluster.env);
    server.database = cluster.database;
    const site = `killed-${round}.example`;
    const answer = post(server, `/${site}/bulk`, list(n, item(round))).catch(() => "gone");
    await until("the writing to begin", async () => (await cluster.sql("select count(*)::int as n from pg_stat_activity where state = 'active' and query ilike 'copy pico.%' and pid <> pg_backend_pid()"))[0].n > 0 || (await Promise.race([answer, undefined])) !== undefined, 60_000);
    await server.signal("SIGKILL");
    const answered = (await answer) !== "gone";
    await until("its sessions to end", async () => (await cluster.sql("select count(*)::int as n from pg_stat_activity where application_name = 'picolytics' and backend_type = 'client backend'"))[0].n === 0, 60_000);
    const stored = (await cluster.sql("select (select count(*) from pico.micro_visits join pico.sites using (site_id) where domain = $1)::int as items, (select count(*) from pico.events join pico.sites using (site_id) where domain = $1)::int as events", [site]))[0];
    assert.ok(stored.items === n || (stored.items === 0 && !answered), `${stored.items} items, answered: ${answered}`);
    assert.equal(stored.events, stored.items);
    killed += stored.items === 0 ? 1 : 0;

    await server.launch();
    assert.equal((await post(server, `/after-${site}/bulk`, list(500, item(round)))).status, 200);
    await server.signal("SIGKILL");
    assert.equal((await cluster.sql("select count(*)::int as n from pico.micro_visits join pico.sites using (site_id) where domain = $1", [`after-${site}`]))[0].n, 500);
  }
  assert.ok(killed > 0, "some list was cut off in its middle");
});

test("a list whose sessions with Postgres are cut off while it is written is stored once, or its sender is told to try again", async () => {
  const cluster = await Cluster.start();
  clusters.push(cluster);
  const server = await start(cluster.env);
  server.database = cluster.database;
  const n = 20_000;
  let cuts = 0;
  const cut = (copying) => cluster.sql(`select count(pg_terminate_backend(pid))::int as n from pg_stat_activity where application_name = 'picolytics' and state = 'active' and query ilike '${copying}'`);
  for (const [round, copying] of ["copy pico.events %", "copy pico.micro_visits %", "commit%"].entries()) {
    const site = `cut-${round}.example`;
    const answer = post(server, `/${site}/bulk`, list(n, (i) => ({ time: String(1_780_000_000 + i), ip: `10.0.${i % 100}.1`, path: `/${i % 500}` })));
    let answered;
    answer.then((one) => (answered = one));
    await until("a session to be cut off", async () => {
      const [{ n: ended }] = await cut(copying);
      cuts += ended;
      return answered !== undefined || ended > 0;
    }, 60_000);
    const { status } = await answer;
    assert.ok(status === 200 || status === 503, `${status}`);
    assert.equal(await count(server, site), status === 200 ? n : 0);
  }
  assert.ok(cuts > 0, "some session was cut off");
});

test("a stop in the middle of a list is a stop: nothing of it stays, and the server ends well and in time", async () => {
  const cluster = await Cluster.start();
  clusters.push(cluster);
  const server = await start({ ...cluster.env, SHUTDOWN_TIMEOUT_SEC: "5" });
  server.database = cluster.database;
  const answer = post(server, "/stopped.example/bulk", (async function* () {
    yield* list(2_000, (i) => ({ path: `/${i}` }), ",");
    await new Promise(() => {});
  })()).catch((error) => error);
  await until("the list to be read", async () => (await server.metric("picolytics_micro_lists_running")) === 1);
  const { code: exit, signal } = await server.signal("SIGTERM");
  assert.deepEqual([exit, signal], [0, null], server.stderr);
  assert.notEqual((await answer).status, 200);
  assert.equal((await cluster.sql("select count(*)::int as n from pico.micro_visits"))[0].n, 0);
});

test("lists with the same visitors at the same time, beside what the tracker sends of them, add up", async () => {
  const server = await start({ MICRO_ANALYTICS_THREADS: "3" });
  const site = "busy.example", lists = 6, n = 2_000, agents = 20;
  const agent = (i) => `${chrome} v${i % agents}`;
  const now = Date.now();
  const item = (part) => (i) => ({ time: new Date(now - ((i * 7 + part * 13) % 5_400) * 1000).toISOString(), ip: "127.0.0.1", path: `/${i % 50}`, headers: { "user-agent": agent(i) } });
  let running = true, tracked = 0;
  const tracker = (async () => {
    for (let i = 0; running; ++i) {
      assert.equal((await server.event({ n: "load", l: `https://${site}/tracked` }, { "User-Agent": agent(i) })).status, 202);
      ++tracked;
    }
  })();
  const answers = await Promise.all(Array.from({ length: lists }, (_, part) => post(server, `/${site}/bulk`, list(n, item(part)))));
  const singles = await Promise.all(Array.from({ length: 100 }, (_, i) => post(server, `/${site}`, { ...item(0)(i), time: undefined })));
  running = false;
  await tracker;
  for (const answer of [...answers, ...singles]) assert.equal(answer.status, 200, answer.text);
  await caughtUp(server);
  const total = lists * n + singles.length;
  assert.equal(await count(server, site), total);
  assert.equal((await server.sql("select count(*)::int as n from pico.events"))[0].n, total + tracked);
  const wrong = await server.sql("select v.visit_id from pico.visits v left join (select visit_id, day, count(*) as n, min(at) as first, max(at) as last from pico.events group by 1, 2) e using (visit_id, day) where v.events > 0 and (e.n is distinct from v.events or e.n <> v.pageviews or e.first <> v.started_at or e.last <> v.last_at)");
  assert.deepEqual(wrong, []);
  const [{ visitors }] = await server.sql("select count(distinct (visit_id & -1024, day))::int as visitors from pico.visits where events > 0 and day = (select max(day) from pico.visits)");
  assert.equal(visitors, agents, "the tracker's visitors and the lists' are the same");
});

test("a site that asks for it keeps addresses, and loses them all when it no longer does", async () => {
  const server = await start();
  const setting = (value) => assert.equal(run(["site", "set", "keeps.example", "store-ip", value], { DATA_DIR: server.dir }).status, 0);
  const ips = async () => (await server.sql("select ip from pico.micro_addresses order by ip")).map((row) => row.ip);
  const visit = async (ip) => assert.equal((await post(server, "/bulk", { list: [{ website: "keeps.example", ip }, { website: "other.example", ip }] })).status, 200);
  await visit("192.0.2.1");
  assert.deepEqual(await ips(), []);
  setting("on");
  await until("an address to be kept", async () => (await visit("[2001:DB8::7]:443"), (await ips()).length > 0));
  assert.deepEqual(await ips(), ["2001:db8::7"]);
  await visit("192.0.2.1");
  assert.deepEqual(await ips(), ["192.0.2.1", "2001:db8::7"]);
  setting("off");
  assert.deepEqual(await ips(), []);
  await visit("192.0.2.2");
  assert.deepEqual(await ips(), [], "from that moment on, though the server may not know yet");
});

test("a list of more than microAnalyticsMaxBody is refused, whether it says its length or not, and leaves nothing", async () => {
  const server = await start({ MICRO_ANALYTICS_MAX_BODY: "1MB" });
  const item = () => ({ website: "large.example", path: `/${"x".repeat(400)}` });
  assert.equal((await post(server, "/bulk", list(2_000, item))).status, 200);
  const large = [...list(4_000, item)].join("");
  assert.ok(large.length > 1 << 20);
  const announced = await post(server, "/bulk", large).catch((error) => error);
  assert.ok(announced.status === 413 || ["EPIPE", "ECONNRESET"].includes(announced.code), announced.text ?? announced.code);
  const streamed = await post(server, "/bulk", list(4_000, item)).catch((error) => error);
  assert.ok(streamed.status === 413 || ["EPIPE", "ECONNRESET"].includes(streamed.code), streamed.text ?? streamed.code);
  await until("its end", async () => (await server.metric("picolytics_micro_lists_running")) === 0);
  assert.equal(await count(server, "large.example"), 2_000);
});

test("slow lists hold up neither visits alone nor the other lists, until they are four a connection; too many that wait are refused", async () => {
  const server = await start({ MICRO_ANALYTICS_THREADS: "1" });
  let finish;
  const finished = new Promise((resume) => (finish = resume));
  const slowOne = () => post(server, "/slow.example/bulk", (async function* () {
    yield '{"list":[{"path":"/"}';
    await finished;
    yield "]}";
  })());
  const slow = [slowOne(), slowOne(), slowOne()];
  await until("the slow lists to be read", async () => (await server.metric("picolytics_micro_lists_running")) === 3);
  assert.equal((await post(server, "/quick.example", {})).status, 200);
  assert.equal((await post(server, "/quick.example/bulk", { list: [{}] })).status, 200);
  slow.push(slowOne());
  await until("one more", async () => (await server.metric("picolytics_micro_lists_running")) === 4);
  const waiting = Array.from({ length: 40 }, () => post(server, "/waiting.example/bulk", { list: [{}] }));
  const refused = await Promise.race(waiting);
  assert.equal(refused.status, 503);
  assert.equal(refused.headers["retry-after"], "1");
  assert.equal(code(refused), "InternalError");
  finish();
  for (const one of slow) assert.equal((await one).status, 200);
  const statuses = (await Promise.all(waiting)).map((answer) => answer.status);
  assert.equal(statuses.filter((status) => status === 200).length, 32);
  assert.equal(statuses.filter((status) => status === 503).length, 8);
  assert.equal(await count(server, "waiting.example"), 32);
});

test("while Postgres takes nobody in, callers are told to try again, and that helps", async () => {
  const server = await start();
  const { socket, port, user, database } = server.postgres;
  assert.equal((await post(server, "/away.example", {})).status, 200);
  server.database = { host: socket, port: Number(port), user, database: "postgres" };
  await server.sql(`alter database ${database} allow_connections false`);
  await server.sql("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", [database]);
  for (const [target, body] of [["/away.example", {}], ["/away.example/bulk", { list: [{}] }], ["/bulk", { list: [{ website: "away.example" }] }]]) {
    const answer = await post(server, target, body);
    assert.equal(answer.status, 503, answer.text);
    assert.equal(answer.headers["retry-after"], "1");
    assert.equal(code(answer), "InternalError");
  }
  await server.sql(`alter database ${database} allow_connections true`);
  server.database = undefined;
  assert.equal((await post(server, "/away.example", {})).status, 200);
  assert.equal(await count(server, "away.example"), 2);
});
