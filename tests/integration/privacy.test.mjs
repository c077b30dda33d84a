// Promise 2: IP addresses and User-Agents never reach a disk: not through normal running, a crash, recovery, or a debug log.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { Server, until } from "../support/picolytics.mjs";

let server;
after(() => server.destroy());

const files = (dir) => readdirSync(dir).flatMap((name) => {
  const path = join(dir, name);
  const status = statSync(path, { throwIfNoEntry: false });
  return status === undefined ? [] : status.isDirectory() ? files(path) : status.isFile() ? [path] : [];
});

/** The sentinels, as texts and as the bytes an address has in memory. */
const addresses = Array.from({ length: 2000 }, (_, i) => `203.0.${113 + (i >> 8)}.${i & 255}`);
const agents = addresses.map((_, i) => `Mozilla/5.0 (X11; Linux x86_64) Sentinel${(i * 7919).toString(36)}Agent Chrome/129.0.0.0`);
const findSentinel = (bytes) => {
  const text = bytes.toString("latin1");
  if (/Sentinel[0-9a-z]+Agent/.test(text)) return "a User-Agent";
  if (/203\.0\.1(1[3-9]|20)\.\d/.test(text)) return "an address as text";
  // Four bytes occur by chance in so much data; the last of six with a mapped prefix in front, and a doubled pair, do not.
  for (const address of ["203.0.113.77", "203.0.115.200", "203.0.118.18"]) {
    const four = Buffer.from(address.split(".").map(Number));
    if (bytes.includes(Buffer.concat([Buffer.from([0xff, 0xff]), four]))) return "an address as IPv6-mapped bytes";
  }
  return undefined;
};
const hits = (dir) => files(dir).flatMap((path) => {
  const found = findSentinel(readFileSync(path));
  return found ? [`${found} in ${path}`] : [];
});

test("2,000 sentinel visitors leave no address and no User-Agent in any file, WAL and logs included, nor on standard error", async () => {
  server = await Server.start({ IP_EXTRACTOR: "xff", LOG_LEVEL: "trace" });
  const send = (i) => server.event({ n: "load", l: `https://private.example/${i}` }, { "X-Forwarded-For": addresses[i], "User-Agent": agents[i] });
  for (let i = 0; i < 1000; i += 50) await Promise.all(Array.from({ length: 50 }, (_, k) => send(i + k)));
  await send(0).then(() => server.request("POST", "/p", { body: "{broken", headers: { "X-Forwarded-For": addresses[1], "User-Agent": agents[1] } }));
  const crash = Promise.all(Array.from({ length: 50 }, (_, k) => send(1000 + k).catch(() => undefined)));
  await server.signal("SIGKILL");
  await crash;
  await server.launch();
  for (let i = 1000; i < 2000; i += 50) await Promise.all(Array.from({ length: 50 }, (_, k) => send(i + k)));
  await server.untilSql("select count(distinct visitor_id) from reporting.sessions", [], (n) => Number(n) === 2000);
  await server.sql("checkpoint");
  assert.deepEqual(hits(server.dir), []);
  assert.equal(findSentinel(Buffer.from(server.stderr)), undefined);
  assert.match(readFileSync(`/proc/${server.pid}/limits`, "utf8"), /Max core file size +0 +0/, "no core dumps");
});

test("the search would find them", async () => {
  for (const planted of [agents[5], `x${addresses[7]}y`, Buffer.from([0xff, 0xff, 203, 0, 113, 77])]) {
    const path = join(server.dir, "planted");
    writeFileSync(path, planted);
    assert.equal(hits(server.dir).length, 1);
    writeFileSync(path, "");
  }
});

test("two days' visitors cannot be joined, and a salt that is over is destroyed", async () => {
  const [{ n }] = await server.sql("select count(*)::int as n from pico.salts where day < current_date - 1");
  assert.equal(n, 0);
  await server.sql("insert into pico.salts (day, salt) values (current_date - 3, decode(repeat('ab', 16), 'hex'))");
  await until("the old salt to go", async () => (await server.sql("select 1 from pico.salts where day = current_date - 3")).length === 0);
});
