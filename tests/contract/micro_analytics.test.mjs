// What µAnalytics' API answers (docs/micro-analytics.md), where the public listener serves it and on a listener of its own: recorded
// conversations (micro-analytics/reading/*.http), then what a conversation cannot show. micro_inserting.test.mjs is about what comes in.
import assert from "node:assert/strict";
import http from "node:http";
import { after, before, describe, test } from "node:test";
import { contractTests, send } from "../support/contract.mjs";
import { Server, caughtUp, chrome, run, until } from "../support/picolytics.mjs";

const folder = "tests/contract/micro-analytics/reading";
const prefix = "/micro-analytics";
const servers = [];
const start = async (env, options) => {
  const server = await Server.start(env, options);
  servers.push(server);
  return server;
};
after(() => Promise.all(servers.map((server) => server.destroy())));

const get = async (server, target, headers) => {
  const answer = await send(server.listen, { target: prefix + target, headers });
  return { ...answer, json: answer.text && answer.status < 500 ? JSON.parse(answer.text) : undefined };
};
const insert = async (server, site, list) => {
  const answer = await send(server.listen, { method: "POST", target: `${prefix}/${site}/bulk`, body: JSON.stringify({ list }) });
  assert.equal(answer.status, 200, answer.text);
};
const iso = (seconds) => new Date(seconds * 1000).toISOString().replace(".000Z", "Z");

describe("under the prefix", () => {
  let server;
  before(async () => (server = await start()));
  contractTests(folder, (request) => send(server.listen, { ...request, target: prefix + request.target }));
  test("the prefix alone greets, too", async () => {
    assert.equal((await send(server.listen, { target: prefix })).status, 200);
  });
  test("HEAD has what GET says of itself, and no body", async () => {
    for (const target of ["/read.example", "/read.example/count"]) {
      const head = await send(server.listen, { method: "HEAD", target: prefix + target });
      assert.deepEqual([head.status, head.headers["content-type"], head.text], [200, "application/json", ""]);
    }
  });
  test("a success is one line of JSON", async () => {
    for (const target of ["/", "/read.example", "/read.example/count", "/read.example/time"]) assert.match((await get(server, target)).text, /^\{.*\}\n$/);
  });
});

describe("on a listener of its own", () => {
  let server;
  before(async () => (server = await start({ MA_PORT: "127.0.0.1:0" })));
  contractTests(folder, (request) => send(server.microAnalytics, request));
  test("nothing but the API is there", async () => {
    for (const target of ["/pico.js/x/y", "/api/v2/query"]) assert.equal((await send(server.microAnalytics, { method: "POST", target, body: "{}" })).status, target.endsWith("y") ? 404 : 405);
  });
});

describe("who may ask", () => {
  const basic = (text) => ({ Authorization: `Basic ${Buffer.from(text).toString("base64")}` });
  let server;
  before(async () => (server = await start({ MA_USER: "u", MA_PASSWORD: "p:w", MICRO_ANALYTICS_LISTEN: "127.0.0.1:0" })));
  for (const [where, at] of [["under the prefix", (target) => [server.listen, prefix + target]], ["on the listener", (target) => [server.microAnalytics, target]]]) {
    const ask = (target, headers, method) => send(at(target)[0], { method, target: at(target)[1], headers });
    test(`${where}, credentials are needed for everything but the greeting, also from this machine`, async () => {
      assert.equal((await ask("/")).status, 200);
      for (const [target, method] of [["/x.example"], ["/x.example/count"], ["/x.example/other"], ["/x.example", "DELETE"]]) {
        const without = await ask(target, {}, method);
        assert.deepEqual([without.status, JSON.parse(without.text).code, without.headers["www-authenticate"]], [401, "InvalidAuthentication", 'Basic realm="picolytics"']);
        const wrong = await ask(target, basic("u:p"), method);
        assert.deepEqual([wrong.status, JSON.parse(wrong.text).code], [401, "InvalidCredentials"]);
        assert.equal((await ask(target, basic("u:p:w"), method)).status, 400);
      }
    });
    test(`${where}, a key of ours does what it is for`, async () => {
      const key = (scope) => ({ Authorization: `Bearer ${run(["key", "create", "--scope", scope, "--name", scope], { DATA_DIR: server.dir }).stdout.match(/pico_[0-9a-f]{64}/)[0]}` });
      const [read, write, admin] = ["read", "write", "admin"].map(key);
      const site = where.includes("prefix") ? "p.example" : "l.example";
      const insert = (headers) => send(at("")[0], { method: "POST", target: at(`/${site}`)[1], headers, body: "{}" });
      assert.deepEqual(await Promise.all([insert(read), insert(admin), insert(write)].map(async (answer) => (await answer).status)), [401, 401, 200]);
      assert.deepEqual(await Promise.all([ask(`/${site}/count`, write), ask(`/${site}/count`, read)].map(async (answer) => (await answer).status)), [401, 200]);
      assert.equal((await ask(`/${site}`, read, "DELETE")).status, 401);
      assert.equal((await ask(`/${site}`, admin, "DELETE")).status, 200);
    });
  }
});

