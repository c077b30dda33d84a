// Databases of the original picolytics for the tests of the takeover, and the command that takes them over.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { OldServer, makeOldTables } from "./old_picolytics.mjs";
import { binary, run } from "./picolytics.mjs";
import { Cluster } from "./postgres.mjs";

export class OldDatabases {
  static async start() {
    const databases = new OldDatabases();
    databases.cluster = await Cluster.start();
    databases.clients = [];
    databases.number = 0;
    return databases;
  }

  async connect(name) {
    const client = this.cluster.client();
    client.database = client.connectionParameters.database = name;
    await client.connect();
    this.clients.push(client);
    return client;
  }

  /** A database of its own with old tables: { name, client, url, env, old, sql, one }. */
  async make(options = {}) {
    const name = `old_${++this.number}`;
    await this.cluster.sql(`create database ${name}`);
    const client = await this.connect(name);
    await makeOldTables(client, options);
    const url = (user = "postgres") => `postgresql://${user}@/${name}?host=${encodeURIComponent(this.cluster.dir)}&port=5432`;
    const sql = async (text, values = []) => (await client.query(text, values)).rows;
    return { name, client, url, env: { PGCONNSTRING: url() }, old: new OldServer(client), sql, one: async (text, values) => Object.values((await sql(text, values))[0])[0] };
  }

  disconnect() {
    return Promise.all(this.clients.splice(0).map((client) => client.end()));
  }

  destroy() {
    return this.cluster.destroy();
  }
}

export const takeover = (db, ...args) => run(["takeover", ...args], db.env);

export const succeeded = (done) => {
  assert.equal(done.status, 0, done.stdout + done.stderr);
  return done.stdout;
};

/** A takeover that is not waited for: { process, output(), exited }. */
export function begin(db, args = []) {
  const child = spawn(binary, ["takeover", ...args], { stdio: ["ignore", "pipe", "pipe"], env: { PATH: process.env.PATH, ...db.env } });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (bytes) => (text += bytes));
  return { process: child, output: () => text, exited: new Promise((resume) => child.once("exit", (status) => resume({ status, text }))) };
}
