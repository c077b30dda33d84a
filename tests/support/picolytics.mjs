// Starts the built program as a user would, and talks to it: for the black-box tests. Nothing here sleeps for a fixed time; everything
// waits for a condition with a deadline.
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import pg from "pg";

export const binary = resolve(process.env.PICOLYTICS_BINARY ?? "build/release/picolytics");

export const chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Safari/537.36";

/** What scripts/test --asan says to programs that are built so. */
const sanitizers = Object.fromEntries(Object.entries(process.env).filter(([name]) => /^(A|L|UB)SAN_OPTIONS$/.test(name)));

/** The variables of a server that a library is loaded into first. */
export const preload = (library) => ({ LD_PRELOAD: library, ASAN_OPTIONS: [process.env.ASAN_OPTIONS, "verify_asan_link_order=0"].filter(Boolean).join(":") });

/** Waits until check() returns something truthy, and returns that. Errors count as "not yet". */
export async function until(what, check, timeoutMs = 20_000) {
  const end = Date.now() + timeoutMs;
  let last;
  for (;;) {
    try {
      const value = await check();
      if (value) return value;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`timed out waiting for ${what}${last ? `: ${last.message}` : ""}`);
    await new Promise((resume) => setTimeout(resume, 20));
  }
}

/** A data directory that the server may give to another user. */
export function dataDirectory() {
  const dir = mkdtempSync(join(tmpdir(), "pico-test-"));
  chmodSync(dir, 0o755);
  return dir;
}

/** Runs the program to its end. */
export function run(args, env = {}) {
  const done = spawnSync(binary, args, { encoding: "utf8", env: { PATH: process.env.PATH, ...env }, timeout: 60_000 });
  return { status: done.status, stdout: done.stdout, stderr: done.stderr };
}

export class Server {
  /** env: settings by their variables. Without Postgres settings it runs its own. openFiles: the limit it is started under. */
  static async start(env = {}, { dir = dataDirectory(), openFiles } = {}) {
    const server = new Server(dir, env);
    server.command = openFiles === undefined ? [binary] : ["sh", "-c", `ulimit -n ${openFiles} && exec "$0"`, binary];
    await server.launch();
    return server;
  }

  constructor(dir, env) {
    this.dir = dir;
    this.env = env;
    this.command = [binary];
    this.stderr = "";
    this.agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
  }

  async launch() {
    this.spawn();
    const ended = () => this.process.exitCode !== null || this.process.signalCode !== null;
    await until("the server to start", () => existsSync(this.runFile) || ended(), 60_000);
    if (ended()) throw new Error(`the server ended instead of starting: ${this.stderr}`);
    Object.assign(this, JSON.parse(readFileSync(this.runFile, "utf8")));
  }

  /** Starts the process and does not wait until it serves. */
  spawn() {
    this.runFile = join(this.dir, "run.json");
    rmSync(this.runFile, { force: true });
    const [program, ...args] = this.command;
    this.process = spawn(program, args, {
      stdio: ["ignore", "ignore", "pipe"],
      env: { PATH: process.env.PATH, ...sanitizers, DATA_DIR: this.dir, LISTEN_ADDR: "127.0.0.1:0", ADMIN_LISTEN: "127.0.0.1:0", LOG_FORMAT: "text", REQUEST_RATE_LIMIT: "0", ...this.env },
    });
    this.process.stderr.on("data", (bytes) => (this.stderr += bytes));
    this.exited = new Promise((resume) => this.process.once("exit", (code, signal) => resume({ code, signal })));
  }

  /** One request; resolves with status, headers and body text. Rejects when the connection fails. */
  request(method, path, { body, headers = {}, admin = false } = {}) {
    const [host, port] = (admin ? this.admin : this.listen).split(":");
    return new Promise((resume, reject) => {
      const request = http.request({ host, port, method, path, agent: this.agent, headers: body === undefined ? headers : { "Content-Length": Buffer.byteLength(body), ...headers } }, (response) => {
        const parts = [];
        response.on("data", (part) => parts.push(part));
        response.on("end", () => {
          const bytes = Buffer.concat(parts);
          resume({ status: response.statusCode, headers: response.headers, bytes, text: bytes.toString("utf8") });
        });
        response.on("error", reject);
      });
      request.on("error", reject);
      request.end(body);
    });
  }

  get(path, headers) {
    return this.request("GET", path, { headers });
  }

  /** Posts an event as the tracker does. */
  event(event, headers = {}) {
    return this.request("POST", "/p", { body: typeof event === "string" || Buffer.isBuffer(event) ? event : JSON.stringify(event), headers: { "User-Agent": chrome, ...headers } });
  }

  async metric(line) {
    const { text } = await this.request("GET", "/metrics", { admin: true });
    const found = text.split("\n").find((row) => row.startsWith(`${line} `));
    return found === undefined ? undefined : Number(found.split(" ").pop());
  }