test("without credentials a proxy's callers are refused, unless it is open", async () => {
  const [closed, open] = await Promise.all([start(), start({ MICRO_ANALYTICS_OPEN: "true" })]);
  const forwarded = { "X-Forwarded-For": "203.0.113.1" };
  const refused = await get(closed, "/x.example", forwarded);
  assert.deepEqual([refused.status, refused.json.code], [401, "InvalidAuthentication"]);
  assert.match(refused.json.message, /microAnalyticsUser and microAnalyticsPassword \(MA_USER, MA_PASSWORD\)/);
  assert.equal((await get(open, "/x.example", forwarded)).status, 400);
});

describe("figures", () => {
  let server;
  // The API's days are those of UTC; the site's are not, and what is stored is found by them.
  before(async () => (server = await start({ DEFAULT_TIME_ZONE: "Pacific/Kiritimati" })));

  /** mulberry32 */
  const randomOf = (seed) => () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const seed = Number(process.env.PICO_MICRO_SEED ?? 20151201);
  const random = randomOf(seed);
  const below = (n) => Math.floor(random() * n);
  const pick = (list) => list[below(list.length)];
  // Around the borders of three months, on whole seconds and between them.
  const borders = ["2025-12-01", "2026-01-01", "2026-02-01", "2026-02-15"].map((day) => Date.parse(`${day}T00:00:00Z`));
  const times = () => pick(borders) + pick([0, -1, -1000, 1, 999, 1000, below(86_400_000), -below(86_400_000), below(3 * 86_400_000), -below(3_600_000)]);
  const visits = Array.from({ length: 4000 }, () => ({
    ms: times(), event: pick(["view", "view", "visit", "", "buy", "sign up"]), path: `/${below(20)}`, ip: `192.0.2.${below(60)}`,
    platform: pick(["Linux", "Apple Mac", "", "Curl"]), refererDomain: pick(["", "a.example", "b.example:81", "www.c.example"]), countryCode: pick(["", "fr", "us", "zz", "de"]),
  }));
  const site = "random.example";
  before(async () => {
    for (let i = 0; i < visits.length; i += 1000) await insert(server, site, visits.slice(i, i + 1000).map(({ ms, ...visit }) => ({ ...visit, time: new Date(ms).toISOString() })));
  });

  const seconds = (visit) => Math.floor(visit.ms / 1000);
  const inside = ({ start, end }) => visits.filter((visit) => (start === undefined || seconds(visit) >= start) && (end === undefined || seconds(visit) <= end));
  const figures = (some, unique) => ({ total: some.length, unique: unique ? new Set(some.map((visit) => visit.ip)).size : 0 });
  const groupBy = (some, key) => [...Map.groupBy?.(some, key) ?? some.reduce((map, visit) => map.set(key(visit), [...(map.get(key(visit)) ?? []), visit]), new Map())];
  const groups = (some, key, unique) => groupBy(some, key).map(([id, of]) => ({ id, ...figures(of, unique) })).sort((a, b) => b.total - a.total || (a.id < b.id ? -1 : 1));
  const range = () => {
    const some = [pick(visits), pick(visits)].map((visit) => seconds(visit) + pick([0, 0, 0, -1, 1, below(86_400)])).sort((a, b) => a - b);
    return pick([{ start: some[0], end: some[1] }, { start: some[0], end: some[1] }, { start: some[0] }, { end: some[1] }, { start: some[0], end: some[0] }, {}]);
  };
  const written = (at) => encodeURIComponent(pick([iso(at), String(at), new Date(at * 1000).toUTCString(), new Date((at + 7200) * 1000).toISOString().replace("Z", "+02:00")]));
  const query = (range, more = {}) => "?" + [...Object.entries(range).map(([name, at]) => `${name}=${written(at)}`), ...Object.entries(more).map(([name, value]) => `${name}=${value}`)].join("&");

  test(`are those of a plain recount, for random ranges, intervals and borders of months (PICO_MICRO_SEED=${seed})`, async () => {
    for (let round = 0; round < 60; ++round) {
      const asked = range(), unique = random() < 0.6, some = inside(asked);
      const says = async (report, more = {}) => (await get(server, `/${site}${report}${query(asked, { ...more, ...(unique ? { unique: "true" } : {}) })}`)).json;
      const note = `round ${round}: ${JSON.stringify(asked)}`;
      assert.deepEqual(await says("/count"), figures(some, true), note);
      const interval = pick([1, 60, 3600, 43_200, 86_400, 604_800, 1 + below(5_000_000), 31_536_000, 10_000_000_000]);
      const buckets = groupBy(some, (visit) => Math.floor(seconds(visit) / interval) * interval).sort(([a], [b]) => a - b);
      assert.deepEqual((await says("/time", { interval })).list, buckets.map(([at, of]) => ({ start: iso(at), end: iso(at + interval), ...figures(of, unique) })), `${note}, ${interval} s`);
      for (const [report, key] of [["/events", "event"], ["/platforms", "platform"], ["/domains", "refererDomain"], ["/countries", "countryCode"]]) {
        const list = (await says(report)).list;
        assert.deepEqual(list.map(({ label, ...group }) => group), groups(some, (visit) => visit[key], unique), `${note} ${report}`);
      }
    }
  });

  test("a list of visits is all of them, by time and then as they came", async () => {
    const sorted = visits.map((visit, at) => ({ visit, at })).sort((a, b) => a.visit.ms - b.visit.ms || (a.at % 1000) - (b.at % 1000));
    const { list } = (await get(server, `/${site}`)).json;
    const shown = ({ ms, ...visit }) => ({ time: iso(Math.floor(ms / 1000)), ...visit, ip: "" });
    assert.equal(list.length, visits.length);
    assert.deepEqual(list.map((visit) => visit.time), sorted.map(({ visit }) => iso(seconds(visit))));
    const text = (visit) => JSON.stringify(Object.entries(visit).sort());
    assert.deepEqual(list.map(text).sort(), visits.map((visit) => text(shown(visit))).sort());
    const part = (await get(server, `/${site}?limit=10`)).json.list;
    assert.deepEqual(part, list.slice(0, 10));
  });
});

