// The original picolytics' contract: recorded conversations (picolytics/*/*.http), then its settings and metrics, name by name.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { contractTests } from "../support/contract.mjs";
import { Server, binary, dataDirectory, until } from "../support/picolytics.mjs";

const folder = "tests/contract/picolytics";
const servers = [];
const start = async (env, options) => {
  const server = await Server.start(env, options);
  servers.push(server);
  return server;
};
after(() => Promise.all(servers.map((server) => server.destroy())));
const send = (server, admin = false) => ({ method, target, headers, body }) => server().request(method, target, { headers, body, admin });

describe("by default", () => {
  let server;
  before(async () => {
    server = await start();
    await until("readiness", async () => (await server.request("GET", "/ready", { admin: true })).status === 200);
  });
  contractTests(`${folder}/public`, send(() => server));
  test("a body of exactly the limit is read, one byte more is not", async () => {
    const body = (size) => `{"n":"load","l":"https://a.example/"}`.padStart(size);
    assert.equal((await server.event(body(2048))).status, 202);
    assert.equal((await server.event(body(2049))).status, 400);
  });
  contractTests(`${folder}/admin`, send(() => server, true));
  test("host metrics are off", async () => assert.doesNotMatch((await server.request("GET", "/metrics", { admin: true })).text, /picolytics_host_/));
});

describe("on the admin listener with DEBUG", () => {
  let server;
  before(async () => (server = await start({ DEBUG: "true" })));
  contractTests(`${folder}/debug`, send(() => server, true));
});

describe("with the settings of the public listener", () => {
  let server;
  before(async () => {
    const dir = dataDirectory();
    const files = join(dir, "own");
    mkdirSync(join(files, "logo"), { recursive: true });
    writeFileSync(join(files, "pico.js"), "// my own");
    writeFileSync(join(files, "logo", "mark.svg"), '<svg xmlns="http://www.w3.org/2000/svg"/>');
    writeFileSync(join(files, "robots.txt"), "User-agent: *\nAllow: /\n");
    server = await start({ ROOT_REDIRECT: "https://example.com/stats", STATIC_DIR: files, STATIC_CACHE_MAX_AGE: "60", VALID_EVENT_NAMES: "load,signup", BODY_MAX_SIZE: "100" }, { dir });
  });
  contractTests(`${folder}/configured`, send(() => server));
});

describe("with a rate limit", () => {
  let server;
  before(async () => (server = await start({ REQUEST_RATE_LIMIT: "0.001", TRUSTED_PROXIES: "192.0.2.0/24" }) /* where the test is, is no proxy */));
  contractTests(`${folder}/limited`, send(() => server));
  test("what was refused is counted", async () => assert.equal(await server.metric("picolytics_rate_limiter_drops"), 2));
});

