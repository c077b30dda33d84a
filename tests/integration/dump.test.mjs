// Dumps of the database: what they hold up, and what is in them. (docs/operations.md, Backup)
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Server, until } from "../support/picolytics.mjs";
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
