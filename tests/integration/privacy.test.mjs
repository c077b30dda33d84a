// Promise 2: IP addresses and User-Agents never reach a disk: not through normal running, a crash, recovery, or a debug log.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import net from "node:net";
import { join } from "node:path";
import { after, test } from "node:test";
import { Server, binary, run, scaled, until } from "../support/picolytics.mjs";

let server;
after(() => server.destroy());

const files = (dir) => readdirSync(dir).flatMap((name) => {
  const path = join(dir, name);
  const status = statSync(path, { throwIfNoEntry: false });
  return status === undefined ? [] : status.isDirectory() ? files(path) : status.isFile() ? [path] : [];
});

/** Visitors that occur nowhere else: half of them with IPv4 addresses (198.18.0.0/15), half with IPv6 (2001:db8:5e::/48). */
const visitors = scaled(3_000, 100_000);
const address = (i) => (i % 2 ? `2001:db8:5e:${(i & 0xffff).toString(16)}:${(i >> 16).toString(16)}::${(i * 31 & 0xffff).toString(16)}` : `198.${18 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}`);
const agent = (i) => `Mozilla/5.0 (X11; Linux x86_64) Sentinel${(i * 7919).toString(36)}Agent Chrome/129.0.0.0`;

/** As texts, and as the bytes that an address is in memory. */
const forms = [
  ["a User-Agent", /Sentinel[0-9a-z]+Agent/],
  ["an IPv4 address as text", /198\.1[89]\.\d/],
  ["an IPv6 address as text", /2001:0?db8:(00)?5e/i],
  ["an IPv6 address as bytes", /\x20\x01\x0d\xb8\x00\x5e/],
  ["an IPv4 address as IPv6-mapped bytes", /\x00\x00\xff\xff\xc6[\x12\x13]/],
  ["an IPv4 address in Postgres' binary form", /\x02\x20\x00\x04\xc6[\x12\x13]/],
  ["an IPv4 address in a socket's form", /\x02\x00[\s\S]{2}\xc6[\x12\x13][\s\S]{2}\x00{8}/],
  ["an address in hexadecimal", /c61[23][0-9a-f]{4}c61[23]|20010db8005e/i],
];
/** Four bytes alone come by chance, too, once in 4 GB. These are sent hundreds of times: had something stored them, they would be found so often. */
const frequent = [40, 1234, 2222].map((i) => Buffer.from(address(i).split(".").map(Number)));
const occurrences = (bytes, part) => {
  let n = 0;
  for (let at = bytes.indexOf(part); at >= 0; at = bytes.indexOf(part, at + 1)) ++n;
  return n;
};

/** Postgres' files come and go. */
function contents(path) {
  try {
    return readFileSync(path);
  } catch (error) {
    if (error.code === "ENOENT") return Buffer.alloc(0);
    throw error;
  }
}

function search(dir) {
  const hits = [];
  let size = 0, byChance = 0;
  for (const path of files(dir)) {
    const bytes = contents(path);
    const text = bytes.toString("latin1");
    size += bytes.length;
    for (const [name, form] of forms) if (form.test(text)) hits.push(`${name} in ${path}`);
    for (const four of frequent) byChance += occurrences(bytes, four);
  }
  return { hits, size, byChance };
}

const send = (i) => server.event({ n: "load", l: `https://private.example/${i % 5000}` }, { "X-Forwarded-For": address(i), "User-Agent": agent(i) });
async function sendAll(from, to) {
  for (let i = from; i < to; i += 50) await Promise.all(Array.from({ length: Math.min(50, to - i) }, (_, k) => send(i + k)));
}

/** The same visitors by µAnalytics' API, whose callers say who they were; a list with a fault in its end, and one that is cut off by a crash. */
const item = (i) => JSON.stringify({ website: "private.example", event: i % 3 ? "view" : "download", ip: `${i % 2 ? `[${address(i)}]` : address(i)}:99`, path: `/${i % 5000}`, headers: { "user-agent": agent(i) } });
const handIn = (from, to, end = "]}") => server.request("POST", "/micro-analytics/bulk", { body: `{"list":[${Array.from({ length: to - from }, (_, k) => item(from + k)).join(",")}${end}` });

