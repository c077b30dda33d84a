// The public listener as the original picolytics' clients know it, with its bugs mended.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gunzipSync, brotliDecompressSync } from "node:zlib";
import { Server, chrome, dataDirectory, until } from "../support/picolytics.mjs";

let server;
const more = [];
before(async () => (server = await Server.start({ IP_EXTRACTOR: "xff", MAX_AUTO_SITES: "1000", MAX_AUTO_SITES_PER_HOUR: "1000" })));
after(() => Promise.all([server, ...more].map((one) => one.destroy())));
const another = async (env, options) => {
  const one = await Server.start(env, options);
  more.push(one);
  return one;
};
const load = (url, extra = {}) => ({ n: "load", l: url, ...extra });

test("an event is answered 202 ok as plain text, whatever its content type", async () => {
  for (const type of ["text/plain;charset=UTF-8", "application/json", "application/x-www-form-urlencoded", undefined]) {
    const answer = await server.event(load("https://a.example/"), type ? { "Content-Type": type } : {});
    assert.equal(answer.status, 202);
    assert.equal(answer.text, "ok");
    assert.equal(answer.headers["content-type"], "text/plain; charset=UTF-8");
  }
});

test("the bad bodies of the original's tests are answered 400", async () => {
  for (const body of ["{invalid json}", '{"n":"load","l":"https://a.example/","lt":"A00"}', "", `{"n":"load","l":"https://a.example/${"x".repeat(3000)}"}`, '{"n":"load","sw":412.5}']) {
    const answer = await server.event(body);
    assert.equal(answer.status, 400, body.slice(0, 40));
    assert.deepEqual(JSON.parse(answer.text), { message: "Invalid event data" });
    assert.equal(answer.headers["content-type"], "application/json; charset=UTF-8");
  }
});

test("events that are understood but not counted say why", async () => {
  const reasons = [
    [{ n: "nonsense", l: "https://a.example/" }, {}, "event_name"],
    [{ n: "load", l: "/relative" }, {}, "url"],
    [{ l: "https://a.example/" }, {}, "event_name"],
    [load("https://a.example/"), { Origin: "https://evil.example" }, "origin"],
  ];
  for (const [event, headers, reason] of reasons) {
    const answer = await server.event(event, headers);
    assert.equal(answer.status, 202);
    assert.equal(answer.headers["x-picolytics-dropped"], reason);
  }
});

test("internal fields cannot be set from outside", async () => {
  await server.event({ ...load("https://inject.example/"), Country: "XX", Bot: true, VisitorID: "1", Created: "2001-01-01" });
  const [row] = await server.untilSql("select v.bot, v.started_at from pico.visits v join pico.sites s using (site_id) where s.domain = $1", ["inject.example"], (bot) => bot !== undefined);
  assert.equal(row.bot, 0);
  assert.ok(Date.now() - row.started_at.getTime() < 60_000);
});

test("cross-origin requests are allowed, and answered without CORS headers where there is no Origin", async () => {
  const answer = await server.event(load("https://a.example/"), { Origin: "https://a.example" });
  assert.equal(answer.headers["access-control-allow-origin"], "*");
  assert.match(answer.headers.vary, /Origin/);
  assert.equal((await server.event(load("https://a.example/"))).headers["access-control-allow-origin"], undefined);
  const preflight = await server.request("OPTIONS", "/p", { headers: { Origin: "https://a.example", "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type" } });
  assert.equal(preflight.status, 204);
  assert.equal(preflight.headers["access-control-allow-headers"], "content-type");
  assert.match(preflight.headers["access-control-allow-methods"], /POST/);
});

test("other methods on a known path are 405 with Allow", async () => {
  const answer = await server.get("/p");
  assert.equal(answer.status, 405);
  assert.equal(answer.headers.allow, "POST");
  assert.deepEqual(JSON.parse(answer.text), { message: "Method Not Allowed" });
});

