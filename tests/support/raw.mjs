// A TCP connection that sends what it is told, byte by byte if need be: for requests that no HTTP client would send.
import net from "node:net";
import { until } from "./picolytics.mjs";

export class Raw {
  /** address: `host:port`. Resolves once connected. allowHalfOpen: the server's end does not end ours. */
  static async open(address) {
    const [host, port] = address.split(":");
    const raw = new Raw();
    raw.received = "";
    raw.closed = false;
    raw.socket = net.connect({ host, port: Number(port), allowHalfOpen: true });
    raw.socket.on("data", (bytes) => (raw.received += bytes.toString("latin1")));
    raw.socket.on("end", () => (raw.closed = true));
    raw.socket.on("error", () => (raw.closed = true)); // reset
    raw.socket.on("close", () => (raw.closed = true));
    await new Promise((resume, reject) => {
      raw.socket.once("connect", resume);
      raw.socket.once("error", reject);
    });
    return raw;
  }

  send(bytes) {
    if (!this.closed) this.socket.write(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes);
  }

  /** Sends no more, but goes on receiving. */
  finish() {
    this.socket.end();
  }

  /** The statuses of all answers so far. A body of ours never looks like a status line. */
  get statuses() {
    return [...this.received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((match) => Number(match[1]));
  }

  answers(count) {
    return until(`${count} answers, got ${JSON.stringify(this.received.slice(0, 300))}`, () => this.statuses.length >= count);
  }

  /** Until the server has ended the connection. */
  end(timeoutMs = 30_000) {
    return until(`the server to end the connection, got ${JSON.stringify(this.received.slice(0, 300))}`, () => this.closed, timeoutMs);
  }

  destroy() {
    this.socket.destroy();
  }
}

/** One connection, one string, everything that came back until the server ended the connection or gave so many answers. */
export async function ask(address, bytes, { answers = 1, end = false } = {}) {
  const raw = await Raw.open(address);
  raw.send(bytes);
  try {
    if (end) await raw.end();
    else await raw.answers(answers);
    return { text: raw.received, statuses: raw.statuses, closed: raw.closed };
  } finally {
    raw.destroy();
  }
}
