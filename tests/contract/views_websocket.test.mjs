// The views WebSocket's contract: recorded conversations (views-websocket/*.ws; > is sent, < is answered, << in any order), then what a
// conversation cannot show.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Server, run, until } from "../support/picolytics.mjs";
import { WebSocketClient } from "../support/websocket.mjs";

const folder = "tests/contract/views-websocket";
const origin = "https://example.com";
const settings = { WS_ALLOWED_ORIGINS: `${origin}, https://Other.example/` };
const servers = [];
const start = async (env = {}) => {
  const server = await Server.start({ ...settings, ...env });
  servers.push(server);
  return server;
};
after(() => Promise.all(servers.map((server) => server.destroy())));
const open = (server, headers = {}) => WebSocketClient.open(server.listen, { headers: { Origin: origin, ...headers } });
const refused = (promise) => promise.then(() => assert.fail("was let in"), (error) => error);
const view = (more = {}) => ({ message: "views", articleId: "x", articleTitle: "X", previousPage: "null", currentPage: "/posts/x", refreshed: false, referrer: "", ...more });
const get = async (server, target) => JSON.parse((await server.get(target)).text);

const comparable = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return text.trim();
  }
};

describe("conversations", () => {
  let server;
  before(async () => (server = await start()));
  for (const file of readdirSync(folder).sort())
    for (const part of readFileSync(join(folder, file), "utf8").split(/^=+$/m)) {
      const lines = part.trim().split("\n");
      const title = lines.filter((line) => line.startsWith("#")).map((line) => line.slice(2)).join(" ");
      test(`${file}: ${title}`, async () => {
        const client = await open(server);
        let anyOrder = [];
        const settle = async () => {
          const expected = anyOrder.map(JSON.stringify).sort();
          const got = [];
          for (let i = 0; i < expected.length; ++i) got.push(JSON.stringify(comparable(await client.receive())));
          anyOrder = [];
          assert.deepEqual(got.sort(), expected);
        };
        for (const line of lines.filter((one) => one !== "" && !one.startsWith("#"))) {
          if (line.startsWith("<<")) {
            anyOrder.push(comparable(line.slice(2)));
            continue;
          }
          await settle();
          if (line.startsWith(">")) client.send(line.slice(2));
          else assert.deepEqual(comparable(await client.receive()), comparable(line.slice(1)), line);
        }
        await settle();
        await client.close();
        assert.deepEqual(client.messages, [], "nothing else was said");
      });
    }
});

test("pages of other origins are refused, and the refusal says how to let them in; case and a trailing slash do not matter", async () => {
  const server = await start();
  for (const bad of ["https://example.com.evil", "http://example.com", "https://example.com:8443", "null", "https://sub.example.com", ""]) {
    const error = await refused(open(server, { Origin: bad }));
    assert.equal(error.status, 403, bad);
    assert.match(error.text, /WS_ALLOWED_ORIGINS/);
  }
  for (const good of ["https://example.com", "https://EXAMPLE.com/", "https://other.example"]) await (await open(server, { Origin: good })).close();
  assert.equal((await refused(WebSocketClient.open(server.listen))).status, 403, "without an Origin");
  const plain = await server.get("/ws", { Origin: origin });
  assert.equal(plain.status, 426);
  assert.equal((await refused(open(server, { "Sec-WebSocket-Version": "12" }))).status, 426);
});

test("by default nobody may connect", async () => {
  const server = await start({ WS_ALLOWED_ORIGINS: "" });
  assert.equal((await refused(open(server))).status, 403);
});

