// Dumps of the database: what they hold up, and what is in them. (docs/operations.md, Backup)
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { after, before, test } from "node:test";
import { Server, dataDirectory, until } from "../support/picolytics.mjs";
import { Cluster } from "../support/postgres.mjs";

let cluster, server;
before(async () => {
  cluster = await Cluster.start();
  server = await Server.start(cluster.env);
  server.database = cluster.database;
});
after(async () => {
  await server?.destroy();
  await cluster?.destroy();
});

test("a server starts, and counts, while a dump is open and there is a salt to destroy; that goes when the dump ends", async () => {
  await server.signal("SIGTERM");
  await cluster.sql("insert into pico.salts (day, salt) select current_date - 3, salt from pico.salts limit 1");
  const over = async () => (await cluster.sql("select from pico.salts where day = current_date - 3")).length;
  const dump = cluster.client();
  await dump.connect();
  try {
    await dump.query("begin isolation level repeatable read; lock table pico.salts, pico.sites in access share mode"); // as pg_dump does to every table
    await server.launch();
    assert.equal((await server.event({ n: "load", l: "https://dumped.example/" })).status, 202);
    await until("it to be told", () => /salts from before .* are over, but a transaction holds their table/.test(server.stderr));
    assert.equal(await over(), 1);
  } finally {
    await dump.end();
  }
  await until("the salt to be destroyed", async () => (await over()) === 0, 60_000);
});

test("a dump made as the documentation says has no salt in it, and a server that starts on it counts on", async () => {
  assert.equal((await server.event({ n: "load", l: "https://backed-up.example/" })).status, 202);
  await server.untilSql("select count(*) from pico.events join pico.sites using (site_id) where domain = 'backed-up.example'", []);
  const folder = dataDirectory();
  const type = (script, env = cluster.env) => {
    const done = spawnSync("bash", ["-eu", "-c", script], { cwd: folder, encoding: "utf8", maxBuffer: 1 << 26, env: { PATH: process.env.PATH, ...env } });
    assert.equal(done.status, 0, done.stderr);
    return done.stdout;
  };
  const documented = readFileSync("docs/operations.md", "utf8").match(/^pg_dump .*$/m)[0];
  const salts = (await cluster.sql("select encode(salt, 'hex') as salt from pico.salts")).map((row) => row.salt);
  assert.ok(salts.length > 0);
  const dumped = (command) => {
    type(command);
    return type("pg_restore --file=- picolytics.dump");
  };
  assert.ok(dumped(documented.replace(/ --exclude\S*/, "")).includes(salts[0]), "this would find one");
  const text = dumped(documented);
  assert.ok(text.includes("backed-up.example"));
  assert.deepEqual(salts.filter((salt) => text.includes(salt)), []);

  await cluster.sql("create database restored");
  const env = { PGCONNSTRING: cluster.env.PGCONNSTRING.replace("/postgres?", "/restored?") };
  type('pg_restore --no-owner --dbname="$PGCONNSTRING" picolytics.dump', env);
  const other = await Server.start(env);
  try {
    other.database = { ...cluster.database, database: "restored" };
    assert.equal((await other.event({ n: "load", l: "https://backed-up.example/again" })).status, 202);
    await other.untilSql("select count(*) from pico.events join pico.sites using (site_id) where domain = 'backed-up.example'", [], (n) => Number(n) === 2);
  } finally {
    await other.destroy();
  }
});

test("every dump in the documentation leaves the salts out", () => {
  const files = ["README.md", ...readdirSync("docs", { recursive: true }).filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`)];
  const lines = files.flatMap((file) => readFileSync(file, "utf8").match(/^ *pg_dump .*$/gm) ?? []);
  assert.ok(lines.length >= 2);
  assert.deepEqual(lines.filter((line) => !line.includes("--exclude-table-data=pico.salts")), []);
});
