// The sub-command import micro-analytics: µAnalytics' SQLite files beside a running server, whatever interrupts it.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { Server, binary, dataDirectory, run, until } from "../support/picolytics.mjs";

let server, root;
before(async () => {
  server = await Server.start();
  root = join(dataDirectory(), "dbs");
});
after(async () => {
  await server.destroy();
  rmSync(dirname(root), { recursive: true, force: true });
});

const env = () => ({ PATH: process.env.PATH, DATA_DIR: server.dir });
const imported = (...args) => run(["import", "micro-analytics", root, ...args], env());
const stored = async (site) => Number((await server.sql("select count(*) from pico.micro_visits join pico.sites using (site_id) where domain = $1", [site]))[0].count);

/** A file as µAnalytics makes it, with `count` visits from `start` (seconds) on; people come every minute from twenty addresses. */
function write(website, month, count, start) {
  const file = join(root, website, month, "analytics.db");
  mkdirSync(dirname(file), { recursive: true });
  const done = spawnSync("sqlite3", [file], {
    encoding: "utf8",
    input: `create table if not exists visits (time INTEGER, event TEXT, path TEXT, ip TEXT, platform TEXT, refererDomain TEXT, countryCode TEXT);
      insert into visits select ${start} + 60 * n, case n % 10 when 0 then 'signup' else 'visit' end, '/' || (n % 7), '203.0.113.' || (n % 20), 'Linux', 't.co', 'de'
      from (with recursive c(n) as (select 0 union all select n + 1 from c where n + 1 < ${count}) select n from c);`,
  });
  assert.equal(done.status, 0, done.stderr);
}

test("files become visits once, also in a second run, and show in the dashboard's figures", async () => {
  write("shop.example", "2015-11", 1_000, 1_448_000_000);
  write("shop.example", "2015-12", 50, 1_449_000_000);
  write("blog.example", "2015-11", 30, 1_448_000_000);
  const first = imported();
  assert.equal(first.status, 0, first.stdout + first.stderr);
  assert.match(first.stdout, /^shop\.example 2015-11: 1000 in the file, 0 done before, 1000 taken now; 0 stored before, 1000 now$/m);
  assert.match(first.stdout, /^3 files: 1080 visits in them, 0 done before, 1080 taken now, 0 not taken$/m);
  const second = imported();
  assert.equal(second.status, 0);
  assert.match(second.stdout, /^3 files: 1080 visits in them, 1080 done before, 0 taken now, 0 not taken$/m);
  assert.equal(await stored("shop.example"), 1_050);
  const [daily] = await server.sql("select sum(pageviews)::int as pageviews from reporting.daily join reporting.domains using (domain_id) where domain_name = 'shop.example'");
  assert.equal(daily.pageviews, 945);
});

test("one website can be taken alone, and counted only", async () => {
  write("one.example", "2015-11", 10, 1_448_000_000);
  const counted = imported("--site", "one.example", "--dry-run");
  assert.match(counted.stdout, /^1 files: 10 visits in them, 0 done before, 0 taken now, 0 not taken$/m);
  assert.equal(await stored("one.example"), 0);
  assert.match(imported("--site", "one.example").stdout, /10 taken now/);
  assert.equal(imported("--site", "absent.example").status, 1);
});

test("an import that is killed goes on where it was, while the server counts on the same site", async () => {
  write("large.example", "2016-01", 60_000, 1_451_700_000);
  const child = spawn(binary, ["import", "micro-analytics", root, "--site", "large.example"], { env: env(), stdio: "ignore" });
  const exited = new Promise((resume) => child.once("exit", (code, signal) => resume(signal ?? code)));
  await until("a part to be stored", async () => (await stored("large.example")) > 0, 60_000);
  assert.equal((await server.event({ n: "load", l: "https://large.example/tracked" })).status, 202);
  child.kill("SIGKILL");
  const ended = await exited;
  const rest = imported("--site", "large.example");
  assert.equal(rest.status, 0, rest.stdout + rest.stderr);
  if (ended === "SIGKILL") assert.doesNotMatch(rest.stdout, / 0 done before/);
  const [all] = await server.sql("select count(*)::int as n, count(distinct at)::int as times from pico.micro_visits join pico.sites using (site_id) where domain = 'large.example'");
  assert.deepEqual(all, { n: 60_000, times: 60_000 });
  await server.untilSql("select count(*) from reporting.events where path = '/tracked'", []);
});

test("rows that cannot be taken are told by number, and a file that is none does not hold up the others", async () => {
  write("odd.example", "2015-11", 3, 1_448_000_000);
  write("odd.example", "0001-01", 2, -62_135_596_800);
  const odd = imported("--site", "odd.example");
  assert.equal(odd.status, 0, odd.stderr);
  assert.match(odd.stdout, /^odd\.example 0001-01: 2 in the file, 0 done before, 0 taken now/m);
  assert.match(odd.stdout, /^ {2}2 not taken: time is before the year 2000 \(rows 1, 2\)$/m);
  mkdirSync(join(root, "broken.example", "2015-11"), { recursive: true });
  spawnSync("sh", ["-c", `head -c 5000 /dev/urandom > ${join(root, "broken.example", "2015-11", "analytics.db")}`]);
  const broken = imported();
  assert.equal(broken.status, 1);
  assert.match(broken.stderr, /broken\.example 2015-11: .*file is not a database/);
  assert.match(broken.stdout, /^odd\.example 2015-11: 3 in the file, 3 done before/m);
});

test("without a server on an embedded Postgres it says what is missing", () => {
  const alone = run(["import", "micro-analytics", root], { DATA_DIR: join(root, "nowhere") });
  assert.equal(alone.status, 1);
  assert.match(alone.stderr, /start it first, or set PGCONNSTRING/);
});