test("visitors leave no address and no User-Agent in any file, write-ahead log and logs included, nor on standard error", async (context) => {
  server = await Server.start({ IP_EXTRACTOR: "xff", LOG_LEVEL: "trace" });
  await server.sql("alter system set wal_compression = off"); // nothing in it is to be hidden from the search
  await server.sql("select pg_reload_conf()");
  await sendAll(0, visitors / 2);
  for (let i = 0; i < 100; ++i) await Promise.all([40, 1234, 2222].map(send));
  assert.equal((await handIn(0, visitors / 2)).status, 200);
  assert.equal((await handIn(0, visitors / 2, "x")).status, 400);
  for (let i = 0; i < 10; ++i) await Promise.all([40, 1234, 2222].map((one) => handIn(one, one + 1)));
  await server.request("POST", "/p", { body: "{broken", headers: { "X-Forwarded-For": address(2), "User-Agent": agent(2) } });
  const crash = Promise.all(Array.from({ length: 50 }, (_, k) => send(visitors / 2 + k).catch(() => undefined)));
  const list = handIn(0, visitors / 2).catch(() => undefined);
  await server.signal("SIGKILL");
  await Promise.all([crash, list]);
  await server.launch();
  await sendAll(visitors / 2, visitors);
  assert.equal((await handIn(visitors / 2, visitors)).status, 200);
  for (let i = 0; i < 100; ++i) await Promise.all([40, 1234, 2222].map(send));
  await server.untilSql("select count(distinct visitor_id) from reporting.sessions", [], (n) => Number(n) === visitors, 300_000);
  await server.sql("checkpoint");
  const { hits, size, byChance } = search(server.dir);
  assert.deepEqual(hits, []);
  assert.ok(byChance < 20, `${byChance} times the four bytes of addresses that were sent ${3 * 200} times`);
  assert.deepEqual(forms.filter(([, form]) => form.test(server.stderr)), []);
  context.diagnostic(`${visitors} visitors, ${files(server.dir).length} files of ${(size / 1e6).toFixed(0)} MB searched: nothing`);
});

test("core dumps are off: of the server, whose memory is closed to its own user as well, and of its Postgres", async () => {
  const [{ postmaster }] = await server.sql("select split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int as postmaster");
  for (const pid of [server.pid, postmaster]) assert.match(readFileSync(`/proc/${pid}/limits`, "utf8"), /Max core file size +0 +0/);
  if (process.getuid() === 0) assert.equal(statSync(`/proc/${server.pid}/environ`).uid, 0, "what is not dumpable belongs to root in /proc");
});

test("core dumps are off for the commands as well, which may hold addresses of an import", async () => {
  const connections = [];
  const silent = net.createServer((socket) => connections.push(socket.on("error", () => {}))).listen(0, "127.0.0.1");
  await once(silent, "listening");
  const root = join(server.dir, "import");
  mkdirSync(join(root, "a.example", "2026-01"), { recursive: true });
  writeFileSync(join(root, "a.example", "2026-01", "analytics.db"), "");
  try {
    for (const args of [["import", "micro-analytics", root], ["takeover"], ["site", "list"]]) {
      connections.length = 0;
      const command = spawn("sh", ["-c", 'ulimit -S -c "$(ulimit -H -c)" && exec "$0" "$@"', binary, ...args], { env: { PATH: process.env.PATH, PGCONNSTRING: `postgres://u@127.0.0.1:${silent.address().port}/d` }, stdio: "ignore" });
      const exited = once(command, "exit");
      await until(`${args[0]} to wait for Postgres`, () => connections.length > 0);
      assert.match(readFileSync(`/proc/${command.pid}/limits`, "utf8"), /Max core file size +0 +0/, args[0]);
      command.kill("SIGKILL");
      await exited;
    }
  } finally {
    connections.forEach((socket) => socket.destroy());
    silent.close();
  }
});

test("the program's own audit agrees", () => {
  const done = run(["privacy-audit", "--wal", "--address", address(40), "--address", address(41), "--user-agent", agent(40)], { DATA_DIR: server.dir });
  assert.equal(done.status, 0, done.stdout + done.stderr);
});

test("the search would find them", () => {
  const v4 = Buffer.from([198, 18, 4, 210]);
  const v6 = Buffer.from([0x20, 0x01, 0x0d, 0xb8, 0, 0x5e, 0, 1]);
  const planted = [agent(5), `x${address(8)}y`, address(7), v6, Buffer.concat([Buffer.from([0, 0, 0xff, 0xff]), v4]), Buffer.concat([Buffer.from([2, 0x20, 0, 4]), v4]),
    Buffer.concat([Buffer.from([2, 0, 31, 144]), v4, Buffer.alloc(8)]), "\\x20010DB8005E0001"];
  const folder = join(server.dir, "planted");
  mkdirSync(folder);
  for (const one of planted) {
    writeFileSync(join(folder, "file"), one);
    assert.ok(search(folder).hits.length >= 1, `${one}`);
  }
  writeFileSync(join(folder, "file"), Buffer.concat(Array.from({ length: 30 }, () => frequent[1])));
  assert.ok(search(folder).byChance >= 20);
  rmSync(folder, { recursive: true });
});

test("a salt that is over is destroyed, whoever put it there", async () => {
  const [{ n }] = await server.sql("select count(*)::int as n from pico.salts where day < current_date - 1");
  assert.equal(n, 0);
  await server.sql("insert into pico.salts (day, salt) values (current_date - 3, decode(repeat('ab', 16), 'hex'))");
  await until("the old salt to go", async () => (await server.sql("select 1 from pico.salts where day = current_date - 3")).length === 0);
});