test("GET / says OK, or redirects where that is configured", async () => {
  const root = await server.get("/");
  assert.equal(root.status, 200);
  assert.equal(root.text, "OK");
  const redirecting = await another({ ROOT_REDIRECT: "https://example.com/stats" });
  const answer = await redirecting.get("/");
  assert.equal(answer.status, 302);
  assert.equal(answer.headers.location, "https://example.com/stats");
});

test("robots are kept out", async () => {
  assert.equal((await server.get("/robots.txt")).text, "User-agent: *\nDisallow: /\n");
});

test("the tracker is served in less than 1,000 bytes, cacheable, compressed, and revalidated", async () => {
  for (const path of ["/pico.js", "/picolytics.js"]) {
    const plain = await server.get(path);
    assert.equal(plain.status, 200);
    assert.equal(plain.headers["content-type"], "application/javascript");
    assert.equal(plain.headers["cache-control"], "public, max-age=3600");
    assert.ok(plain.bytes.length < 1000, `${plain.bytes.length} bytes`);
    assert.equal(gunzipSync((await server.get(path, { "Accept-Encoding": "gzip" })).bytes).toString(), plain.text);
    assert.equal(brotliDecompressSync((await server.get(path, { "Accept-Encoding": "gzip, br" })).bytes).toString(), plain.text);
    assert.equal((await server.get(path, { "If-None-Match": plain.headers.etag })).status, 304);
  }
});

test("unknown files are 404 with an empty body, also when the path tries to leave", async () => {
  for (const path of ["/none.js", "/../etc/passwd", "/..%2f..%2fetc/passwd", "//etc/passwd"]) {
    const answer = await server.get(path);
    assert.equal(answer.status, 404, path);
    assert.equal(answer.text, "");
  }
});

test("files in STATIC_DIR take the place of the built-in ones", async () => {
  const dir = dataDirectory();
  const files = join(dir, "own");
  mkdirSync(files);
  writeFileSync(join(files, "pico.js"), "/* my own */");
  const own = await another({ STATIC_DIR: files }, { dir });
  assert.equal((await own.get("/pico.js")).text, "/* my own */");
  assert.ok((await own.get("/demo")).text.includes("Picolytics"));
});

test("the pixel counts a load of its page, or of its referring page", async () => {
  const answer = await server.get(`/pixel.gif?l=${encodeURIComponent("https://pixel.example/from-l")}`, { "User-Agent": chrome });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers["content-type"], "image/gif");
  assert.equal(answer.bytes.subarray(0, 6).toString(), "GIF89a");
  assert.equal(answer.bytes.length, 43);
  assert.equal(answer.bytes.at(-1), 0x3b, "a GIF ends with its trailer");
  assert.match(answer.headers["cache-control"], /no-store/);
  await server.get("/pixel.gif", { "User-Agent": chrome, Referer: "https://pixel.example/from-referer?a=1&b=2+3" });
  await server.untilSql("select count(*) from pico.events join pico.pages p using (site_id, page_id) where p.hostname = 'pixel.example' and p.path = any($1)", [["/from-l", "/from-referer"]], (n) => Number(n) === 2);
});

test("too many events of one client are 429 with CORS and Retry-After; files and other clients are not", async () => {
  const limited = await another({ REQUEST_RATE_LIMIT: "3", IP_EXTRACTOR: "xff" });
  const send = (ip) => limited.event(load("https://a.example/"), { Origin: "https://a.example", "X-Forwarded-For": ip });
  const answers = [];
  for (let i = 0; i < 8; ++i) answers.push(await send("8.8.8.8"));
  const refused = answers.filter((answer) => answer.status === 429);
  assert.ok(refused.length >= 4, `${refused.length} refused`);
  assert.deepEqual(JSON.parse(refused[0].text), { message: "rate limit exceeded" });
  assert.equal(refused[0].headers["access-control-allow-origin"], "*");
  assert.ok(Number(refused[0].headers["retry-after"]) > 0);
  assert.equal((await send("9.9.9.9")).status, 202);
  for (let i = 0; i < 20; ++i) assert.equal((await limited.get("/pico.js")).status, 200);
  assert.equal(await limited.metric("picolytics_rate_limiter_drops"), refused.length);
});