test("pages are counted by what they are, and everything can be read again", async () => {
  const server = await start();
  const client = await open(server);
  const pages = ["/", "/?a=1", "https://example.com/", "/pages/about", "/en/pages/about/us", "/pages/contacts", "/plain", "/plain?x=1#y", "https://example.com/plain"];
  for (const currentPage of pages) client.send(view({ articleId: "", articleTitle: "", currentPage }));
  assert.deepEqual(await client.ask(view({ articleTitle: "First title" })), { articleId: "x", uniqueViews: 1, totalViews: 1 });
  assert.deepEqual(await client.ask(view({ articleTitle: "Latest title", refreshed: true })), { articleId: "x", uniqueViews: 1, totalViews: 2 });
  const other = await open(server, { Origin: "https://other.example" });
  assert.deepEqual(await other.ask(view()), { articleId: "x", uniqueViews: 1, totalViews: 1 }, "another site's article of that id");
  assert.deepEqual(await get(server, "/views/articles?site=example.com"), { articles: [{ articleId: "x", articleTitle: "Latest title", uniqueViews: 1, totalViews: 2 }] });
  assert.deepEqual(await get(server, "/views/articles?site=example.com&article=y"), { articles: [] });
  assert.deepEqual((await get(server, "/views/pages?site=example.com")).pages.map((page) => `${page.tag} ${page.pageName} ${page.totalViews}`), [
    "page_view /plain 3", "homepage_view Home_Page 3", "about_view About_Page 2", "contact_view Contact_Page 1"]);
  assert.equal((await get(server, "/views/pages?site=example.com&take=1")).pages.length, 1);
  for (const bad of ["/views/articles", "/views/pages?site=example.com&take=0", "/views/referrers?site=example.com&take=x"]) assert.equal((await server.get(bad)).status, 400, bad);
  assert.equal((await server.get("/views/articles?site=example.com", { "X-Forwarded-For": "192.0.2.1" })).status, 401);
  const reported = await server.sql("select tag, item, title, total_views::int as views from reporting.view_counts where tag = 'post_view' order by views");
  assert.deepEqual(reported, [{ tag: "post_view", item: "x", title: "X", views: 1 }, { tag: "post_view", item: "x", title: "Latest title", views: 2 }]);
});

test("external referrers are stored without their query, internal ones and those of who refuses tracking are not", async () => {
  const server = await start();
  const client = await open(server);
  await client.ask(view({ referrer: "https://user@News.example:8080/item?id=secret#top", currentPage: "/posts/x?token=secret" }));
  await client.ask(view({ referrer: "https://news.example", refreshed: true }));
  for (const internal of ["https://example.com/posts/y", "https://www.example.com/", "not a url", ""]) await client.ask(view({ referrer: internal }));
  const second = await open(server);
  await second.ask(view({ referrer: "https://exampleXcom/" }));
  for (const header of [{ DNT: "1" }, { "Sec-GPC": "1" }]) await (await open(server, header)).ask(view({ referrer: "https://private.example/" }));
  const { referrers } = await get(server, "/views/referrers?site=example.com");
  assert.deepEqual(referrers.map((row) => [row.referrerURL, row.pageViewed]), [
    ["https://examplexcom/", "/posts/x"], ["https://news.example/", "/posts/x"], ["https://news.example:8080/item", "/posts/x"]]);
  assert.equal(new Set(referrers.map((row) => row.id)).size, 3);
  assert.equal(new Set(referrers.map((row) => row.connectionID)).size, 2);
  assert.equal((await client.ask(view())).totalViews, 10, "all were counted");
});

test("views at two instances add up exactly, and whoever is subscribed at either is told", async () => {
  const one = await start();
  const { socket, port, user, database } = one.postgres;
  const two = await start({ PGCONNSTRING: `postgres://${user}@/${database}?host=${encodeURIComponent(socket)}&port=${port}` });
  const watchers = await Promise.all([open(one), open(two)]);
  for (const watcher of watchers) assert.equal((await watcher.ask({ message: "subscribe", articleId: "x" })).totalViews, 0);
  const writers = 10, each = 30;
  await Promise.all(Array.from({ length: writers }, async (_, n) => {
    const client = await open(n % 2 ? one : two);
    for (let i = 0; i < each; ++i) client.send(view({ refreshed: i % 3 === 0 }));
    for (let i = 0; i < each; ++i) assert.equal((await client.receiveJson()).articleId, "x");
    await client.close();
  }));
  for (const watcher of watchers) {
    let last = { totalViews: 0 };
    while (last.totalViews < writers * each) {
      const next = await watcher.receiveJson();
      assert.ok(next.totalViews > last.totalViews, "counts only grow");
      last = next;
    }
    assert.deepEqual(last, { message: "counts", articleId: "x", uniqueViews: (writers * each * 2) / 3, totalViews: writers * each });
  }
});

test("a socket can have 16 subscriptions", async () => {
  const server = await start();
  const client = await open(server);
  for (let i = 0; i < 16; ++i) assert.equal((await client.ask({ message: "subscribe", articleId: `a${i}` })).totalViews, 0);
  assert.equal((await client.ask({ message: "subscribe", articleId: "one more" })).error.code, "too_many");
  assert.equal(await server.metric("picolytics_views_topics"), 16);
  assert.equal((await client.ask({ message: "subscribe", articleId: "a3" })).articleId, "a3");
});

