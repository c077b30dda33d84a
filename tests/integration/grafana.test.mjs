// What stands beside the program: dashboards, alerts, compose file. Every query runs against a real server.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, mkdtempSync, writeFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Server, dataDirectory } from "../support/picolytics.mjs";

const inGaosha = { "X-Forwarded-For": "1.0.1.1" };
let server;
before(async () => {
  const dir = dataDirectory();
  const made = spawnSync("perl", ["tests/support/make_geo_databases.pl", dir], { encoding: "utf8" });
  assert.equal(made.status, 0, made.stderr);
  server = await Server.start({ DISABLE_HOST_METRICS: "false", IP_EXTRACTOR: "xff", GEO_IP_FILE: join(dir, "nested.mmdb") }, { dir });
  for (const path of ["/", "/pricing"]) await server.event({ n: "load", l: `https://shop.example${path}?utm_source=newsletter&utm_campaign=spring` }, inGaosha);
  await server.event({ n: "signup", l: "https://shop.example/", p: { plan: "pro" } }, inGaosha);
  await server.event({ n: "load", l: "https://shop.example/" }, { "User-Agent": "Googlebot/2.1" });
  await server.untilSql("select count(*) from reporting.events", [], (n) => Number(n) === 4);
});
after(() => server.destroy());

const dashboard = (name) => JSON.parse(readFileSync(`grafana/dashboards/${name}.json`, "utf8"));
const withoutMacros = (sql) =>
  sql.replace(/\$__timeFilter\((\w+)\)/g, "$1 between now() - interval '1 hour' and now() + interval '1 minute'")
    .replace(/\$__timeGroupAlias\((\w+), \$__interval\)/g, "date_bin('1 minute', $1, timestamptz 'epoch') as time")
    .replaceAll("${site:sqlstring}", "'shop.example'");

test("every panel of the dashboard asks a query that runs on `reporting` alone and has an answer", async () => {
  const { panels, templating } = dashboard("picolytics");
  assert.deepEqual(await server.sql(templating.list[0].query), [{ domain_name: "shop.example" }]);
  for (const panel of panels)
    for (const { rawSql } of panel.targets) {
      const sql = withoutMacros(rawSql);
      assert.ok(!/\$|\bpico\./.test(sql), `${panel.title}: ${sql}`);
      await server.sql(`set role picolytics_reader; ${sql}`).catch((error) => assert.fail(`${panel.title}: ${error.message}: ${sql}`));
      assert.ok((await server.sql(sql)).length > 0, `${panel.title} has rows`);
    }
});

test("the figures are right", async () => {
  const figure = async (title) => {
    const panel = dashboard("picolytics").panels.find((one) => one.title === title);
    return Number(Object.values((await server.sql(withoutMacros(panel.targets[0].rawSql)))[0])[0]);
  };
  assert.equal(await figure("Visitors"), 1);
  assert.equal(await figure("Visits"), 1);
  assert.equal(await figure("Pageviews"), 2);
  assert.equal(await figure("Bounce rate"), 0);
  assert.equal(await figure("Now"), 1);
  const rows = async (title) => server.sql(withoutMacros(dashboard("picolytics").panels.find((one) => one.title === title).targets[0].rawSql));
  assert.deepEqual(await rows("Places"), [{ latitude: 26.4837, longitude: 117.925, city: "Gaosha", country: "CN", visits: "1" }]);
  assert.deepEqual(await rows("Custom events"), [{ name: "signup", events: "1", visitors: "1" }]);
  const [durations] = await rows("Visit durations");
  assert.ok(Number(durations.longest) >= Number(durations.median) && Number(durations.mean) >= 0, JSON.stringify(durations));
});

test("the panels cover all that the original's dashboard asks", () => {
  const titles = new Set([...dashboard("picolytics").panels, ...dashboard("operations").panels].map((panel) => panel.title));
  for (const [theirs, ours] of Object.entries({ "distinct visitors": "Visitors", sessions: "Visits", "total pageloads": "Pageviews", "session duration": "Visit duration", "bounce rate": "Bounce rate",
    "pageloads a visit": "Views per visit", "current sessions": "Now", events: "Visitors and pageviews", "session durations": "Visit durations", "top sources": "Sources", "top pages": "Top pages",
    "entry pages": "Entry pages", "exit pages": "Exit pages", map: "Places", "events a second": "Events taken, by site", "rate limiter and errors": "Events not stored, by reason", goroutines: "Threads",
    queue: "Queue", "ingest latency": "Receipt to commit, heat map", "build info": "Build", "CPU idle": "Host: processor idle", load: "Host: load", memory: "Host: memory" }))
    assert.ok(titles.has(ours), theirs);
  for (const name of ["picolytics", "operations"]) {
    const ids = dashboard(name).panels.map((panel) => panel.id);
    assert.equal(new Set(ids).size, ids.length, `${name}: each panel has an id of its own`);
  }
});

