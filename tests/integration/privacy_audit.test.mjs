// The sub-command privacy-audit: finds what is planted, is quiet on what is clean, and its exit status tells.
import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Server, chrome, run } from "../support/picolytics.mjs";

let server;
before(async () => {
  server = await Server.start({ IP_EXTRACTOR: "xff" });
  for (let i = 0; i < 200; ++i) await server.event({ n: "load", l: `https://clean.example/${i}?utm_source=a`, r: "https://www.google.com/" }, { "X-Forwarded-For": `198.51.100.${i}` });
  await server.untilSql("select count(*)::int from pico.events", [], (n) => n === 200);
});
after(() => server.destroy());
const audit = (...args) => run(["privacy-audit", ...args], { DATA_DIR: server.dir });

test("a server that has counted visitors is clean: database, journal, logs and write-ahead log", () => {
  const done = audit("--wal", "--address", "198.51.100.77", "--user-agent", chrome);
  assert.equal(done.status, 0, done.stdout + done.stderr);
  assert.match(done.stdout, /looked at \d{3,} values in \d{3} columns of \d+ tables, and at \d+ files of \d{8,} bytes: clean/);
});

test("version numbers in their own columns are no addresses", async () => {
  await server.sql("insert into pico.devices (device_id, browser, browser_version, os, os_version, platform, device_type) values (1, 'Chrome', '128.0.6613.120', 'X', '10.0.19.45', '', '')");
  assert.equal(audit().status, 0);
});

test("what is planted is found, by place, and is not repeated", async () => {
  const planted = [
    ["insert into pico.event_names (name_id, name) values (1, 'asked by 203.0.113.9')", "delete from pico.event_names where name_id = 1", /found in column pico\.event_names\.name: an IPv4 address \(1×\)/],
    [`insert into pico.event_names (name_id, name) values (2, '${chrome}')`, "delete from pico.event_names where name_id = 2", /found in column pico\.event_names\.name: a User-Agent/],
    ["alter table pico.visits add client_ip inet", "alter table pico.visits drop client_ip", /found in column pico\.visits\.client_ip: a column that columns.txt does not declare/],
  ];
  for (const [plant, remove, expected] of planted) {
    await server.sql(plant);
    const done = audit();
    assert.equal(done.status, 1);
    assert.match(done.stdout, expected);
    assert.doesNotMatch(done.stdout, /203\.0\.113\.9|Mozilla/);
    await server.sql(remove);
    assert.equal(audit().status, 0);
  }
});

test("files are searched: the data directory, logs that are named, and a given address as bytes", () => {
  const inside = join(server.dir, "journal", "leftover"), log = join(server.dir, "..", `${process.pid}-server.log`);
  writeFileSync(inside, "request of 2001:db8::7");
  assert.match(audit().stdout, /leftover: an IPv6 address/);
  rmSync(inside);
  writeFileSync(log, Buffer.concat([Buffer.from("x".repeat(5000)), Buffer.from([0xff, 0xff, 203, 0, 113, 9])]));
  assert.equal(audit("--log", log).status, 0);
  assert.equal(audit("--log", log, "--address", "203.0.113.9").status, 1);
  writeFileSync(log, "listening on 192.0.2.1:80");
  assert.equal(audit("--log", log).status, 1);
  assert.equal(audit("--log", log, "--allow", "192.0.2.1").status, 0);
  rmSync(log);
});

test("the addresses that the server listens on may be there, and those that are allowed, however written", () => {
  const inside = join(server.dir, "journal", "listening");
  const own = { LISTEN_ADDR: "192.0.2.1:0", ADMIN_LISTEN: "192.0.2.2:0", TLS_LISTEN: "192.0.2.3:0", TLS_REDIRECT_LISTEN: "192.0.2.4:0", PAGE_VIEWS_LISTEN: "192.0.2.5:0", MICRO_ANALYTICS_LISTEN: "[2001:DB8:0::6]:0" };
  const withOwn = (...args) => run(["privacy-audit", ...args], { DATA_DIR: server.dir, ...own });
  for (const address of ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5", "2001:db8::6"]) {
    writeFileSync(inside, `"listening": "${address.includes(":") ? `[${address}]` : address}:80"`);
    assert.equal(audit().status, 1, address);
    const done = withOwn();
    assert.equal(done.status, 0, done.stdout);
  }
  writeFileSync(inside, "request of 2001:db8::7");
  assert.equal(withOwn().status, 1);
  assert.equal(withOwn("--allow", "2001:0DB8::0007").status, 0);
  rmSync(inside);
  assert.match(audit("--allow", "nonsense").stderr, /nonsense is not an IP address/);
});

test("the write-ahead log is searched when that is asked for", async () => {
  const wal = join(server.dir, "pg_wal_copy");
  mkdirSync(wal);
  writeFileSync(join(wal, "000000010000000000000001"), chrome);
  assert.equal(audit("--wal-dir", wal).status, 1);
  rmSync(wal, { recursive: true });
  await server.sql("insert into pico.event_names (name_id, name) values (3, 'in the log 203.0.113.10'); delete from pico.event_names where name_id = 3; select pg_switch_wal()");
  assert.equal(audit().status, 0, "it is in no table");
  assert.match(audit("--wal").stdout, /pg_wal.*an IPv4 address/);
});

test("what cannot be looked at is said, with a status of its own", () => {
  assert.equal(audit("--log", "/nonexistent/server.log").status, 2);
  const without = run(["privacy-audit"], { DATA_DIR: join(server.dir, "none") });
  assert.equal(without.status, 2);
  assert.match(without.stdout, /not looked at: the database/);
  const { socket, user, port, database } = server.postgres;
  const other = run(["privacy-audit"], { DATA_DIR: join(server.dir, "typo"), PGCONNSTRING: `postgres://${user}@/${database}?host=${encodeURIComponent(socket)}&port=${port}` });
  assert.equal(other.status, 2, "the database was looked at, the files were not");
  assert.match(other.stdout, /not looked at: the data directory: \S+typo is not there: set dataDir to the server's/);
  assert.equal(audit("--address", "nonsense").status, 2);
});