test("pings are answered, large messages and binary ones end the connection, and the cap of sockets holds", async () => {
  const server = await start({ WS_MAX_MESSAGE: "2KB", WS_MAX_SOCKETS: "2" });
  const client = await open(server);
  client.frame(9, "ping");
  await until("a pong", () => client.pongs === 1);
  const other = await open(server);
  const full = await refused(open(server));
  assert.equal(full.status, 503);
  assert.equal(await server.metric("picolytics_views_sockets"), 2);
  assert.match(full.text, /WS_MAX_SOCKETS/);
  client.send("x".repeat(2049));
  await client.ended;
  assert.equal(client.closeCode, 1009);
  other.frame(2, "binary");
  await other.ended;
  assert.equal(other.closeCode, 1003);
  await until("room again", () => open(server));
});

test("one client's views are bounded by the rate limit", async () => {
  const server = await start({ REQUEST_RATE_LIMIT: "2", TRUSTED_PROXIES: "192.0.2.0/24" });
  const client = await open(server);
  const answers = [];
  for (let i = 0; i < 10; ++i) answers.push(await client.ask(view()));
  assert.ok(answers.some((answer) => answer.error?.code === "rate_limited"));
  assert.ok(answers.some((answer) => answer.totalViews > 0));
});

test("while Postgres is away that is said, and afterwards it counts on; what was answered is there", async () => {
  const server = await start();
  const client = await open(server);
  const postmaster = async () => Number((await server.sql("select split_part(pg_read_file('postmaster.pid'), E'\\n', 1) as p"))[0].p);
  let answered = 0;
  for (; answered < 20; ++answered) assert.equal((await client.ask(view())).totalViews, answered + 1);
  const before = await postmaster();
  process.kill(before, "SIGKILL");
  let refused = 0;
  const once = async () => {
    const answer = await client.ask(view());
    if (answer.error) ++refused, assert.equal(answer.error.code, "unavailable");
    else assert.equal(answer.totalViews, ++answered, `${refused} refusals counted nothing`);
    return !answer.error;
  };
  await until("a new postmaster", async () => (await once(), (await postmaster()) !== before), 60_000);
  await until("counting to go on", once, 60_000);
});

test("SIGTERM says good-bye with 1001 to all and exits in time", async () => {
  const server = await start();
  const clients = await Promise.all(Array.from({ length: 20 }, () => open(server)));
  await clients[0].ask(view());
  const exit = await server.signal("SIGTERM");
  assert.deepEqual(exit, { code: 0, signal: null });
  await Promise.all(clients.map((client) => client.ended));
  for (const client of clients) assert.equal(client.closeCode, 1001);
});

test("a key of the API lets in whoever has one for all sites and that purpose", async () => {
  const server = await start();
  const forwarded = { "X-Forwarded-For": "192.0.2.1" };
  const made = run(["key", "create", "--scope", "read"], { DATA_DIR: server.dir });
  assert.equal(made.status, 0, made.stderr);
  const key = made.stdout.match(/pico_[0-9a-f]{64}/)[0];
  assert.equal((await server.get("/views/articles?site=example.com", { ...forwarded, Authorization: `Bearer ${key}` })).status, 200);
  assert.equal((await server.get("/report?page=/", { ...forwarded, "X-Api-Key": key })).status, 200);
  assert.equal((await server.get("/report?page=/", { ...forwarded, "X-Api-Key": key.slice(0, -1) + (key.endsWith("0") ? "1" : "0") })).status, 401);
  const body = '{"page":"/","timestamp":"2025-07-16T10:00Z"}';
  const post = (headers) => server.request("POST", "/page-views/single", { body, headers: { "Content-Type": "application/json", ...forwarded, ...headers } });
  assert.equal((await post({ Authorization: `Bearer ${key}` })).status, 401, "reading is not counting");
  const writing = run(["key", "create", "--scope", "write"], { DATA_DIR: server.dir }).stdout.match(/pico_[0-9a-f]{64}/)[0];
  assert.equal((await post({ Authorization: `Bearer ${writing}` })).status, 200);
});
