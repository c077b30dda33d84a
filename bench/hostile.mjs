// scripts/bench hostile: what a legitimate client notices of hostile ones. POST /p at a fixed rate (open loop), first alone, then beside
// each kind of hostile client; its p99 should stay within twice the normal one. Server, Postgres, load and hostile clients share the machine.
import { spawn, spawnSync } from "node:child_process";
import net from "node:net";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Server, chrome, until } from "../tests/support/picolytics.mjs";

const { values: options } = parseArgs({
  options: {
    seconds: { type: "string", default: "10" }, rps: { type: "string", default: "2000" }, connections: { type: "string", default: "5000" },
    attack: { type: "string" }, target: { type: "string" },
  },
});
const count = Number(options.connections);

// What the hostile clients do: when they connect, what they send then, and what once in a while after that.
const attacks = {
  "idle connections": { count },
  "heads that come byte by byte": { count: count / 5, first: "POST /p HTTP/1.1\r\nHost: x\r\n", then: "X: y\r\n", everyMs: 1000 },
  "bodies that come byte by byte": { count: count / 5, first: "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 1500\r\n\r\n{", then: " ", everyMs: 1000 },
  "chunks of one byte": { count: count / 5, first: "POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", then: "1\r\n \r\n", everyMs: 1000 },
  "malformed requests": { count: 50, then: "GET / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", everyMs: 100 },
  "heads that are too large": { count: 20, then: `GET / HTTP/1.1\r\nX: ${"y".repeat(40_000)}\r\n\r\n`, everyMs: 100 },
  "pipelined requests": { count: 20, then: "GET /none HTTP/1.1\r\nHost: x\r\n\r\n".repeat(20), everyMs: 100 },
  "answers that are not read": { count: 100, first: "GET /demo HTTP/1.1\r\nHost: x\r\n\r\n".repeat(5000), deaf: true },
};

/** The hostile clients, in a process of their own: connections that end are opened again. */
function attack({ count: connections, first, then, everyMs, deaf }, target) {
  const [host, port] = target.split(":");
  const connect = () => {
    const socket = net.connect({ host, port: Number(port) });
    let timer;
    socket.on("connect", () => {
      if (deaf) socket.pause();
      else socket.resume();
      if (first) socket.write(first);
      if (then) timer = setInterval(() => socket.write(then), everyMs);
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      clearInterval(timer);
      setTimeout(connect, 100);
    });
  };
  setInterval(() => {}, 60_000); // sockets that are not read keep no process alive
  let opened = 0;
  const more = setInterval(() => {
    for (let i = 0; i < 100 && opened < connections; ++i, ++opened) connect();
    if (opened >= connections) clearInterval(more);
  }, 20);
}

function measure(server) {
  const log = join(server.dir, "h2load.log");
  const body = join(server.dir, "body.json");
  writeFileSync(body, '{"n":"load","l":"https://shop.example/articles/1","r":"https://www.google.com/","sw":1920,"sh":1080,"tz":"Europe/Vienna"}');
  writeFileSync(log, "");
  const clients = 20;
  spawnSync("h2load", ["--h1", `-c${clients}`, "-t1", `--rps=${Number(options.rps) / clients}`, `-D${options.seconds}`, "-d", body, `--log-file=${log}`, "-H", `User-Agent: ${chrome}`, `http://${server.listen}/p`], { stdio: "ignore" });
  const rows = readFileSync(log, "utf8").trim().split("\n").map((line) => line.split("\t").map(Number));
  const times = rows.filter((row) => row[1] === 202).map((row) => row[2]).sort((a, b) => a - b);
  return { p50: times[Math.floor(times.length * 0.5)] / 1000, p99: times[Math.floor(times.length * 0.99)] / 1000, rate: times.length / Number(options.seconds), failed: rows.length - times.length };
}

async function run() {
  const server = await Server.start({ REQUEST_RATE_LIMIT: "0", LOG_LEVEL: "error" });
  const memory = async () => ((await server.metric("process_resident_memory_bytes")) / 2 ** 20).toFixed(0);
  try {
    measure(server); // warm-up
    const row = (what, cells) => console.log(what.padEnd(32) + cells.map((cell) => String(cell).padStart(10)).join(""));
    row(`${options.rps} events/s beside …`, ["events/s", "failed", "p50 ms", "p99 ms", "ratio", "MB"]);
    const show = (what, m, ratio, mb) => row(what, [m.rate.toFixed(0), m.failed, m.p50.toFixed(2), m.p99.toFixed(2), ratio, mb]);
    for (const [name, kind] of Object.entries(attacks)) {
      const normal = measure(server); // right before, since the machine has moods
      const child = spawn(process.execPath, [import.meta.filename ?? process.argv[1], "--attack", name, "--target", server.listen, "--connections", options.connections], { stdio: "inherit" });
      try {
        if (!kind.then || kind.everyMs >= 1000) await until(name, async () => (await server.metric('picolytics_http_connections{listener="public"}')) >= kind.count * 0.9, 60_000);
        const beside = measure(server);
        show("nobody", normal, "", "");
        show(`${kind.count} × ${name}`, beside, (beside.p99 / normal.p99).toFixed(2), await memory());
      } finally {
        child.kill("SIGKILL");
        await until("the hostile clients to be gone", async () => (await server.metric('picolytics_http_connections{listener="public"}')) < 50, 60_000);
      }
    }
    console.log("\nbudget: ratio ≤ 2, nothing failed, memory ≤ 400 MB");
  } finally {
    await server.destroy();
  }
}

if (options.attack) attack(attacks[options.attack], options.target);
else await run();