test("events that come through a trusted proxy are not limited while their visitors cannot be told apart", async () => {
  const sent = async (env, headers) => {
    const server = await another({ REQUEST_RATE_LIMIT: "3", ...env });
    const statuses = [];
    for (let i = 0; i < 20; ++i) statuses.push((await server.event(load("https://a.example/"), { Origin: "https://a.example", ...headers })).status);
    return new Set(statuses);
  };
  assert.deepEqual(await sent({}, {}), new Set([202]));
  assert.deepEqual(await sent({}, { "X-Forwarded-For": "8.8.8.8" }), new Set([202])); // ipExtractor is direct
  assert.deepEqual(await sent({ IP_EXTRACTOR: "realip" }, {}), new Set([202]));
  assert.deepEqual(await sent({ IP_EXTRACTOR: "realip" }, { "X-Real-IP": "10.1.1.1" }), new Set([202, 429]), "a visitor of the local network who can be told apart");
  assert.deepEqual(await sent({ TRUSTED_PROXIES: "192.0.2.0/24" }, {}), new Set([202, 429]));
});

test("a visitor is told apart by address and browser as the configured rule sees them", async () => {
  const visitors = async (one, site, headers) => {
    for (const header of headers) await one.event(load(`https://${site}/`), header);
    const [row] = await until("the events", async () => {
      const rows = await one.sql("select count(e.*)::int as events, count(distinct e.visit_id)::int as visitors from pico.sites s left join pico.events e using (site_id) where s.domain = $1 group by s.site_id", [site]);
      return rows.length > 0 && rows[0].events === headers.length && rows;
    });
    return row.visitors;
  };
  const twoAddresses = [{ "X-Forwarded-For": "8.8.8.8" }, { "X-Forwarded-For": "8.8.4.4" }, { "X-Forwarded-For": "1.1.1.1, 8.8.8.8" }];
  assert.equal(await visitors(server, "xff.example", twoAddresses), 2);
  assert.equal(await visitors(server, "ipv6.example", [{ "X-Forwarded-For": "2001:db8::1" }, { "X-Forwarded-For": "2001:db8::2" }, { "X-Forwarded-For": "2001:db8:0:1::1" }]), 2);
  assert.equal(await visitors(server, "agents.example", [{ "User-Agent": chrome }, { "User-Agent": `${chrome} OPR/1` }]), 2);
  const direct = await another({ IP_EXTRACTOR: "direct" });
  assert.equal(await visitors(direct, "direct.example", twoAddresses), 1);
  assert.ok((await direct.metric('picolytics_http_ignored_forwarding_headers_total{listener="public"}')) >= 3);
  const realip = await another({ IP_EXTRACTOR: "realip" });
  assert.equal(await visitors(realip, "realip.example", [{ "X-Real-IP": "8.8.8.8" }, { "X-Real-IP": "8.8.4.4" }]), 2);
});

test("Do-Not-Track and Global Privacy Control leave a count and nothing else", async () => {
  for (const headers of [{ DNT: "1" }, { DNT: "yes" }, { "Sec-GPC": "1" }]) assert.equal((await server.event(load("https://optout.example/secret"), headers)).status, 202);
  await server.untilSql("select hits from pico.opt_outs join pico.sites using (site_id) where domain = $1", ["optout.example"], (hits) => Number(hits) === 3);
  const [{ n }] = await server.sql("select (select count(*) from pico.events join pico.sites using (site_id) where domain = $1) + (select count(*) from pico.pages where hostname = $1) as n", ["optout.example"]);
  assert.equal(Number(n), 0);
  await server.event(load("https://optout.example/counted"), { DNT: "0" });
  await server.untilSql("select count(*) from pico.events join pico.sites using (site_id) where domain = $1", ["optout.example"]);
});
