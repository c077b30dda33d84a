// A flood of made-up everything: each cache stops at its cap, and memory stays bounded. PICO_LONG=1: a million of each.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Server, until } from "../support/picolytics.mjs";

const count = process.env.PICO_LONG ? 1_000_000 : 8_000;
const MB = 1024 * 1024;
let server;
before(async () => (server = await Server.start({ IP_EXTRACTOR: "xff", REQUEST_RATE_LIMIT: "1000" })));
after(() => server.destroy());

test(`${count.toLocaleString("en")} different addresses, browsers, sites, pages, referrers, campaigns and properties leave memory bounded`, async () => {
  let next = 0;
  const statuses = new Map();
  const worker = async () => {
    for (let i = next++; i < count; i = next++) {
      const own = i % 2 === 0;
      const answer = await server.event(
        { n: i % 4 === 0 ? `event-${i}` : "load", l: `https://${own ? "flood" : `made-up-${i}`}.example/page/${i}?utm_source=s${i}&utm_campaign=c${i}`,
          r: `https://referrer-${i}.example/${i}`, sw: i, sh: i, tz: `Zone/${i}`, p: i % 4 === 0 ? { [`key-${i}`]: `value-${i}` } : undefined },
        { "User-Agent": `Mozilla/5.0 (X11; Linux x86_64) Browser-${i}/${i}.${i} Chrome/${i}.0.0.0 Safari/537.36`, "X-Forwarded-For": `${1 + (i >> 16 & 127)}.${i >> 8 & 255}.${i & 255}.9`, "Accept-Language": `x-${i}` },
      );
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: 32 }, worker));
  for (const status of statuses.keys()) assert.ok([202, 429, 503].includes(status), `${status}`);
  assert.ok(statuses.get(202) > count * 0.9, JSON.stringify([...statuses]));
  await until("the writer to catch up", async () => (await server.metric("picolytics_writer_lag_records")) === 0, process.env.PICO_LONG ? 600_000 : 60_000);

  const { text } = await server.request("GET", "/metrics", { admin: true });
  const figure = (name) => Number(text.split("\n").find((line) => line.startsWith(`${name} `))?.split(" ").pop());
  assert.ok(figure("process_resident_memory_bytes") < 400 * MB, `${figure("process_resident_memory_bytes") / MB} MB`);
  assert.ok(figure("picolytics_sites") <= 100, "made-up sites stop at the cap");
  assert.ok(figure('picolytics_events_dropped_total{reason="site_limit"}') > count * 0.4);
  assert.ok(figure("picolytics_writer_cached_words") <= 200_000);
  assert.ok(figure("picolytics_writer_cached_visitors") <= 200_000);
  assert.ok(figure("picolytics_rate_limiter_clients") <= 200_000);
  assert.ok(figure("picolytics_user_agent_names") <= 2_000);
  assert.ok(figure("picolytics_ingest_in_flight_bytes") <= 256 * MB);
  assert.ok(text.split("\n").length < 3_000, "the metrics do not grow with what clients send");
  assert.doesNotMatch(text, /made-up-\d{3}|referrer-|event-\d/);
  assert.deepEqual(await server.sql("select * from pico.dead_letters"), []);
});
