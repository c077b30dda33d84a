// What stands between two programs in the tests and cuts the line where it hurts most.
import net from "node:net";

const listening = (server) => new Promise((resume) => server.listen(0, "127.0.0.1", resume));

/** Between the server and Postgres. Understands as much of the protocol as it needs to know what is just being said. */
export class PostgresProxy {
  static async start(socket) {
    const proxy = new PostgresProxy(socket);
    await listening(proxy.server);
    const { port } = proxy.server.address();
    proxy.env = { PGCONNSTRING: `postgresql://postgres@127.0.0.1:${port}/postgres?sslmode=disable&gssencmode=disable` };
    return proxy;
  }

  constructor(socket) {
    this.socket = socket; // of the Postgres that it leads to; may be changed at any time
    this.silent = false; // takes connections and forwards nothing
    this.wanted = undefined; // { at: "copy" | "commit", times }
    this.cuts = { copy: 0, commit: 0 };
    this.pairs = new Set();
    this.server = net.createServer((client) => this.#take(client));
  }

  /** Cuts the line `times` times: in the middle of a COPY, or when a COMMIT has happened and before its answer is heard. */
  cutAt(at, times) {
    this.wanted = { at, times };
  }

  #take(client) {
    client.on("error", () => {});
    if (this.silent) return void this.pairs.add({ client, end: () => client.destroy() });
    const server = net.connect(this.socket);
    const pair = { client, server, rest: Buffer.alloc(0), started: false, copied: false, committing: false };
    pair.end = () => (client.destroy(), server.destroy(), this.pairs.delete(pair));
    this.pairs.add(pair);
    server.on("error", pair.end).on("close", pair.end);
    client.on("close", pair.end).on("data", (bytes) => this.#said(pair, bytes));
    server.on("data", (bytes) => this.#answered(pair, bytes));
  }

  #cut(pair) {
    ++this.cuts[this.wanted.at];
    if (--this.wanted.times === 0) this.wanted = undefined;
    pair.end();
  }

  #said(pair, bytes) {
    if (this.silent) return;
    pair.rest = Buffer.concat([pair.rest, bytes]);
    for (;;) {
      const head = pair.started ? 1 : 0; // the first message has no letter
      if (pair.rest.length < head + 4) break;
      const size = head + pair.rest.readUInt32BE(head);
      if (pair.rest.length < size) break;
      const message = pair.rest.subarray(0, size);
      pair.rest = pair.rest.subarray(size);
      const letter = pair.started ? String.fromCharCode(message[0]) : "";
      pair.started = true;
      if (letter === "d" && size > 64) {
        pair.copied = true;
        if (this.wanted?.at === "copy") {
          pair.server.write(message.subarray(0, size >> 1));
          return this.#cut(pair);
        }
      }
      if (letter === "Q" && /^commit/i.test(message.toString("latin1", 5)) && pair.copied) {
        pair.copied = false;
        pair.committing = this.wanted?.at === "commit";
      }
      pair.server.write(message);
    }
  }

  #answered(pair, bytes) {
    if (this.silent) return;
    if (pair.committing && this.wanted?.at === "commit" && bytes.includes("COMMIT\0")) return this.#cut(pair);
    pair.client.write(bytes);
  }

  endAll() {
    for (const pair of [...this.pairs]) pair.end();
  }

  stop() {
    this.endAll();
    this.server.close();
  }
}

/** In front of several servers: each new connection goes to the next one that takes it. */
export class Balancer {
  static async start(servers) {
    const balancer = new Balancer(servers);
    await listening(balancer.server);
    balancer.listen = `127.0.0.1:${balancer.server.address().port}`;
    return balancer;
  }

  constructor(servers) {
    this.servers = servers; // with `listen`
    this.next = 0;
    this.sockets = new Set();
    this.server = net.createServer({ allowHalfOpen: true }, (client) => {
      const first = this.next++;
      this.#connect(client, this.servers.map((_, i) => this.servers[(first + i) % this.servers.length]));
    });
  }

  #connect(client, [target, ...others]) {
    if (target === undefined) return void client.destroy();
    const [host, port] = target.listen.split(":");
    const server = net.connect({ host, port: Number(port), allowHalfOpen: true });
    let open = false;
    server.on("connect", () => {
      open = true;
      client.pipe(server).pipe(client);
    });
    server.on("error", () => (open ? client.destroy() : this.#connect(client, others)));
    client.on("error", () => server.destroy());
    for (const socket of [client, server]) this.sockets.add(socket.on("close", () => this.sockets.delete(socket)));
  }

  stop() {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }
}
