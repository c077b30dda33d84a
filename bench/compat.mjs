// scripts/bench compat: µAnalytics' API. How fast lists of 100,000 visits are taken, beside a plain COPY of as many rows; and how long every
// report takes over many rows, beside a plain count of them. Server, Postgres and client share the machine.
//
//   --rows 10000000     rows under the reports, of one site and a year; 0: no reports
//   --lists 5           lists of 100,000 visits that are handed in one after the other
//   --runs 5            how often each report is asked; the median counts
import { cpus, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { Server } from "../tests/support/picolytics.mjs";

const { values: options } = parseArgs({ options: { rows: { type: "string", default: "10000000" }, lists: { type: "string", default: "5" }, runs: { type: "string", default: "5" } } });
const rows = Number(options.rows), lists = Number(options.lists), runs = Number(options.runs);
const listSize = 100_000, base = "/micro-analytics";

const print = (what, figure, beside = "") => console.log(`${what.padEnd(66)} ${figure.padStart(20)}   ${beside}`);
const number = (value) => Math.round(value).toLocaleString("en-US");
const seconds = (began) => Number(process.hrtime.bigint() - began) / 1e9;
async function timed(work) {
  const began = process.hrtime.bigint();
  const result = await work();
  return { result, took: seconds(began) };
}
const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

const browsers = [
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Safari/537.36",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15",
  "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0",
  "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Mobile Safari/537.36",
];
const referers = ["", "https://www.google.com/", "https://t.co/abc", "https://news.ycombinator.com/item?id=1", "https://blog.example/post"];

/** A list as a proxy would buffer it: visitors with three visits each in the last hour, 500 pages. */
function list(round) {
  const now = Math.floor(Date.now() / 1000) - 3600;
  const items = [];
  for (let i = 0; i < listSize; ++i) {
    const visitor = Math.floor(i / 3) + round * listSize;
    items.push({
      time: String(now + Math.floor((i * 3599) / listSize)), event: i % 20 === 0 ? "signup" : "visit", path: `/docs/${i % 500}`,
      ip: `${20 + (visitor >> 24)}.${(visitor >> 16) & 255}.${(visitor >> 8) & 255}.${visitor & 255}`,
      headers: { "user-agent": browsers[visitor % browsers.length], referer: referers[visitor % referers.length] },
    });
  }
  return JSON.stringify({ list: items });
}

/** The median of some asks; one that is refused (it takes longer than the server lets it) is a figure too. */
async function measureReport(server, path) {
  const times = [];
  for (let i = 0; i < runs; ++i) {
    const { result, took } = await timed(() => server.request("GET", `${base}${path}`));
    if (result.status !== 200) return `${result.status} after ${number(took * 1000)} ms`;
    times.push(took);
  }
  return `${number(median(times) * 1000)} ms`;
}

async function measureInserting(server) {
  const bodies = Array.from({ length: lists + 1 }, (_, round) => list(round));
  const rates = [];
  for (const [round, body] of bodies.entries()) {
    const { result, took } = await timed(() => server.request("POST", `${base}/bulk.example/bulk`, { body, headers: { "Content-Type": "application/json" } }));
    if (result.status !== 200) throw new Error(`${result.status} ${result.text}`);
    if (round > 0) rates.push(listSize / took); // the first makes words and partitions
  }
  return median(rates);
}

/** The same rows, without visits and words, by a COPY of Postgres from a file into tables with the same indexes. */
async function measureCopy(server) {
  const file = `${server.dir}/postgres/rows`;
  let took = 0;
  for (const table of ["events", "micro_visits"]) {
    await server.sql(`create table ${table}_copy (like pico.${table})`);
    await server.sql(`create index on ${table}_copy (site_id, day)`);
    await server.sql(`copy (select * from pico.${table} limit ${listSize}) to '${file}_${table}'`);
    took += (await timed(() => server.sql(`copy ${table}_copy from '${file}_${table}'`))).took;
    await server.sql(`drop table ${table}_copy`);
  }
  return listSize / took;
}

/** Rows of one site over a year, of a million addresses, 500 paths, 20 labels and 5 names, put there by Postgres itself. */
async function fill(server) {
  const months = Array.from({ length: 12 }, (_, i) => `2025-${String(i + 1).padStart(2, "0")}-15T12:00:00Z`);
  const items = Array.from({ length: 500 }, (_, i) => ({
    time: months[i % 12], event: ["visit", "signup", "download", "share", ""][i % 5], path: `/docs/${i}`, ip: `198.51.100.${i % 250}`, countryCode: ["de", "fr", "us", "jp"][i % 4],
    platform: ["Linux", "Apple Mac", "Microsoft Windows", "Android", "iPhone"][i % 5], refererDomain: ["", "t.co", "www.google.com"][i % 3],
  }));
  const made = await server.request("POST", `${base}/large.example/bulk`, { body: JSON.stringify({ list: items }), headers: { "Content-Type": "application/json" } });
  if (made.status !== 200) throw new Error(made.text);
  await server.sql(
    `with site as (select site_id from pico.sites where domain = 'large.example'),
       page as (select array_agg(page_id) as ids from pico.pages join site using (site_id)),
       label as (select array_agg(distinct label_id) as ids from pico.micro_visits join site using (site_id)),
       name as (select array_agg(distinct name_id) as ids from pico.micro_visits join site using (site_id)),
       drawn as (select n, timestamptz '2025-01-01Z' + n * (interval '365 days' / $1::float8) as at from generate_series(0, $1::int - 1) n)
     insert into pico.micro_visits (visit_id, at, who, page_id, name_id, label_id, site_id, day, number)
     select (n / 3)::bigint * 1024, at, hashint8extended((random() * 1e6)::bigint, 7), page.ids[1 + n % cardinality(page.ids)], name.ids[1 + n % cardinality(name.ids)],
       label.ids[1 + n % cardinality(label.ids)], site_id, (at at time zone 'UTC')::date, n
     from drawn, site, page, label, name`, [rows]);
  await server.sql("vacuum analyze pico.micro_visits");
}

async function measureReports(server) {
  const plain = await timed(() => server.sql("select count(*) from pico.micro_visits join pico.sites using (site_id) where domain = 'large.example'"));
  print("select count(*) of the same rows", `${number(plain.took * 1000)} ms`);
  const month = "start=2025-06-01T00:00:00Z&end=2025-06-30T23:59:59Z";
  for (const range of ["", month]) {
    for (const report of ["count", "countries", "platforms", "domains", "events", "time"]) {
      for (const unique of report === "count" ? [""] : ["", "unique=true"]) {
        const query = [range, unique].filter(Boolean).join("&");
        print(`GET /large.example/${report}, ${range ? "a month" : "a year"}${unique ? ", unique" : ""}`, await measureReport(server, `/large.example/${report}${query ? `?${query}` : ""}`));
      }
    }
  }
  const { result, took } = await timed(() => server.request("GET", `${base}/large.example?${month}`));
  if (result.status !== 200) throw new Error(`${result.status} ${result.text}`);
  const visits = (result.text.match(/"time"/g) ?? []).length;
  print("GET /large.example, a month, streamed", `${number(visits / took)} visits/s`, `${number(visits)} visits, ${number(result.bytes.length / 1e6)} MB, ${number(took * 1000)} ms`);
}

console.log(`machine: ${cpus().length} × ${cpus()[0].model}, ${Math.round(totalmem() / 2 ** 30)} GiB`);
const server = await Server.start();
try {
  const inserted = await measureInserting(server);
  const copied = await measureCopy(server);
  print("visits handed in by lists of 100,000", `${number(inserted)} visits/s`, `${(inserted / copied).toFixed(2)} × COPY of their rows`);
  print("plain COPY of as many rows of two tables with an index", `${number(copied)} visits/s`);
  if (rows > 0) {
    const filled = await timed(() => fill(server));
    print(`${number(rows)} rows put there for the reports`, `${number(filled.took)} s`);
    await measureReports(server);
  }
} finally {
  await server.destroy();
}