describe("what the tracker sees", () => {
  let server;
  before(async () => (server = await start({ VALID_EVENT_NAMES: "load,pushstate,signup" })));
  const mac = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Safari/605.1.15";

  test("is in the answers, and what is handed in is counted once", async () => {
    const hit = (name, path, agent) => server.event({ n: name, l: `https://both.example${path}`, r: "https://www.google.com/search?q=x" }, { "User-Agent": agent });
    for (const [name, path, agent] of [["load", "/one", chrome], ["pushstate", "/two", chrome], ["load", "/one", mac], ["signup", "/two", mac], ["load", "/one", "curl/8"]]) {
      const answer = await hit(name, path, agent);
      assert.deepEqual([answer.status, answer.headers["x-picolytics-dropped"]], [202, undefined]);
    }
    await caughtUp(server);
    const time = new Date().toISOString();
    await insert(server, "both.example", [{ time, event: "load", path: "/three", ip: "192.0.2.1", platform: "Linux", countryCode: "fr" }, { time, event: "signup", path: "/three", ip: "192.0.2.1", platform: "Linux", countryCode: "fr" }]);
    const says = async (report) => (await get(server, `/both.example${report}?unique=true`)).json;
    assert.deepEqual(await says("/count"), { total: 6, unique: 3 });
    assert.deepEqual((await says("/events")).list.map(({ id, total, unique }) => [id, total, unique]), [["load", 3, 3], ["signup", 2, 2], ["pushstate", 1, 1]]);
    assert.deepEqual((await says("/platforms")).list.map(({ id, total, unique }) => [id, total, unique]), [["Linux", 4, 2], ["Apple Mac", 2, 1]]);
    assert.deepEqual((await says("/domains")).list.map(({ id, total }) => [id, total]), [["google.com", 4], ["", 2]]);
    const { list } = await says("");
    assert.equal(list.length, 6);
    assert.deepEqual(list.map(({ event, path, platform }) => [event, path, platform].join(" ")).sort(), ["load /one Apple Mac", "load /one Linux", "load /three Linux", "pushstate /two Linux", "signup /three Linux", "signup /two Apple Mac"]);
    const total = (await says("/time")).list.reduce((sum, bucket) => sum + bucket.total, 0);
    assert.equal(total, 6);
  });
});