describe("metrics", () => {
  let text;
  before(async () => {
    const server = await start({ DISABLE_HOST_METRICS: "false" });
    await server.event({ n: "load", l: "https://metrics.example/" });
    await server.untilSql("select count(*) from reporting.events");
    await until("the site to be a label", async () => {
      await server.event({ n: "load", l: "https://metrics.example/" });
      text = (await server.request("GET", "/metrics", { admin: true })).text;
      return /picolytics_ingested_events{domain="metrics.example"}/.test(text);
    });
  });

  test("every name of the original is there, with its type", () => {
    const types = Object.fromEntries([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name, type]));
    const expected = { build_info: "gauge", queue_utilization: "gauge", queue_size: "gauge", ingested_events: "counter", ingest_latency: "histogram",
      worker_latency: "histogram", event_errors: "counter", rate_limiter_drops: "counter" };
    for (const name of ["load_one", "load_five", "load_fifteen", "mem_available", "mem_used", "mem_total", "cpu_idle_pct"]) expected[`host_${name}`] = "gauge";
    for (const [name, type] of Object.entries(expected)) assert.equal(types[`picolytics_${name}`], type, name);
  });

  test("labels are the original's", () => {
    const [, build] = text.match(/^picolytics_build_info{(.*)} 1$/m);
    const labels = build.match(/\w+(?==")/g);
    for (const label of ["os", "arch", "branch", "goversion", "commit", "version"]) assert.ok(labels.includes(label), label);
    for (const kind of ["save", "parse", "enrich", "enqueue", "queue_full", "salt"]) assert.match(text, new RegExp(`^picolytics_event_errors{kind="${kind}"} 0$`, "m"));
    for (const name of ["ingest", "worker"]) {
      const borders = [...text.matchAll(new RegExp(`^picolytics_${name}_latency_bucket{domain="metrics.example",le="([^"]+)"}`, "gm"))].map(([, border]) => border);
      assert.deepEqual(borders, ["0.25", "0.5", "0.75", "1", "1.25", "1.5", "2", "3", "5", "8", "11", "+Inf"], name);
    }
    assert.match(text, /^picolytics_queue_size 640000$/m);
  });
});

/** Every setting of the original: variable, key, a value other than the default, how `config check` shows it. */
const settings = [
  ["PGCONNSTRING", "pgConnString", "postgres://u:p@h/d"], ["PGHOST", "pgHost", "db.example"], ["PGDATABASE", "pgDatabase", "stats"], ["PGUSER", "pgUser", "pico"],
  ["PGPASSWORD", "pgPassword", "s3cret-word"], ["PGPORT", "pgPort", "5433"], ["PGSSLMODE", "pgSslMode", "require"], ["PGCONNATTEMPTS", "pgConnAttempts", "7"],
  ["SKIP_MIGRATIONS", "skipMigrations", "true"], ["LISTEN_ADDR", "listenAddr", "127.0.0.1:8099"], ["LOG_FORMAT", "logFormat", "text"],
  ["ROOT_REDIRECT", "rootRedirect", "https://example.com/"], ["STATIC_DIR", "staticDir", "files"], ["STATIC_CACHE_MAX_AGE", "staticCacheMaxAge", "77"],
  ["REQUEST_RATE_LIMIT", "requestRateLimit", "2.5"], ["AUTOTLS_HOST", "autotlsHost", "stats.example.com"], ["AUTOTLS_STAGING", "autotlsStaging", "false"],
  ["BODY_MAX_SIZE", "bodyMaxSize", "3000"], ["VALID_EVENT_NAMES", "validEventNames", "load,signup"], ["IP_EXTRACTOR", "ipExtractor", "xff"],
  ["TRUSTED_PROXIES", "trustedProxies", "10.1.0.0/16"], ["GEO_IP_FILE", "geoIpFile", "/tmp/geo.mmdb"], ["PRUNE_DAYS", "pruneDays", "90"],
  ["PRUNE_CHECK_HOURS", "pruneCheckHours", "6"], ["SESSION_TIMEOUT_MIN", "sessionTimeoutMin", "45"], ["ADMIN_LISTEN", "adminListen", "127.0.0.1:8098"],
  ["DISABLE_HOST_METRICS", "disableHostMetrics", "false"], ["DEBUG", "debug", "true"], ["QUEUE_SIZE", "queueSize", "1000"], ["BATCH_MAX_SIZE", "batchMaxSize", "100"],
  ["BATCH_MAX_MSEC", "batchMaxMsec", "250"],
];
const secrets = new Set(["pgConnString", "pgPassword"]);

describe("settings", () => {
  const dirs = [];
  after(() => dirs.forEach((dir) => rmSync(dir, { recursive: true, force: true })));
  const folderWith = (files = {}) => {
    dirs.push(mkdtempSync(join(tmpdir(), "pico-contract-")));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(dirs.at(-1), name), text);
    return dirs.at(-1);
  };
  const check = (dir, env = {}, args = []) => spawnSync(binary, [...args, "config", "check"], { cwd: dir, encoding: "utf8", env: { PATH: process.env.PATH, ...env } });
  const shows = (done, key, value) => {
    assert.equal(done.status, 0, `${key}: ${done.stderr}`);
    const [, shown] = done.stdout.match(new RegExp(`^${key}: (.*?)(?: +#.*)?$`, "m")) ?? [];
    assert.ok(shown !== undefined, `${key} in\n${done.stdout}`);
    if (!secrets.has(key)) assert.equal(shown.replaceAll(/^["']|["']$/g, ""), value, key);
    else assert.ok(!done.stdout.includes(value), `${key} is not shown`);
  };

  test("every variable has an effect", () => {
    const done = check(folderWith(), Object.fromEntries(settings.map(([variable, , value]) => [variable, value])));
    for (const [, key, value] of settings) shows(done, key, value);
  });

  test("every key of the file has one, in any case, and the variable goes before it", () => {
    for (const write of [(key) => key, (key) => key.toLowerCase(), (key) => key.toUpperCase()]) {
      const done = check(folderWith({ "config.yaml": settings.map(([, key, value]) => `${write(key)}: "${value}"\n`).join("") }));
      for (const [, key, value] of settings) shows(done, key, value);
    }
    const dir = folderWith({ "config.yaml": "pruneDays: 5\n" });
    shows(check(dir, { PRUNE_DAYS: "6" }), "pruneDays", "6");
  });

  test("the configuration file is found by CONFIG_NAME and CONFIG_PATH, by -c, and need not be there", () => {
    const dir = folderWith({ "mine.yaml": "pruneDays: 5\n" });
    shows(check(folderWith(), { CONFIG_NAME: "mine", CONFIG_PATH: dir }), "pruneDays", "5");
    shows(check(folderWith(), {}, ["-c", join(dir, "mine.yaml")]), "pruneDays", "5");
    shows(check(folderWith(), {}, ["--config", join(dir, "mine.yaml")]), "pruneDays", "5");
    shows(check(folderWith()), "pruneDays", "0");
  });

  test("defaults are the original's", () => {
    const done = check(folderWith());
    for (const [key, value] of Object.entries({ pgPort: "5432", pgSslMode: "prefer", pgConnAttempts: "5", skipMigrations: "false", listenAddr: ":8080", logFormat: "json", staticCacheMaxAge: "3600",
      requestRateLimit: "10", autotlsEnabled: "false", autotlsStaging: "true", bodyMaxSize: "2KB", ipExtractor: "direct", geoIpFile: "geoip.mmdb", pruneDays: "0", pruneCheckHours: "24",
      sessionTimeoutMin: "30", disableHostMetrics: "true", debug: "false", queueSize: "640000", batchMaxSize: "6400", batchMaxMsec: "500" })) shows(done, key, value);
  });

  test("what cannot be is refused with the name of the setting", () => {
    for (const [variable, value] of [["LOG_FORMAT", "xml"], ["IP_EXTRACTOR", "magic"], ["TRUSTED_PROXIES", "10.0.0.0/99"], ["PGSSLMODE", "perhaps"], ["BATCH_MAX_MSEC", "0"], ["PRUNE_CHECK_HOURS", "0"],
      ["PGCONNSTRING", "mysql://h/d"], ["LISTEN_ADDR", "nowhere"], ["BODY_MAX_SIZE", "much"]]) {
      const done = check(folderWith(), { [variable]: value });
      assert.equal(done.status, 1, variable);
      assert.match(done.stderr, new RegExp(settings.find((one) => one[0] === variable)[1]), variable);
    }
    assert.match(check(folderWith(), { PGHOST: "h" }).stderr, /pgDatabase/);
  });

  test("a file in the manner of the original's sample works: keys in lower case, quoted truth values, a port in the host, an empty list, a line twice", () => {
    const dir = folderWith({ "config.yaml": `pghost: db.example:5433\npguser: pico\npgpassword: secret\npgdatabase: stats\npgsslmode: prefer\npgconnattempts: 3\npgsslmode: prefer\nstaticdir: static
autotlsenabled: "false"\nautotlshost: stats.example\nautotlsstaging: "true"\nvalideventnames: []\ntrustedproxies: []\nadminlisten: :8081\ndisablehostmetrics: false\nrootredirect: ""\n` });
    const done = check(dir);
    for (const [key, value] of Object.entries({ pgPort: "5433", pgHost: "db.example", pgConnAttempts: "3", autotlsEnabled: "false", autotlsHost: "stats.example", adminListen: ":8081", disableHostMetrics: "false" })) shows(done, key, value);
    assert.match(done.stdout, /^trustedProxies: 127\.0\.0\.0\/8,/m);
    writeFileSync(join(dir, "config.yaml"), "pruneDays: 1\nprunedays: 2\n");
    assert.match(check(dir).stderr, /pruneDays .*twice, with different values/);
  });

  test("an empty list of event names is the default list (there: every event is refused)", () => {
    const dir = folderWith({ "config.yaml": "validEventNames: []\n" });
    assert.match(check(dir).stdout, /^validEventNames: .*load/m);
  });
});
