// Faults of every kind, one after the other at random, under load: seconds in the suite, an hour with PICO_LONG=1. (docs/reliability.md)
import { after, test } from "node:test";
import { Load, Server, assertStoredOnce, scaled, someEvents, until } from "../support/picolytics.mjs";
import { Cluster } from "../support/postgres.mjs";
import { PostgresProxy } from "../support/proxies.mjs";

const open = [];
after(async () => {
  for (const one of open.reverse()) await (one.destroy ?? one.stop).call(one);
});
const opened = (one) => (open.push(one), one);

test("faults of every kind, at random: exactly once", async (context) => {
  const cluster = opened(await Cluster.start());
  const proxy = opened(await PostgresProxy.start(cluster.socket));
  const server = opened(await Server.start(proxy.env));
  server.database = cluster.database;
  const faults = {
    "kill -9 of the server": async () => (await server.signal("SIGKILL"), server.launch()),
    "restart of the server": async () => (await server.signal("SIGTERM"), server.launch()),
    "kill -9 of Postgres": () => cluster.restart("SIGKILL"),
    "restart of Postgres": () => cluster.restart(),
    "all sessions ended": () => cluster.endSessions(),
    "a COPY cut": () => (proxy.cutAt("copy", 1), until("the cut", () => proxy.wanted === undefined, 60_000)),
    "a commit's answer lost": () => (proxy.cutAt("commit", 1), until("the cut", () => proxy.wanted === undefined, 60_000)),
    "all lines cut": () => proxy.endAll(),
  };
  const counts = Object.fromEntries(Object.keys(faults).map((name) => [name, 0]));
  const load = new Load(server, { perSecond: scaled(500, 150) });
  const end = Date.now() + scaled(20_000, 3_600_000);
  while (Date.now() < end) {
    const names = Object.keys(faults);
    const name = names[Math.floor(Math.random() * names.length)];
    await someEvents(load, load.acknowledged.size + 1 + Math.floor(Math.random() * 200));
    await faults[name]();
    ++counts[name];
  }
  const acknowledged = await load.stop();
  await assertStoredOnce(server, acknowledged);
  context.diagnostic(`${acknowledged.size} events acknowledged, none lost, none doubled; ${JSON.stringify(counts)}`);
});
