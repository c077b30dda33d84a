// Health, readiness, the command line, and a Postgres of the user's own.
import assert from "node:assert/strict";
import { readFileSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
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
  for (const [value, kept] of [["on", true], ["off", false]]) {
    assert.equal(run(["site", "set", "zone.example", "store-ip", value], env).status, 0);
    assert.deepEqual(await server.sql("select settings->'storeIp' as kept from pico.sites where domain = 'zone.example'"), [{ kept }]);
  }
  assert.equal(run(["site", "set", "none.example", "store-ip", "on"], env).status, 1);
  assert.equal(run(["site", "set", "zone.example", "store-ip", "perhaps"], env).status, 2);
  assert.equal(run(["site", "set", "zone.example"], env).status, 1);
  assert.match(run(["site", "add", "x.example", "--time-zone", "Mars/Olympus"], env).stderr, /time zone/);
  const unsure = run(["site", "remove", "zone.example"], env);
  assert.equal(unsure.status, 1);
  assert.match(unsure.stderr, /zone\.example would be deleted.*--yes/);
  assert.match(run(["site", "list"], env).stdout, /zone\.example/);
  assert.equal(run(["site", "remove", "zone.example", "--yes"], env).status, 0);
  assert.doesNotMatch(run(["site", "list"], env).stdout, /zone\.example/);
  assert.equal(run(["site", "remove", "zone.example", "--yes"], env).status, 1);
});

test("a key is shown once, listed by its prefix, and revoked", async () => {
  const env = { DATA_DIR: server.dir };
  assert.equal(run(["site", "add", "keys.example"], env).status, 0);
  const made = run(["key", "create", "--site", "www.Keys.example", "--scope", "read", "--name", "Grafana at home"], env);
  assert.equal(made.status, 0, made.stderr);
  assert.match(made.stdout, /^pico_[0-9a-f]{64}\n$/);
  assert.match(made.stderr, /cannot be shown again/);
  assert.match(run(["key", "create", "--scope", "admin"], env).stdout, /^pico_/);
  const list = run(["key", "list"], env).stdout;
  const prefix = made.stdout.slice(0, 13);
  assert.match(list, new RegExp(`^${prefix} read keys\\.example \\S+Z Grafana at home$`, "m"));
  assert.match(list, /^pico_\w{8} admin \(all sites\) \S+Z$/m);
  assert.doesNotMatch(list, new RegExp(made.stdout.slice(0, 20)));
  const [{ stored }] = await server.sql("select string_agg(k::text, ' ') as stored from pico.api_keys k");
  assert.doesNotMatch(stored, new RegExp(made.stdout.slice(13).trim()));
  assert.equal(run(["key", "revoke", prefix], env).status, 0);
  assert.doesNotMatch(run(["key", "list"], env).stdout, new RegExp(prefix));
  const again = run(["key", "revoke", prefix], env);
  assert.equal(again.status, 1);
  assert.match(again.stderr, /no key begins like that/);
});

test("keys are refused for sites that do not exist and scopes that there are not", () => {
  const env = { DATA_DIR: server.dir };
  const unknown = run(["key", "create", "--site", "none.example", "--scope", "read"], env);
  assert.equal(unknown.status, 1);
  assert.match(unknown.stderr, /no such site/);
  assert.equal(run(["key", "create", "--scope", "everything"], env).status, 2);
  assert.equal(run(["key", "create"], env).status, 2);
  assert.equal(run(["key", "create", "--scope", "read", "--name", "two\nlines"], env).status, 1);
});

test("goals are added, listed and removed", () => {
  const env = { DATA_DIR: server.dir };
  assert.equal(run(["site", "add", "goals.example"], env).status, 0);
  const goal = (...args) => run(["goal", args[0], "--site", "goals.example", ...args.slice(1)], env);
  assert.equal(goal("add", "--event", "signup").stdout, "signup\n");
  assert.equal(goal("add", "--page", "/shop/*").stdout, "Visit /shop/*\n");
  assert.equal(goal("add", "--page", "/thanks", "--name", "Bought").stdout, "Bought\n");
  assert.equal(goal("list").stdout, "Bought: page /thanks\nVisit /shop/*: page /shop/*\nsignup: event signup\n");
  assert.equal(goal("remove", "signup").status, 0);
  assert.doesNotMatch(goal("list").stdout, /signup/);
  for (const [args, sentence] of [
    [["remove", "signup"], /no goal of that name/],
    [["add", "--page", "/elsewhere", "--name", "Bought"], /has a goal of that name/],
    [["add", "--page", "shop"], /begins with \//],
    [["add"], /either --event NAME or --page PATH/],
  ]) {
    const refused = goal(...args);
    assert.equal(refused.status, 1, args.join(" "));
    assert.match(refused.stderr, sentence);
  }
  assert.equal(goal("add", "--event", "a", "--page", "/b").status, 2);
  assert.match(run(["goal", "list", "--site", "none.example"], env).stderr, /no such site/);
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

test("a default configuration that cannot be written is a sentence and a failure", () => {
  const dir = folder();
  symlinkSync("loop.yaml", join(dir, "loop.yaml"));
  for (const file of [`${"x".repeat(300)}.yaml`, "loop.yaml", "none/config.yaml"]) {
    const refused = inFolder(dir, ["-c", file, "--write-default-config"]);
    assert.equal(refused.status, 1, refused.stderr);
    assert.match(refused.stderr, /^picolytics: .*\.yaml(: File name too long|: No such file or directory| is there already; it was left as it is)\n$/);
  }
});

test("the command line explains itself", () => {
  assert.match(run(["--version"]).stdout, /^picolytics \d+\.\d+\.\d+/);
  assert.match(run(["--help"]).stdout, /migrate/);
  assert.equal(run(["nonsense"]).status, 2);
  assert.equal(run(["config", "docs"]).stdout, readFileSync("docs/configuration.md", "utf8"));
});
