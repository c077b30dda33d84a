// Health, readiness, the command line, and a Postgres of the user's own.
import assert from "node:assert/strict";
import { readFileSync, mkdtempSync, writeFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { spawnSync } from "node:child_process";
import { Server, binary, run, until } from "../support/picolytics.mjs";

let server;
const more = [];
const dirs = [];
before(async () => (server = await Server.start({ MAX_AUTO_SITES: "3" })));
after(async () => {
  await Promise.all([...more, server].map((one) => one.destroy()));
  for (const dir of dirs) rmSync(dir, { recursive: true, force: true });
});
const folder = () => {
  dirs.push(mkdtempSync(join(tmpdir(), "pico-cli-")));
  return dirs.at(-1);
};
const inFolder = (dir, args, env = {}) => {
  const done = spawnSync(binary, args, { cwd: dir, encoding: "utf8", env: { PATH: process.env.PATH, ...env } });
  return { status: done.status, stdout: done.stdout, stderr: done.stderr };
};

test("health and readiness answer OK", async () => {
  for (const path of ["/healthz", "/ready"]) {
    const answer = await until(path, async () => {
      const one = await server.request("GET", path, { admin: true });
      return one.status === 200 && one;
    });
    assert.equal(answer.text, "OK");
  }
});

test("/ready names what is wrong while Postgres is away, and events are taken all the same", async () => {
  const one = await Server.start();
  more.push(one);
  const [{ postmaster }] = await one.sql("select split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int as postmaster");
  process.kill(postmaster, "SIGSTOP");
  try {
    await one.event({ n: "load", l: "https://a.example/" });
    for (const child of readFileSync(`/proc/${postmaster}/task/${postmaster}/children`, "utf8").trim().split(" ")) process.kill(Number(child), "SIGKILL");
    const answer = await until("not ready", async () => {
      const ready = await one.request("GET", "/ready", { admin: true });
      return ready.status === 503 && JSON.parse(ready.text).problems.database && ready;
    }, 30_000);
    assert.equal(JSON.parse(answer.text).ready, false);
    assert.equal((await one.event({ n: "load", l: "https://a.example/still" })).status, 202);
  } finally {
    process.kill(postmaster, "SIGCONT");
  }
  await one.untilSql("select count(*) from reporting.events where path = '/still'", [], (n) => Number(n) === 1, 40_000);
  await until("ready again", async () => (await one.request("GET", "/ready", { admin: true })).status === 200, 30_000);
});

test("made-up domains stop at maxAutoSites and never become labels; site add goes past the cap", async () => {
  const reasons = [];
  for (let i = 0; i < 6; ++i) reasons.push((await server.event({ n: "load", l: `https://made-up-${i}.example/` })).headers["x-picolytics-dropped"]);
  assert.deepEqual(reasons, [undefined, undefined, undefined, "site_limit", "site_limit", "site_limit"]);
  assert.equal(run(["site", "add", "Wanted.example"], { DATA_DIR: server.dir }).status, 0);
  await until("the site to be known", async () => (await server.event({ n: "load", l: "https://wanted.example/" })).headers["x-picolytics-dropped"] === undefined);
  const { text } = await server.request("GET", "/metrics", { admin: true });
  assert.doesNotMatch(text, /made-up-[345]/);
});

test("sites can be listed, set and removed", async () => {
  const env = { DATA_DIR: server.dir };
  assert.equal(run(["site", "add", "zone.example", "--time-zone", "Europe/Vienna"], env).status, 0);
  assert.match(run(["site", "list"], env).stdout, /zone\.example Europe\/Vienna/);
  assert.match(run(["site", "set", "zone.example", "--time-zone", "Asia/Kolkata"], env).stdout, /Asia\/Kolkata from /);
  assert.equal(run(["site", "set", "none.example", "--time-zone", "Asia/Kolkata"], env).status, 1);
  assert.match(run(["site", "add", "x.example", "--time-zone", "Mars/Olympus"], env).stderr, /time zone/);
  assert.equal(run(["site", "remove", "zone.example"], env).status, 0);
  assert.doesNotMatch(run(["site", "list"], env).stdout, /zone\.example/);
  assert.equal(run(["site", "remove", "zone.example"], env).status, 1);
});

test("siteRegistration listed takes known sites only", async () => {
  const one = await Server.start({ SITE_REGISTRATION: "listed" });
  more.push(one);
  assert.equal((await one.event({ n: "load", l: "https://a.example/" })).headers["x-picolytics-dropped"], "site_unknown");
  assert.equal(run(["site", "add", "a.example"], { DATA_DIR: one.dir }).status, 0);
  await until("the site to be known", async () => (await one.event({ n: "load", l: "https://a.example/" })).headers["x-picolytics-dropped"] === undefined);
});

test("a Postgres of the user's own works by PGCONNSTRING and by single settings, and migrations run once", async () => {
  const { socket, port, user } = server.postgres;
  await server.sql("create database own");
  const settings = { PGHOST: socket, PGPORT: port, PGUSER: user, PGDATABASE: "own", PGPASSWORD: "unused" };
  const migrated = run(["migrate"], settings);
  assert.equal(migrated.status, 0, migrated.stderr);
  assert.match(migrated.stdout, /0001_schema\.sql/);
  assert.match(run(["migrate"], settings).stdout, /nothing to do/);
  const own = await Server.start(settings);
  more.push(own);
  own.database = { host: socket, port: Number(port), user, database: "own" };
  await own.event({ n: "load", l: "https://own.example/" });
  await own.untilSql("select count(*) from reporting.events");
  const byUrl = await Server.start({ PGCONNSTRING: `postgres://${user}@/own?host=${encodeURIComponent(socket)}&port=${port}`, SKIP_MIGRATIONS: "true" });
  more.push(byUrl);
  byUrl.database = own.database;
  await byUrl.event({ n: "load", l: "https://own.example/by-url" });
  await byUrl.untilSql("select count(*) from reporting.events", [], (n) => Number(n) === 2);
});

test("a Postgres that cannot be reached ends the start with a clear sentence", () => {
  const answer = run([], { DATA_DIR: folder(), LISTEN_ADDR: "127.0.0.1:0", ADMIN_LISTEN: "off", PGCONNSTRING: "postgres://a:secret@127.0.0.1:1/x", PGCONNATTEMPTS: "1" });
  assert.equal(answer.status, 1);
  assert.match(answer.stderr, /Postgres/);
  assert.doesNotMatch(answer.stderr, /secret/);
});

test("the configuration is checked as a whole, with suggestions and without secrets", () => {
  const dir = folder();
  writeFileSync(join(dir, "config.yaml"), "listenAdr: ':1'\nqueueSize: many\npgPassword: hidden-secret\n");
  const bad = inFolder(dir, ["config", "check"]);
  assert.equal(bad.status, 1);
  for (const part of [/listenAdr/, /listenAddr/, /queueSize/]) assert.match(bad.stderr, part);
  assert.doesNotMatch(bad.stderr, /hidden-secret/);
  const good = inFolder(folder(), ["config", "check"], { PGCONNSTRING: "postgres://u:hidden-secret@h/d" });
  assert.equal(good.status, 0);
  assert.doesNotMatch(good.stdout, /hidden-secret/);
  assert.equal(inFolder(dir, ["-c", "none.yaml", "config", "check"]).status, 1);
});

test("the default configuration is written once and left alone after that", () => {
  const dir = folder();
  assert.equal(inFolder(dir, ["--write-default-config"]).status, 0);
  const written = readFileSync(join(dir, "config.yaml"), "utf8");
  assert.equal(written, readFileSync("config.yaml", "utf8"));
  assert.equal(inFolder(dir, ["--write-default-config"]).status, 1);
  assert.equal(inFolder(dir, ["config", "check"]).status, 0);
});

test("the command line explains itself", () => {
  assert.match(run(["--version"]).stdout, /^picolytics \d+\.\d+\.\d+/);
  assert.match(run(["--help"]).stdout, /migrate/);
  assert.equal(run(["nonsense"]).status, 2);
  assert.equal(run(["config", "docs"]).stdout, readFileSync("docs/configuration.md", "utf8"));
});
