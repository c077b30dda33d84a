// Clients that hold connections, are slow, or are many: the others go on being answered, and memory stays bounded.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, test } from "node:test";
import { Server, until } from "../support/picolytics.mjs";
import { Raw, ask } from "../support/raw.mjs";

const servers = [];
const start = async (env, options) => {
  const server = await Server.start(env, options);
  servers.push(server);
  return server;
};
after(() => Promise.all(servers.map((server) => server.destroy())));

const event = (path) => ({ n: "load", l: `https://hostile.example/${path}` });
const connections = (server) => server.metric('picolytics_http_connections{listener="public"}');
const resident = (server) => server.metric("process_resident_memory_bytes");
const MB = 1024 * 1024;

/** Opens many connections, some at a time. */
async function open(server, count, first) {
  const all = [];
  while (all.length < count) {
    const some = await Promise.all(Array.from({ length: Math.min(250, count - all.length) }, () => Raw.open(server.listen)));
    for (const raw of some) if (first) raw.send(first);
    all.push(...some);
  }
  return all;
}

async function assertAnswers(server, count = 100) {
  for (let i = 0; i < count; ++i) {
    assert.equal((await server.event(event(i))).status, 202);
    assert.equal((await server.get("/pico.js")).status, 200);
  }
}

// This process needs a descriptor for each connection as well.
const openFiles = Number(spawnSync("sh", ["-c", "ulimit -Hn"], { encoding: "utf8" }).stdout) || 1_048_576;
const many = Math.min(5000, openFiles - 600);

test("5,000 idle connections cost memory in kilobytes, and the others are answered", async () => {
  const server = await start({});
  await assertAnswers(server);
  const before = await resident(server);
  const idle = await open(server, many);
  await until("all to be open", async () => (await connections(server)) >= many);
  await assertAnswers(server);
  const grown = (await resident(server)) - before;
  assert.ok(grown < many * 12 * 1024, `${(grown / many / 1024).toFixed(1)} kB a connection`);
  for (const raw of idle) raw.destroy();
  await until("them to be gone", async () => (await connections(server)) < 100);
});

test("heads and bodies that come byte by byte end at their phase's deadline, whatever they send meanwhile", async () => {
  const server = await start({ HEADER_TIMEOUT_SEC: "1", BODY_TIMEOUT_SEC: "1", IDLE_TIMEOUT_SEC: "1" });
  const head = await open(server, 200, "POST /p HTTP/1.1\r\nHost: x\r\n");
  const body = await open(server, 200, "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{");
  const chunks = await open(server, 200, "POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  const silent = await open(server, 200);
  const drip = setInterval(() => {
    for (const raw of head) raw.send("X: y\r\n");
    for (const raw of body) raw.send(" ");
    for (const raw of chunks) raw.send("1\r\n \r\n");
  }, 100);
  try {
    await assertAnswers(server, 20);
    for (const raw of [...head, ...body, ...chunks, ...silent]) await raw.end();
  } finally {
    clearInterval(drip);
  }
  assert.ok((await server.metric('picolytics_http_timeouts_total{listener="public"}')) >= 600);
});

test("who does not read the answers stops getting them, and memory stays bounded", async () => {
  const server = await start({});
  const before = await resident(server);
  const deaf = await open(server, 50);
  for (const raw of deaf) {
    raw.socket.pause();
    raw.send("GET /demo HTTP/1.1\r\nHost: x\r\n\r\n".repeat(2000));
  }
  await assertAnswers(server);
  const grown = (await resident(server)) - before;
  assert.ok(grown < 64 * MB, `${(grown / MB).toFixed(0)} MB`);
  for (const raw of deaf) raw.destroy();
});

test("half-closed connections get the answer to what they asked, and are then closed", async () => {
  const server = await start({});
  const whole = await Raw.open(server.listen);
  const body = JSON.stringify(event("half-closed"));
  whole.send(`POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  whole.finish();
  await whole.end();
  assert.deepEqual(whole.statuses, [202]);
  for (const part of ["POST /p HTTP/1.1\r\nHo", `POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 10)}`, ""]) {
    const half = await Raw.open(server.listen);
    half.send(part);
    half.finish();
    await half.end();
    assert.deepEqual(half.statuses, [], part);
  }
  await until("no connection to be left but ours", async () => (await connections(server)) <= 1);
});

test("at the limit of open files the oldest idle connections make room, and the journal and Postgres keep theirs", async () => {
  const server = await start({ MAX_CONNECTIONS: "10000" }, { openFiles: 300 });
  assert.match(server.stderr, /10000 connections by maxConnections, but the limit of open files \(300\) leaves room for 150/);
  const idle = await open(server, 600);
  await assertAnswers(server);
  assert.ok((await connections(server)) <= 151);
  assert.ok((await server.metric('picolytics_http_connections_evicted_total{listener="public"}')) >= 400);
  await server.untilSql("select count(*) from reporting.events", [], (n) => Number(n) === 100);
  assert.equal((await server.request("GET", "/ready", { admin: true })).status, 200);
  for (const raw of idle) raw.destroy();
});

test("one client cannot take the others' connections, unless it is a trusted proxy", async () => {
  const server = await start({ CONNECTIONS_PER_CLIENT: "20", TRUSTED_PROXIES: "192.0.2.1" });
  const raws = await open(server, 40);
  await until("those over the cap to be closed", () => raws.filter((raw) => raw.closed).length === 20);
  assert.equal(await connections(server), 20);
  for (const raw of raws) raw.destroy();
  await until("room", async () => (await connections(server)) === 0);
  assert.deepEqual((await ask(server.listen, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")).statuses, [200]);
});
