// Certificates by ACME, from Let's Encrypt's own test authority, which refuses one of twenty good nonces.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdtempSync, rmSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Authority, freePorts } from "../support/acme.mjs";
import { Server, run, until } from "../support/picolytics.mjs";
import { Cluster } from "../support/postgres.mjs";
import { ask } from "../support/raw.mjs";

const cluster = await Cluster.start(); // of all servers: instances of one installation
const [httpPort] = await freePorts(1);
const authority = await Authority.start({ httpPort });
const started = [];
const folders = [];
after(async () => {
  await Promise.all(started.map((one) => (one.destroy ?? one.stop).call(one)));
  await authority.stop();
  await cluster.destroy();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** redirect: where plain HTTP is served; the authority asks at httpPort. */
async function start(env, redirect = "127.0.0.1:0") {
  const server = new Server(mkdtempSync(join(tmpdir(), "pico-test-")), { ...cluster.env, TLS_LISTEN: "127.0.0.1:0", ...env, TLS_REDIRECT_LISTEN: redirect });
  chmodSync(server.dir, 0o755);
  server.database = cluster.database;
  started.push(server);
  await server.launch();
  return server;
}
/** The authority's file, where servers find it after the authority has gone. */
function kept(env) {
  const folder = mkdtempSync(join(tmpdir(), "pico-ca-"));
  chmodSync(folder, 0o755);
  folders.push(folder);
  cpSync(env.AUTOTLS_CA_FILE, join(folder, "ca.pem"));
  return { ...env, AUTOTLS_CA_FILE: join(folder, "ca.pem") };
}

const portOf = (address) => Number(address.split(":").pop());
function get(server, host, ca = authority.root, path = "/robots.txt") {
  return new Promise((resume, reject) => {
    const request = https.request({ host: "127.0.0.1", port: portOf(server.tls), path, ca, servername: host, agent: false, headers: { Host: host } }, (response) => {
      const certificate = response.socket.getPeerCertificate();
      response.resume();
      response.on("end", () => resume({ status: response.statusCode, fingerprint: certificate.fingerprint256 }));
    });
    request.on("error", reject);
    request.end();
  });
}
const served = (server, host, ca) => until(`a certificate for ${host}`, () => get(server, host, ca), 30_000).catch((error) => {
  throw new Error(`${error.message}: ${server.stderr.slice(-1000)}`);
});
async function warning(server) {
  const { status, text } = await server.request("GET", "/ready", { admin: true });
  return status === 200 && text !== "OK" ? JSON.parse(text).warnings.tls : "";
}
const warned = (server, what) => until(`a warning like ${what}`, async () => what.test(await warning(server)));

test("the first certificate is got, served, believed by curl, and kept; nothing secret is logged", async () => {
  const server = await start(authority.env("stats.example.com"), `127.0.0.1:${httpPort}`);
  assert.equal((await server.get("/robots.txt")).status, 200, "plain HTTP does not wait for it");
  assert.equal((await served(server, "stats.example.com")).status, 200);
  await until("it to be ready without a warning", async () => (await server.request("GET", "/ready", { admin: true })).text === "OK");
  assert.equal(authority.issued, 1);
  const root = join(server.dir, "root.pem");
  spawnSync("tee", [root], { input: authority.root });
  const curl = spawnSync("curl", ["-sS", "--max-time", "30", "--cacert", root, "--resolve", `stats.example.com:${portOf(server.tls)}:127.0.0.1`, `https://stats.example.com:${portOf(server.tls)}/robots.txt`], { encoding: "utf8" });
  assert.match(curl.stdout, /Disallow/, curl.stderr);
  assert.equal(await server.metric('picolytics_acme_orders_total{result="issued"}'), 1);
  const left = (await server.metric("picolytics_tls_certificate_expires_timestamp_seconds")) - Date.now() / 1000;
  assert.ok(left > 80 * 86400 && left < 91 * 86400, `${left}`);
  const [stored] = await cluster.sql("select chain, private_key from pico.tls_certificates where host = 'stats.example.com'");
  assert.match(stored.chain, /BEGIN CERTIFICATE/);
  assert.deepEqual(await cluster.sql("select 1 from pico.acme_challenges"), [], "the challenge's answer was withdrawn");
  for (const secret of stored.private_key.split("\n").filter((line) => line.length > 20)) assert.ok(!server.stderr.includes(secret));
  assert.ok(!/PRIVATE KEY|Error|error/.test(server.stderr), server.stderr);
});

test("plain HTTP leads to the host of the certificate, whatever host was asked for", async () => {
  const server = started[0];
  const { text } = await ask(server.redirect, "GET /demo?x=1 HTTP/1.1\r\nHost: other.example\r\n\r\n");
  assert.ok(text.includes(`\r\nLocation: https://stats.example.com:${portOf(server.tls)}/demo?x=1\r\n`), text);
  for (const path of ["/.well-known/acme-challenge/unknown", "/.well-known/acme-challenge/../../x", `/.well-known/acme-challenge/${"a".repeat(1000)}`])
    assert.match((await ask(server.redirect, `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`)).text, /^HTTP\/1\.1 404 /, path);
});

test("a restart and a second instance serve the stored certificate and order none", async () => {
  const [first] = started;
  const { fingerprint } = await get(first, "stats.example.com");
  await first.signal("SIGTERM");
  const again = await start(first.env); // at another port: a challenge would fail
  assert.equal((await served(again, "stats.example.com")).fingerprint, fingerprint);
  const second = await start(first.env);
  assert.equal((await served(second, "stats.example.com")).fingerprint, fingerprint);
  assert.equal(authority.issued, 1);
  assert.ok(!/asking/.test(again.stderr + second.stderr));
  await Promise.all([again.destroy(), second.destroy()]);
});

test("of two instances that start at once one orders, and the authority may ask the other", async () => {
  const issued = authority.issued;
  const [asked, other] = await Promise.all([start(authority.env("both.example.com"), `127.0.0.1:${httpPort}`), start(authority.env("both.example.com"))]);
  const certificates = await Promise.all([asked, other].map((server) => served(server, "both.example.com")));
  assert.equal(certificates[0].fingerprint, certificates[1].fingerprint);
  assert.equal(authority.issued, issued + 1);
  // And for sure: this one's challenges are all answered by `asked`, an instance for another host.
  const third = await start(authority.env("third.example.com"));
  assert.equal((await served(third, "third.example.com")).status, 200);
  await Promise.all([asked, other, third].map((server) => server.destroy()));
});

test("a certificate is renewed with a third of its life left, and connections see the new one", async () => {
  const brief = await Authority.start({ httpPort, validity: 15 });
  started.push(brief);
  const server = await start(brief.env("brief.example.com"), `127.0.0.1:${httpPort}`);
  const first = await served(server, "brief.example.com", brief.root);
  const next = await until("a new certificate", async () => {
    const now = await get(server, "brief.example.com", brief.root);
    return now.fingerprint !== first.fingerprint && now;
  }, 60_000);
  assert.equal(next.status, 200);
  assert.ok((await server.metric('picolytics_acme_orders_total{result="issued"}')) >= 2);
  await server.destroy();
});

test("without an authority plain HTTP works, /ready warns, and a later attempt succeeds", async () => {
  const [port] = await freePorts(1);
  const env = kept(authority.env("away.example.com"));
  const server = await start({ ...env, AUTOTLS_DIRECTORY: `https://localhost:${port}/dir` }, `127.0.0.1:${httpPort}`);
  assert.equal((await server.get("/robots.txt")).status, 200);
  await assert.rejects(get(server, "away.example.com"));
  await warned(server, /there is no certificate for away\.example\.com/);
  await until("failures to be counted", async () => (await server.metric("picolytics_acme_failures")) >= 1);
  await warned(server, /cannot connect to localhost/);
  assert.match(server.stderr, /no certificate for away\.example\.com \(1\. attempt\)/);
  const late = await Authority.start({ httpPort, port });
  started.push(late);
  cpSync(late.files.cert, env.AUTOTLS_CA_FILE);
  server.process.kill("SIGHUP"); // or within seconds by itself
  assert.equal((await served(server, "away.example.com", late.root)).status, 200);
  await until("no warning", async () => (await warning(server)) === "");
  assert.equal(await server.metric("picolytics_acme_failures"), 0);
  await server.destroy();
});

test("a directory whose own certificate nobody vouches for is not believed", async () => {
  const env = authority.env("doubt.example.com");
  delete env.AUTOTLS_CA_FILE;
  const server = await start(env, `127.0.0.1:${httpPort}`);
  await until("a failure", async () => (await server.metric("picolytics_acme_failures")) >= 1);
  await warned(server, /cannot speak TLS with localhost: (self.signed certificate|unable to get local issuer)/);
  await server.destroy();
});

test("a host that leads elsewhere is a refusal: it is told of, not tried again at once nor after a restart, but at SIGHUP", async () => {
  await authority.lead("wrong.example.com", "127.0.0.2");
  const server = await start(authority.env("wrong.example.com"), `127.0.0.1:${httpPort}`);
  await until("a failure", async () => (await server.metric("picolytics_acme_failures")) === 1, 60_000);
  await warned(server, /could not confirm the host name/);
  assert.equal((await server.get("/robots.txt")).status, 200);
  const [stored] = await cluster.sql("select failures, last_failure, next_attempt > now() + interval '3 minutes' as later from pico.tls_certificates where host = 'wrong.example.com'");
  assert.equal(stored.failures, 1);
  assert.ok(stored.later);
  assert.match(stored.last_failure, /^the authority refused \(\w+\)$/, "nothing that could hold an address is stored");
  await server.signal("SIGTERM");
  await server.launch();
  await warned(server, /the authority refused/);
  assert.equal(await server.metric('picolytics_acme_orders_total{result="failed"}'), 0);
  await authority.lead("wrong.example.com");
  server.process.kill("SIGHUP");
  assert.equal((await served(server, "wrong.example.com")).status, 200);
  await server.destroy();
});

test("a session that is lost while the authority asks ends the attempt before a certificate is made, and the next one gets it", async () => {
  let begun, cut;
  // Where the authority asks: the first question ends the session that has the right to order.
  const between = http.createServer(async (request, response) => {
    const server = await begun;
    cut ??= cluster.sql(`select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and objsubid = 1
      and (classid::bigint << 32) | objid::bigint = hashtextextended('picolytics acme cut.example.com', 0)`);
    await cut; // by all who ask at the same time
    const answer = await fetch(`http://${server.redirect}${request.url}`);
    response.writeHead(answer.status).end(await answer.text());
  });
  await new Promise((resume) => between.listen(httpPort, "127.0.0.1", resume));
  const issued = authority.issued;
  begun = start(authority.env("cut.example.com"));
  const server = await begun;
  try {
    assert.equal((await served(server, "cut.example.com")).status, 200);
  } finally {
    between.close();
  }
  assert.equal((await cut).length, 1);
  assert.match(server.stderr, /the session with Postgres that had the right to order is lost/);
  assert.equal(authority.issued, issued + 1);
  await server.destroy();
});

test("a missing host and a second source of certificates end the start", () => {
  const ended = run(["config", "check"], { AUTOTLS_ENABLED: "true" });
  assert.equal(ended.status, 1);
  assert.match(ended.stderr, /autotlsHost \(AUTOTLS_HOST\): autotlsEnabled is set, so this must be set too/);
});
