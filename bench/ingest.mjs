// scripts/bench ingest: what POST /p costs and how fast it is, from the client's answer to the commit in Postgres.
// Server, Postgres and load generator share the machine; nginx answering 202 to the same requests is the yardstick of the run.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync, chmodSync, existsSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

const { values: options } = parseArgs({
  options: { seconds: { type: "string", default: "20" }, rps: { type: "string", default: "20000" }, connections: { type: "string", default: "128" } },
});
const seconds = Number(options.seconds);
const dir = mkdtempSync(join(tmpdir(), "pico-bench-"));
chmodSync(dir, 0o755);
const print = (what, value, budget = "") => console.log(`${what.padEnd(58)} ${String(value).padStart(12)}   ${budget}`);
const rate = (n) => Math.round(n).toLocaleString("en-US");

function until(what, check, timeoutMs = 60_000) {
  const end = Date.now() + timeoutMs;
  return new Promise((resolve, reject) => {
    const look = async () => {
      const value = await check().catch(() => undefined);
      if (value) return resolve(value);
      if (Date.now() > end) return reject(new Error(`timed out waiting for ${what}`));
      setTimeout(look, 100);
    };
    look();
  });
}

function wrk(url) {
  const run = spawnSync("wrk", ["-t2", `-c${options.connections}`, `-d${seconds}s`, "--latency", "-s", "bench/ingest.lua", url], { encoding: "utf8" });
  const line = run.stdout.split("\n").find((l) => l.startsWith("RESULT "));
  if (!line) throw new Error(`wrk failed:\n${run.stdout}${run.stderr}`);
  return JSON.parse(line.slice(7));
}

async function nginx() {
  const conf = join(dir, "nginx.conf");
  writeFileSync(conf, `worker_processes 2; pid ${dir}/nginx.pid; error_log ${dir}/nginx.log;
events { worker_connections 4096; }
http { access_log off; keepalive_requests 1000000000; client_body_temp_path ${dir}; proxy_temp_path ${dir}; fastcgi_temp_path ${dir}; uwsgi_temp_path ${dir}; scgi_temp_path ${dir};
server { listen 127.0.0.1:18099; location / { return 202 ok; } } }`);
  const server = spawn("nginx", ["-c", conf, "-g", "daemon off;"], { stdio: "ignore" });
  await until("nginx", async () => (await fetch("http://127.0.0.1:18099/")).status === 202);
  const result = wrk("http://127.0.0.1:18099/p");
  server.kill("SIGTERM");
  return result;
}

async function metrics(admin) {
  const text = await (await fetch(`http://${admin}/metrics`)).text();
  const sum = (name) => text.split("\n").filter((l) => l.startsWith(name + " ") || l.startsWith(name + "{")).reduce((s, l) => s + Number(l.split(" ").pop()), 0);
  return { committed: sum("picolytics_writer_rows_total{table=\"events\"}") || sum("picolytics_writer_events_total"), cpu: sum("process_cpu_seconds_total"), lag: sum("picolytics_writer_lag_records") };
}

const status = (pid, key) => Number(readFileSync(`/proc/${pid}/status`, "utf8").match(new RegExp(`${key}:\\s+(\\d+)`))[1]) / 1024;

/// h2load's log: start time, status, microseconds, tab-separated.
function openLoop(url) {
  const log = join(dir, "h2load.log");
  const body = join(dir, "body.json");
  writeFileSync(body, '{"n":"load","l":"https://shop.example/articles/1?utm_source=newsletter","r":"https://www.google.com/","lt":812,"fb":95,"sw":1920,"sh":1080,"pr":1,"pd":24,"tz":"Europe/Vienna"}');
  const clients = 100;
  spawnSync("h2load", ["--h1", `-c${clients}`, "-t1", `--rps=${Number(options.rps) / clients}`, `-D${Math.min(seconds, 15)}`, "-d", body, `--log-file=${log}`,
    "-H", "User-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Safari/537.36", url], { stdio: "ignore" });
  const rows = readFileSync(log, "utf8").trim().split("\n").map((l) => l.split("\t").map(Number));
  const times = rows.filter((r) => r[1] === 202).map((r) => r[2]).sort((a, b) => a - b);
  const span = (rows[rows.length - 1][0] - rows[0][0]) / 1e6;
  return { rate: times.length / span, failed: rows.length - times.length, p50: times[Math.floor(times.length * 0.5)] / 1000, p99: times[Math.floor(times.length * 0.99)] / 1000 };
}

const base = await nginx();
const server = spawn("build/release/picolytics", [], {
  stdio: ["ignore", "ignore", "inherit"],
  env: { ...process.env, DATA_DIR: dir, LISTEN_ADDR: "127.0.0.1:0", ADMIN_LISTEN: "127.0.0.1:0", IP_EXTRACTOR: "xff", REQUEST_RATE_LIMIT: "0", LOG_LEVEL: "warn" },
});
try {
  const runFile = join(dir, "run.json");
  await until("the server", async () => existsSync(runFile));
  const run = JSON.parse(readFileSync(runFile, "utf8"));
  const idle = status(run.pid, "VmRSS");
  const before = await metrics(run.admin);
  const began = Date.now();
  const closed = wrk(`http://${run.listen}/p`);
  const loaded = await metrics(run.admin);
  await until("the writer to catch up", async () => { const m = await metrics(run.admin); return m.lag === 0 && m.committed - before.committed >= closed.requests - closed.non2xx; }, 300_000);
  const drained = await metrics(run.admin);
  const drainedAfter = (Date.now() - began) / 1000;
  const peak = status(run.pid, "VmHWM");
  const open = openLoop(`http://${run.listen}/p`);

  console.log(`machine: ${cpus().length} × ${cpus()[0].model}, ${Math.round(totalmem() / 2 ** 30)} GiB; ${closed.requests} events in ${closed.seconds.toFixed(1)} s, ${options.connections} connections`);
  const accepted = closed.requests / closed.seconds;
  const yardstick = base.requests / base.seconds;
  print("nginx answering 202, requests/s", rate(yardstick));
  print("accepted (durable), events/s", rate(accepted), "≥ 40,000");
  print("accepted / nginx", (accepted / yardstick).toFixed(2), "≥ 0.50");
  print("committed to Postgres while under load, events/s", rate((loaded.committed - before.committed) / closed.seconds));
  print("committed, until the backlog is gone, events/s", rate((drained.committed - before.committed) / drainedAfter), "≥ 40,000");
  print("answers other than 2xx, socket errors", `${closed.non2xx}, ${closed.socket_errors}`, "0, 0");
  print("closed loop p50 / p99, ms", `${closed.p50_ms.toFixed(1)} / ${closed.p99_ms.toFixed(1)}`);
  print("server CPU per event (without Postgres), µs", (((drained.cpu - before.cpu) / closed.requests) * 1e6).toFixed(1));
  print(`open loop at ${options.rps}/s: reached, events/s`, rate(open.rate));
  print("open loop p50 / p99, ms", `${open.p50.toFixed(1)} / ${open.p99.toFixed(1)}`, "p99 ≤ 25");
  print("open loop, answers other than 202", open.failed, "0");
  print("resident memory idle / peak, MB", `${idle.toFixed(0)} / ${peak.toFixed(0)}`, "≤ 60 / ≤ 400");
} finally {
  server.kill("SIGTERM");
  await new Promise((resolve) => server.once("exit", resolve));
  rmSync(dir, { recursive: true, force: true });
}
