// HTTPS with certificates out of files, spoken to by Node, curl and OpenSSL's client.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import https from "node:https";
import { join } from "node:path";
import { after, test } from "node:test";
import tls from "node:tls";
import { certificateFolder, makeCertificate } from "../support/certificates.mjs";
import { Server, chrome, run, until } from "../support/picolytics.mjs";
import { Cluster } from "../support/postgres.mjs";
import { Raw, ask } from "../support/raw.mjs";
import { WebSocketClient } from "../support/websocket.mjs";

const cluster = await Cluster.start(); // of all servers: instances of one installation
const servers = [];
const folders = [];
after(async () => {
  await Promise.all(servers.map((server) => server.destroy()));
  await cluster.destroy();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const folder = () => {
  folders.push(certificateFolder());
  return folders.at(-1);
};
const withTls = (files, env = {}) => ({ TLS_CERT_FILE: files.cert, TLS_KEY_FILE: files.key, TLS_LISTEN: "127.0.0.1:0", TLS_REDIRECT_LISTEN: "127.0.0.1:0", ...env });
async function start(files, env) {
  const server = await Server.start({ ...cluster.env, ...withTls(files, env) });
  server.database = cluster.database;
  servers.push(server);
  return server;
}
const portOf = (address) => Number(address.split(":").pop());

/** One request over HTTPS, whose certificate is checked. */
function get(server, ca, { method = "GET", path = "/robots.txt", body, headers = {}, agent, servername = "stats.example.com" } = {}) {
  return new Promise((resume, reject) => {
    const request = https.request({ host: "127.0.0.1", port: portOf(server.tls), method, path, ca, servername, agent, headers: { Host: "stats.example.com", ...headers } }, (response) => {
      const parts = [];
      const { socket } = response;
      response.on("data", (part) => parts.push(part));
      response.on("end", () => resume({ status: response.statusCode, headers: response.headers, text: Buffer.concat(parts).toString(), fingerprint: socket.getPeerCertificate().fingerprint256 }));
      response.on("error", reject);
    });
    request.on("error", reject);
    request.end(body);
  });
}
const fingerprint = async (server, ca) => (await get(server, ca, { agent: new https.Agent() })).fingerprint;
const openssl = (server, ...args) => spawnSync("openssl", ["s_client", "-connect", server.tls, ...args], { input: "", encoding: "utf8", timeout: 30_000 });
const warnings = async (server) => {
  const { status, text } = await server.request("GET", "/ready", { admin: true });
  return { status, tls: text === "OK" ? "" : JSON.parse(text).warnings?.tls ?? "" };
};

const dir = folder();
const files = makeCertificate(dir);
const server = await start(files);

test("events come in over HTTPS and are stored", async () => {
  const answer = await get(server, files.pem, { method: "POST", path: "/p", body: JSON.stringify({ n: "load", l: "https://tls.example/page" }), headers: { "User-Agent": chrome } });
  assert.equal(answer.status, 202);
  await server.untilSql("select count(*) from pico.pages where path = $1", ["/page"]);
});

test("many requests go over one connection, and sessions are resumed", async () => {
  const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
  const handshakes = async (result) => server.metric(`picolytics_tls_handshakes_total{listener="tls",result="${result}"}`);
  const before = await handshakes("full");
  for (let i = 0; i < 20; ++i) assert.equal((await get(server, files.pem, { agent })).status, 200);
  agent.destroy();
  assert.equal(await handshakes("full"), before + 1);
  for (const version of ["-tls1_2", "-tls1_3"]) {
    const session = join(dir, `session${version}`);
    const first = spawn("openssl", ["s_client", "-connect", server.tls, version, "-sess_out", session, "-ign_eof"], { stdio: ["pipe", "pipe", "ignore"] });
    first.stdin.write("GET /robots.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    let output = "";
    first.stdout.on("data", (bytes) => (output += bytes));
    await new Promise((resume) => first.on("exit", resume));
    assert.match(output, /HTTP\/1\.1 200/);
    const resumed = await handshakes("resumed");
    assert.match(openssl(server, version, "-sess_in", session).stdout, /Reused, TLS/);
    assert.equal(await handshakes("resumed"), resumed + 1);
  }
});

test("curl and OpenSSL's client believe the certificate; nothing older than TLS 1.2 is spoken, and HTTP/1.1 is what is agreed on", () => {
  const curl = spawnSync("curl", ["-sS", "--max-time", "30", "--cacert", files.cert, "--resolve", `stats.example.com:${portOf(server.tls)}:127.0.0.1`, `https://stats.example.com:${portOf(server.tls)}/robots.txt`], { encoding: "utf8" });
  assert.equal(curl.stdout, "User-agent: *\nDisallow: /\n", curl.stderr);
  const client = openssl(server, "-CAfile", files.cert, "-verify_return_error", "-verify_hostname", "stats.example.com", "-alpn", "h2,http/1.1");
  assert.match(client.stdout, /Verification: OK/);
  assert.match(client.stdout, /ALPN protocol: http\/1.1/);
  assert.notEqual(openssl(server, "-tls1_1", "-cipher", "ALL:@SECLEVEL=0").status, 0);
  assert.notEqual(openssl(server, "-alpn", "h2").status, 0);
});

test("who expects another host is not fooled", async () => {
  await assert.rejects(get(server, files.pem, { servername: "other.example.com" }), { code: "ERR_TLS_CERT_ALTNAME_INVALID" });
});

test("the plain port stays as it is, and the one beside HTTPS leads there", async () => {
  assert.equal((await server.get("/robots.txt")).status, 200);
  const port = portOf(server.tls);
  for (const method of ["GET", "POST"]) {
    const { text } = await ask(server.redirect, `${method} /demo?a=%22b&c HTTP/1.1\r\nHost: stats.example.com:8000\r\nContent-Length: 2\r\n\r\n{}`);
    assert.match(text, /^HTTP\/1\.1 308 Permanent Redirect\r\n/);
    assert.ok(text.includes(`\r\nLocation: https://stats.example.com:${port}/demo?a=%22b&c\r\n`), text);
  }
  assert.match((await ask(server.redirect, "GET / HTTP/1.1\r\nHost: a@b/c\r\n\r\n")).text, /^HTTP\/1\.1 400 /);
});

test("a live view counter's WebSocket works over TLS", async () => {
  const own = await start(files, { WS_ALLOWED_ORIGINS: "https://shop.example" });
  const socket = await WebSocketClient.open(own.tls, { tls: { ca: files.pem, servername: "stats.example.com" }, headers: { Origin: "https://shop.example", "User-Agent": chrome } });
  const view = { message: "views", articleId: "x", articleTitle: "X", previousPage: "null", currentPage: "/posts/x", refreshed: false, referrer: "" };
  assert.deepEqual(await socket.ask(view), { articleId: "x", uniqueViews: 1, totalViews: 1 });
  await socket.close();
  await own.destroy();
});

test("plain HTTP, garbage and silence at the port for HTTPS harm nobody, and a handshake has as long as a head", async () => {
  const own = await start(files, { HEADER_TIMEOUT_SEC: "1" });
  assert.match((await ask(own.tls, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", { end: true })).text, /400 Bad Request[^]*this port speaks HTTPS/);
  const silent = await Promise.all(Array.from({ length: 20 }, () => Raw.open(own.tls)));
  const slow = await Promise.all(Array.from({ length: 20 }, () => Raw.open(own.tls)));
  for (const raw of slow) raw.send("\x16\x03\x01\x02\x00\x01");
  const noise = await Promise.all(Array.from({ length: 20 }, () => Raw.open(own.tls)));
  for (const raw of noise) raw.send(Buffer.alloc(4000, 0xa5));
  const drip = setInterval(() => slow.forEach((raw) => raw.send("\x00")), 100);
  assert.equal((await get(own, files.pem)).status, 200);
  for (const raw of [...silent, ...slow, ...noise]) await raw.end();
  clearInterval(drip);
  assert.ok((await own.metric('picolytics_tls_handshakes_total{listener="tls",result="failed"}')) >= 60);
  assert.equal((await get(own, files.pem)).status, 200);
  await own.destroy();
});

test("1,000 idle connections cost memory in kilobytes, and the others are answered", async () => {
  const own = await start(files, { CONNECTIONS_PER_CLIENT: "2000" });
  const resident = () => own.metric("process_resident_memory_bytes");
  for (let i = 0; i < 50; ++i) await get(own, files.pem);
  const before = await resident();
  const sockets = [];
  while (sockets.length < 1000) {
    const some = Array.from({ length: 100 }, () => tls.connect({ host: "127.0.0.1", port: portOf(own.tls), ca: files.pem, servername: "stats.example.com" }));
    await Promise.all(some.map((socket) => new Promise((resume, reject) => socket.once("secureConnect", resume).once("error", reject))));
    for (const socket of some) socket.on("error", () => {});
    sockets.push(...some);
  }
  const grown = (await resident()) - before;
  assert.ok(grown < 1000 * 40 * 1024, `${(grown / 1000 / 1024).toFixed(1)} kB a connection`);
  assert.equal((await get(own, files.pem)).status, 200);
  for (const socket of sockets) socket.destroy();
  await until("them to be gone", async () => (await own.metric('picolytics_http_connections{listener="tls"}')) < 10);
  await own.destroy();
});

test("a new certificate is served at SIGHUP and when the files change; a broken one is not, and is told of", async () => {
  const place = folder();
  let current = makeCertificate(place, { days: 30 });
  const own = await start(current);
  const expires = () => own.metric("picolytics_tls_certificate_expires_timestamp_seconds");
  const first = { fingerprint: await fingerprint(own, current.pem), expires: await expires() };
  assert.ok(Math.abs(first.expires - Date.now() / 1000 - 30 * 86400) < 3600);
  await until("it to be ready", async () => (await own.request("GET", "/ready", { admin: true })).text === "OK");

  current = makeCertificate(place, { days: 60 });
  own.process.kill("SIGHUP");
  await until("the new certificate", async () => (await fingerprint(own, current.pem)) !== first.fingerprint);
  assert.ok((await expires()) > first.expires);

  const kept = current.pem;
  writeFileSync(current.key, "nonsense");
  const warning = await until("a warning", async () => { const told = await warnings(own); return told.tls && told; });
  assert.match(warning.tls, /earlier certificate stays in use/);
  assert.equal(warning.status, 200);
  assert.equal((await get(own, kept)).status, 200);
  assert.match(own.stderr, /certificate in use stays/);

  current = makeCertificate(place, { days: 90 });
  await until("the change to be seen", async () => (await get(own, current.pem).catch(() => undefined))?.status === 200);
  await until("no warning", async () => (await warnings(own)).tls === "");
});

test("a certificate that has run out is served and warned of", async () => {
  const place = folder();
  const old = makeCertificate(place, { days: 30, daysAgo: 60 });
  const own = await start(old);
  assert.match((await warnings(own)).tls, /run out/);
  await assert.rejects(get(own, old.pem), { code: "CERT_HAS_EXPIRED" });
});

test("files that are no certificate end the start with a sentence that names them", () => {
  const place = folder();
  const pair = makeCertificate(place);
  writeFileSync(pair.key, "nonsense");
  const ended = run(["serve"], { DATA_DIR: join(place, "data"), LISTEN_ADDR: "127.0.0.1:0", ADMIN_LISTEN: "off", ...withTls(pair) });
  assert.equal(ended.status, 1);
  assert.match(ended.stderr, /tlsCertFile and tlsKeyFile: the key is no unencrypted PEM private key/);
  assert.ok(!ended.stderr.includes("nonsense"));
});
