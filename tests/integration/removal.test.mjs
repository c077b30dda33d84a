// `picolytics site remove` beside a running server, under load: what was sent before is gone and stays away, what is sent later makes the
// site anew, and other sites notice nothing. (docs/decisions/0012-removing-a-site.md)
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { after, test } from "node:test";
import { Load, Server, assertStoredOnce, binary, caughtUp, someEvents, storedPaths, until } from "../support/picolytics.mjs";
import { Cluster } from "../support/postgres.mjs";

const open = [];
after(async () => {
  for (const one of open.reverse()) await (one.destroy ?? one.stop).call(one);
});
const opened = (one) => (open.push(one), one);

/** Runs a command of the program while this process goes on. */
function command(args, env) {
  const child = spawn(binary, args, { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, ...env } });
  let stderr = "";
  child.stderr.on("data", (bytes) => (stderr += bytes));
  return new Promise((resume) => child.once("exit", (status) => resume({ status, stderr })));
}

test("a site that is removed under load: nothing of before comes back, later events make it anew, other sites lose nothing", async () => {
  const cluster = opened(await Cluster.start());
  const server = opened(await Server.start({ ...cluster.env, WRITERS: "2" }));
  server.database = cluster.database;
  const [leaving, staying] = ["leaving.example", "staying.example"].map((site) => opened(new Load(server, { site, connections: 4, perSecond: 400 })));
  for (const load of [leaving, staying]) await someEvents(load, 500);
  const siteId = async () => (await cluster.sql("select site_id from pico.sites where domain = $1", [leaving.site]))[0]?.site_id;
  const old = await until("the site", siteId);

  const before = leaving.acknowledged.size;
  const removed = await command(["site", "remove", leaving.site, "--yes"], { ...cluster.env, DATA_DIR: server.dir });
  assert.equal(removed.status, 0, removed.stderr);
  // Events dated up to five seconds after the removal count as sent before it.
  await until("those seconds to pass", async () => (await cluster.sql("select from pico.removed_sites where now() > removed_at + interval '6 seconds'")).length === 1);
  assert.ok((await server.metric('picolytics_writer_dropped_total{reason="removed_site"}')) > 0);
  const then = leaving.acknowledged.size;
  await someEvents(leaving, then + 300);
  // A crash brings back what the journal still holds, and must not bring back what was removed.
  await server.signal("SIGKILL");
  await server.launch();
  await someEvents(leaving, leaving.acknowledged.size + 300);
  const sent = [...(await leaving.stop())];
  await assertStoredOnce(server, await staying.stop(), staying.site);
  await caughtUp(server);

  const stored = await storedPaths(server, leaving.site);
  assert.deepEqual(sent.slice(0, before).filter((path) => stored.has(path)), [], "events of before the removal");
  assert.deepEqual(sent.slice(then).filter((path) => stored.get(path) !== 1), [], "events of after it");
  assert.notEqual(await siteId(), old);
  const tables = await cluster.sql(
    "select c.relname as name from pg_attribute a join pg_class c on c.oid = a.attrelid where c.relnamespace = 'pico'::regnamespace " +
      "and c.relkind in ('r', 'p') and not c.relispartition and a.attname = 'site_id' and c.relname <> 'removed_sites'",
  );
  assert.ok(tables.length > 10);
  for (const { name } of tables) assert.deepEqual(await cluster.sql(`select count(*)::int as n from pico.${name} where site_id = $1`, [old]), [{ n: 0 }], name);
  assert.deepEqual(await cluster.sql("select * from pico.dead_letters"), []);
});