test("addresses are in a list of visits for as long as the site keeps them", async () => {
  const server = await start();
  const setting = (value) => assert.equal(run(["site", "set", "keeps.example", "store-ip", value], { DATA_DIR: server.dir }).status, 0);
  const ips = async () => (await get(server, "/keeps.example")).json.list.map((visit) => visit.ip);
  await insert(server, "keeps.example", [{ time: "2026-06-01T10:00:00Z", ip: "192.0.2.1" }]);
  assert.deepEqual(await ips(), [""]);
  setting("on");
  await until("an address to be kept", async () => (await insert(server, "keeps.example", [{ time: "2026-06-01T11:00:00Z", ip: "[2001:DB8::7]:443" }]), (await ips()).includes("2001:db8::7")));
  assert.equal((await ips())[0], "", "of before that it is not known");
  setting("off");
  assert.deepEqual(new Set(await ips()), new Set([""]));
});

describe("long lists", () => {
  let server;
  before(async () => {
    server = await start();
    for (let part = 0; part < 4; ++part)
      await insert(server, "long.example", Array.from({ length: 20_000 }, (_, i) => ({ time: String(1_764_547_200 + part * 20_000 + i), event: "view", path: `/page/${i % 100}`, ip: `192.0.2.${i % 200}` })));
  });
  /** Begins a list and reads nothing of it beyond the head. */
  const begin = () => new Promise((resume, reject) => {
    const [host, port] = server.listen.split(":");
    const request = http.get({ host, port, path: `${prefix}/long.example`, agent: false }, (response) => {
      response.pause();
      resume({ request, response });
    });
    request.on("error", reject);
  });

  test("come in pieces, whole and in order", async () => {
    const answer = await get(server, "/long.example");
    assert.equal(answer.headers["transfer-encoding"], "chunked");
    assert.equal(answer.json.list.length, 80_000);
    assert.deepEqual([answer.json.list[0].time, answer.json.list.at(-1).time], [iso(1_764_547_200), iso(1_764_547_200 + 79_999)]);
  });

  test("a few at once; who comes then is told to try again, and other questions are answered", async () => {
    const held = [await begin(), await begin(), await begin()];
    assert.deepEqual(held.map(({ response }) => response.statusCode), [200, 200, 200]);
    const refused = await send(server.listen, { target: `${prefix}/long.example` });
    assert.deepEqual([refused.status, refused.headers["retry-after"], JSON.parse(refused.text).code], [503, "1", "InternalError"]);
    assert.deepEqual((await get(server, "/long.example/count")).json, { total: 80_000, unique: 200 });
    for (const { request } of held) request.destroy();
    await until("the clients' places to be free", async () => (await send(server.listen, { target: `${prefix}/long.example?limit=1` })).status === 200);
  });

  test("a website can be removed while its list is read and visits come in", async () => {
    const { request, response } = await begin();
    const writing = Promise.all(Array.from({ length: 20 }, (_, i) => send(server.listen, { method: "POST", target: `${prefix}/long.example`, body: JSON.stringify({ time: "2026-06-01T10:00:00Z", ip: `198.51.100.${i}` }) })));
    assert.equal((await send(server.listen, { method: "DELETE", target: `${prefix}/long.example` })).status, 200);
    assert.deepEqual(new Set((await writing).map((answer) => answer.status)), new Set([200]));
    request.destroy();
    response.destroy();
    const after = await get(server, "/long.example/count");
    if (after.status === 200) assert.ok(after.json.total <= 20, "nothing of before the removal is left");
    else assert.equal(after.json.code, "InvalidDatabaseName");
  });

  test("a stop cuts off a list that is under way, so that nobody takes it for a whole one", async () => {
    await insert(server, "again.example", Array.from({ length: 60_000 }, (_, i) => ({ time: String(1_764_547_200 + i), path: `/${"long".repeat(60)}/${i}` })));
    const [host, port] = server.listen.split(":");
    const ended = new Promise((resume) => {
      http.get({ host, port, path: `${prefix}/again.example`, agent: false }, (response) => {
        response.once("data", () => {
          response.pause();
          server.process.kill("SIGTERM");
          server.exited.then(() => response.resume());
        });
        response.on("end", () => resume("whole"));
        response.on("error", () => resume("cut off"));
      }).on("error", () => resume("cut off"));
    });
    assert.equal(await ended, "cut off");
    assert.equal((await server.exited).code, 0);
  });
});