  /** Rows of a query; by default in the embedded Postgres. */
  async sql(text, values = []) {
    const client = new pg.Client(this.database ?? { host: this.postgres.socket, port: Number(this.postgres.port), user: this.postgres.user, database: this.postgres.database });
    await client.connect();
    try {
      return (await client.query(text, values)).rows;
    } finally {
      await client.end();
    }
  }

  /** Waits until a query returns a first row whose first column satisfies the predicate. */
  async untilSql(text, values, predicate = (value) => Number(value) > 0, timeoutMs = 20_000) {
    return until(text, async () => {
      const rows = await this.sql(text, values);
      return rows.length > 0 && predicate(Object.values(rows[0])[0]) && rows;
    }, timeoutMs);
  }

  signal(name) {
    this.process.kill(name);
    return this.exited;
  }

  /** Ends the server if it still runs, and removes its data. */
  async destroy() {
    this.agent.destroy();
    if (this.process?.exitCode === null && this.process.signalCode === null) {
      this.process.kill("SIGTERM");
      await Promise.race([this.exited, new Promise((resume) => setTimeout(resume, 15_000).unref())]);
      this.process.kill("SIGKILL");
    }
    rmSync(this.dir, { recursive: true, force: true });
    // Of a build with sanitizers (scripts/test --asan).
    if (/Sanitizer|runtime error:/.test(this.stderr)) throw new Error(this.stderr);
  }
}

/** How much of a test: little in the suite, much with PICO_LONG=1. */
export const scaled = (short, long) => (process.env.PICO_LONG === "1" ? long : short);

export const someEvents = (load, n) => until(`${n} acknowledged events`, () => load.acknowledged.size >= n, 120_000);

/** Sends events with unique paths over several connections until stop() is called; remembers what was acknowledged. */
export class Load {
  constructor(server, { site = "load.example", connections = 8, visitors = 50, perSecond = Infinity } = {}) {
    this.site = site;
    this.acknowledged = new Set();
    this.refused = 0;
    this.failures = {}; // how often, by the error's code
    this.sent = 0;
    this.running = true;
    this.perSecond = perSecond;
    this.began = Date.now();
    this.workers = Array.from({ length: connections }, (_, worker) => this.#work(server, worker, visitors));
  }

  get failed() {
    return Object.values(this.failures).reduce((sum, n) => sum + n, 0);
  }

  async #work(server, worker, visitors) {
    for (let i = 0; this.running; ++i) {
      while (this.running && this.sent > ((Date.now() - this.began) * this.perSecond) / 1000) await new Promise((resume) => setTimeout(resume, 5));
      ++this.sent;
      const path = `/${process.pid}/${worker}/${i}/${Math.random().toString(36).slice(2)}`;
      try {
        const answer = await server.event({ n: "load", l: `https://${this.site}${path}` }, { "User-Agent": `${chrome} v${i % visitors}` });
        if (answer.status === 202 && answer.headers["x-picolytics-dropped"] === undefined) this.acknowledged.add(path);
        else ++this.refused;
      } catch (error) {
        this.failures[error.code] = (this.failures[error.code] ?? 0) + 1;
        await new Promise((resume) => setTimeout(resume, 5)); // the server is away: do not spin
      }
    }
  }

  async stop() {
    this.running = false;
    await Promise.all(this.workers);
    return this.acknowledged;
  }
}

/** How often each path of the site is in Postgres. Joined here: without statistics Postgres can choose a plan that takes minutes. */
export async function storedPaths(server, site = "load.example") {
  const pages = await server.sql("select page_id, path from pico.pages join pico.sites using (site_id) where domain = $1", [site]);
  const events = await server.sql("select page_id, count(*)::int as n from pico.events join pico.sites using (site_id) where domain = $1 group by 1", [site]);
  const counts = new Map(events.map((row) => [row.page_id, row.n]));
  return new Map(pages.map((row) => [row.path, counts.get(row.page_id) ?? 0]));
}

export const caughtUp = (server, timeoutMs = 120_000) => until("the writer to catch up", async () => (await server.metric("picolytics_writer_lag_records")) === 0, timeoutMs);

/** Every acknowledged path is in Postgres exactly once. Events that were on their way when the server died may be there too, once. */
export async function assertStoredOnce(server, acknowledged, site = "load.example") {
  await caughtUp(server);
  const stored = await storedPaths(server, site);
  const lost = [...acknowledged].filter((path) => !stored.get(path));
  const doubled = [...stored].filter(([, n]) => n > 1);
  if (lost.length > 0 || doubled.length > 0) throw new Error(`${lost.length} acknowledged events lost, ${doubled.length} doubled, of ${acknowledged.size}`);
}
