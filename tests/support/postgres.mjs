// A Postgres of the test's own, apart from the server, so that it can be killed, stopped, copied and taken back to an earlier state.
import { spawn, spawnSync } from "node:child_process";
import { chownSync, cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { until } from "./picolytics.mjs";

const binDir = () => {
  const versions = readdirSync("/usr/lib/postgresql").map(Number).filter((version) => existsSync(`/usr/lib/postgresql/${version}/bin/postgres`));
  return `/usr/lib/postgresql/${Math.max(...versions)}/bin`;
};
/** Postgres refuses root. */
const account = process.getuid() === 0 ? { uid: Number(spawnSync("id", ["-u", "postgres"], { encoding: "utf8" }).stdout), gid: Number(spawnSync("id", ["-g", "postgres"], { encoding: "utf8" }).stdout) } : {};

export class Cluster {
  /** environment: of Postgres, such as a clock of its own. */
  static async start(environment = {}) {
    const cluster = new Cluster();
    cluster.environment = environment;
    cluster.#run("initdb", ["-D", cluster.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]);
    writeFileSync(join(cluster.data, "postgresql.auto.conf"), "listen_addresses = ''\nfsync = off\nmax_connections = 80\nshared_buffers = 32MB\n");
    await cluster.launch();
    return cluster;
  }

  constructor() {
    this.dir = mkdtempSync(join(tmpdir(), "pico-pg-"));
    if (account.uid !== undefined) chownSync(this.dir, account.uid, account.gid);
    this.data = join(this.dir, "data");
    this.socket = join(this.dir, ".s.PGSQL.5432");
    this.database = { host: this.dir, port: 5432, user: "postgres", database: "postgres" };
    /** The settings that lead a server here without anything in between. */
    this.env = { PGCONNSTRING: `postgresql://postgres@/postgres?host=${encodeURIComponent(this.dir)}&port=5432` };
  }

  #run(program, args) {
    const done = spawnSync(join(binDir(), program), args, { ...account, cwd: this.dir, encoding: "utf8", env: { PATH: process.env.PATH, LC_ALL: "C" } });
    if (done.status !== 0) throw new Error(`${program}: ${done.stderr}`);
  }

  /** Starts it; after a kill it refuses to start until the last of the old processes is gone. */
  async launch() {
    await until("Postgres to start", async () => {
      if (this.process === undefined || this.process.exitCode !== null || this.process.signalCode !== null) {
        this.process = spawn(join(binDir(), "postgres"), ["-D", this.data, "-k", this.dir], { ...account, cwd: this.dir, stdio: "ignore", env: { LC_ALL: "C", TZ: "UTC", ...this.environment } });
        this.exited = new Promise((resume) => this.process.once("exit", resume));
      }
      return this.sql("select 1");
    }, 60_000);
  }

  /** SIGINT: a clean stop; SIGQUIT: without a checkpoint; SIGKILL: the postmaster alone, the rest notices. */
  async stop(signal = "SIGINT") {
    this.process.kill(signal);
    await this.exited;
  }

  async restart(signal) {
    await this.stop(signal);
    await this.launch();
  }

  client() {
    return new pg.Client(this.database).on("error", () => {});
  }

  async sql(text, values = []) {
    const client = this.client();
    await client.connect();
    try {
      return (await client.query(text, values)).rows;
    } finally {
      await client.end();
    }
  }

  endSessions() {
    return this.sql("select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and backend_type = 'client backend'");
  }

  /** A standby that streams from this one, started. */
  async replica() {
    const standby = new Cluster();
    this.#run("pg_basebackup", ["-h", this.dir, "-U", "postgres", "-D", standby.data, "-R", "-X", "stream", "--checkpoint=fast", "--no-sync"]);
    await standby.launch();
    return standby;
  }

  /** The state of a stopped cluster, to be taken back later. */
  save() {
    cpSync(this.data, join(this.dir, "saved"), { recursive: true, preserveTimestamps: true });
    this.#own(join(this.dir, "saved"));
  }
  restore() {
    rmSync(this.data, { recursive: true });
    cpSync(join(this.dir, "saved"), this.data, { recursive: true, preserveTimestamps: true });
    this.#own(this.data);
  }
  #own(path) {
    if (account.uid !== undefined) spawnSync("chown", ["-R", `${account.uid}:${account.gid}`, path]);
    spawnSync("chmod", ["700", path]);
  }

  async destroy() {
    this.process?.kill("SIGQUIT");
    await this.exited;
    rmSync(this.dir, { recursive: true, force: true });
  }
}
