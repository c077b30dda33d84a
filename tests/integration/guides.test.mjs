// The guides for who comes from another system: what they say to type is typed.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { OldServer, makeOldTables } from "../support/old_picolytics.mjs";
import { Server, dataDirectory, run, until } from "../support/picolytics.mjs";
import { Cluster } from "../support/postgres.mjs";

let cluster, server;
before(async () => {
  cluster = await Cluster.start();
  server = await Server.start({ ...cluster.env, PAGE_VIEWS_LISTEN: "127.0.0.1:0" });
  server.database = cluster.database;
});
after(async () => {
  await server.destroy();
  await cluster.destroy();
});

/** The first code block of that kind in which the text stands. */
const block = (guide, kind, text) => [...readFileSync(`docs/${guide}.md`, "utf8").matchAll(new RegExp(`^\`\`\`${kind}\\n([\\s\\S]*?)^\`\`\``, "gm"))].map(([, code]) => code).find((code) => code.includes(text));
function type(script, env, files = {}) {
  const cwd = dataDirectory();
  for (const [name, content] of Object.entries(files)) writeFileSync(`${cwd}/${name}`, content);
  const done = spawnSync("bash", ["-eu", "-c", script], { cwd, encoding: "utf8", env: { PATH: process.env.PATH, ...env } });
  assert.equal(done.status, 0, done.stdout + done.stderr);
  return done.stdout;
}

test("page-views.md: the counts of another page-view counter come along", async () => {
  await cluster.sql("create database counter");
  const old = cluster.client();
  old.database = old.connectionParameters.database = "counter";
  await old.connect();
  try {
    await old.query("create table page_views (page text, view_hour timestamp, shard_key int, views int, primary key (page, view_hour, shard_key))");
    await old.query("insert into page_views values ('/home', '2025-07-16 10:00', 0, 4), ('/home', '2025-07-16 10:00', 7, 3), ('/home', '2025-07-16 11:00', 1, 2), ('/home', '2024-01-01 00:00', 1, 5), ('it''s \"x\"', '2025-07-16 10:00', 0, 1)");
  } finally {
    await old.end();
  }
  const output = type(block("page-views", "sh", "page_views"), { OLD: cluster.env.PGCONNSTRING.replace("/postgres?", "/counter?"), COUNTS: `http://${server.pageViews}` });
  assert.match(output, /3 of 3 sent/);
  const rows = await server.sql("select page, hour, views::int from reporting.page_counts order by hour, page");
  assert.deepEqual(rows.map((row) => [row.page, row.hour.toISOString().slice(0, 16), row.views]),
    [["/home", "2024-01-01T00:00", 5], ["/home", "2025-07-16T10:00", 7], ['it\'s "x"', "2025-07-16T10:00", 1], ["/home", "2025-07-16T11:00", 2]]);
});

test("live-views.md: the counts of another live view counter come along, again with newer figures, and go on", async () => {
  const script = block("live-views", "sh", "view_counts");
  const bring = (csv) => type(script, cluster.env, { "counts.csv": csv });
  bring("post_view,a1,First,10,25\nhomepage_view,Home_Page,,3,4\n");
  bring("post_view,a1,First,11,27\nhomepage_view,Home_Page,,3,4\n");
  const answer = await server.request("GET", "/views/articles?site=example.com");
  assert.deepEqual(JSON.parse(answer.text).articles, [{ articleId: "a1", articleTitle: "First", uniqueViews: 11, totalViews: 27 }]);
  assert.deepEqual(await server.sql("select item, unique_views::int, total_views::int from reporting.view_counts order by item"), [{ item: "Home_Page", unique_views: 3, total_views: 4 }, { item: "a1", unique_views: 11, total_views: 27 }]);
});

test("coming-from-picolytics.md: the old tables can be dropped while the server runs, and what was taken over stays", async () => {
  const client = cluster.client();
  await client.connect();
  try {
    await makeOldTables(client);
    const old = new OldServer(client);
    await old.event({ at: "2026-11-20T12:00:00Z", domain: "taken.example" });
  } finally {
    await client.end();
  }
  const done = run(["takeover"], cluster.env);
  assert.equal(done.status, 0, done.stdout + done.stderr);
  await cluster.sql(block("coming-from-picolytics", "sql", "drop table"));
  assert.equal((await server.event({ n: "load", l: "https://taken.example/new" })).status, 202);
  await until("both events", async () => Number((await server.sql("select count(*) from reporting.events e join reporting.domains using (domain_id) where domain_name = 'taken.example'"))[0].count) === 2);
  assert.match(run(["takeover"], cluster.env).stderr, /no tables of the original picolytics/);
});