test("every metric that dashboards and alerts name is there", async () => {
  const { text } = await server.request("GET", "/metrics", { admin: true });
  const names = new Set([...text.matchAll(/^# TYPE (\S+) (\S+)/gm)].flatMap(([, name, type]) => (type === "histogram" ? [`${name}_bucket`] : [name])));
  // Made when they are first needed:
  for (const name of ["picolytics_writer_dead_letters_total", "picolytics_writer_retries_total", "picolytics_acme_failures"]) names.add(name);
  const expressions = [...dashboard("operations").panels.flatMap((panel) => panel.targets.map((target) => target.expr)), readFileSync("docker/alerts.yml", "utf8")];
  for (const expression of expressions)
    for (const [name] of expression.matchAll(/\b(?:picolytics|process)_\w+/g)) assert.ok(names.has(name), `${name} is exposed`);
});

test("Prometheus' own tool accepts the metrics, the configuration and the rules", async () => {
  const { text } = await server.request("GET", "/metrics", { admin: true });
  const metrics = spawnSync("promtool", ["check", "metrics"], { input: text, encoding: "utf8" });
  // The original's counter names have no _total, which promtool remarks on; anything else is a fault.
  const remarks = metrics.stderr.split("\n").filter((line) => line && !line.includes('counter metrics should have "_total" suffix') && !line.includes('non-counter metrics should not have "_total" suffix'));
  assert.deepEqual(remarks, []);
  const dir = mkdtempSync(join(tmpdir(), "pico-prometheus-"));
  try {
    for (const file of ["prometheus.yml", "alerts.yml"]) writeFileSync(join(dir, file), readFileSync(`docker/${file}`));
    const config = spawnSync("promtool", ["check", "config", join(dir, "prometheus.yml")], { encoding: "utf8" });
    assert.equal(config.status, 0, config.stdout + config.stderr);
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test("metrics have the original's names", async () => {
  const { text } = await server.request("GET", "/metrics", { admin: true });
  for (const name of ["build_info", "queue_utilization", "queue_size", "ingested_events", "ingest_latency", "event_errors", "rate_limiter_drops",
    "host_load_one", "host_load_five", "host_load_fifteen", "host_mem_available", "host_mem_used", "host_mem_total", "host_cpu_idle_pct"])
    assert.match(text, new RegExp(`^picolytics_${name}(_bucket)?[{ ]`, "m"), name);
  for (const kind of ["save", "parse", "enrich", "enqueue", "queue_full", "salt"]) assert.match(text, new RegExp(`picolytics_event_errors{kind="${kind}"} 0`), kind);
});

test("the Kubernetes file names variables, ports and paths that exist", () => {
  const manifest = readFileSync("docker/kubernetes.yaml", "utf8");
  const settings = readFileSync("docs/configuration.md", "utf8");
  const variables = [...manifest.matchAll(/- name: ([A-Z_]+)/g)].map(([, name]) => name);
  assert.ok(variables.length > 3);
  for (const variable of variables) assert.ok(settings.includes(`\`${variable}\``), variable);
  const image = readFileSync("docker/Dockerfile", "utf8");
  for (const [, port] of manifest.matchAll(/containerPort: (\d+)/g)) assert.match(image, new RegExp(`^EXPOSE .*\\b${port}\\b`, "m"), port);
  const [, user] = manifest.match(/runAsUser: (\d+)/);
  assert.match(image, new RegExp(`useradd --system --uid ${user} `));
  for (const [, path] of manifest.matchAll(/mountPath: (\S+?)}/g)) assert.match(image, new RegExp(`^VOLUME ${path}$`, "m"));
});

test("the compose file names services, files and variables that exist", async () => {
  const compose = readFileSync("docker/compose.yaml", "utf8");
  const sample = readFileSync("docker/.env.sample", "utf8");
  for (const [, variable] of compose.matchAll(/\$\{(\w+)/g)) assert.match(sample, new RegExp(`^${variable}=`, "m"), variable);
  for (const [, path] of compose.matchAll(/- (\.\.?\/[^:]+):/g)) assert.ok(existsSync(join("docker", path)), path);
});
