// Requests that no browser sends: each gets a clear answer, costs little, and changes nothing for the others.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Server, chrome, until } from "../support/picolytics.mjs";
import { Raw, ask } from "../support/raw.mjs";

let server;
before(async () => (server = await Server.start({ IP_EXTRACTOR: "xff", MAX_AUTO_SITES: "50", MAX_AUTO_SITES_PER_HOUR: "50" })));
after(() => server.destroy());

const post = (body, headers = "") => `POST /p HTTP/1.1\r\nHost: x\r\nUser-Agent: ${chrome}\r\n${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
const load = (url) => JSON.stringify({ n: "load", l: url });
const smuggled = "GET /pico.js HTTP/1.1\r\nHost: x\r\n\r\n";

test("what another server might cut elsewhere is refused, and nothing behind it is answered", async () => {
  const head = "POST /p HTTP/1.1\r\nHost: x\r\n";
  const patterns = {
    "length and chunks": `${head}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    "chunks and length": `${head}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n`,
    "two lengths": `${head}Content-Length: 0\r\nContent-Length: 5\r\n\r\n`,
    "a list of lengths": `${head}Content-Length: 0, 5\r\n\r\n`,
    "a signed length": `${head}Content-Length: +0\r\n\r\n`,
    "a negative length": `${head}Content-Length: -1\r\n\r\n`,
    "a length in hexadecimal": `${head}Content-Length: 0x0\r\n\r\n`,
    "a length with a space in it": `${head}Content-Length: 0 0\r\n\r\n`,
    "a length that overflows": `${head}Content-Length: 18446744073709551616\r\n\r\n`,
    "an empty length": `${head}Content-Length:\r\n\r\n`,
    "two encodings": `${head}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
    "chunked twice": `${head}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    "chunked, identity": `${head}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`,
    "identity": `${head}Transfer-Encoding: identity\r\n\r\n`,
    "a quoted encoding": `${head}Transfer-Encoding: "chunked"\r\n\r\n0\r\n\r\n`,
    "a vertical tab": `${head}Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n`,
    "a NUL": `${head}Transfer-Encoding: chunked\0\r\n\r\n0\r\n\r\n`,
    "a space before the colon": `${head}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`,
    "a space before the name": `${head}X: y\r\n Transfer-Encoding: chunked\r\nContent-Length: 1000000\r\n\r\n`,
    "an encoding in HTTP/1.0": "POST /p HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a chunk size with a sign": `${head}Transfer-Encoding: chunked\r\n\r\n+0\r\n\r\n`,
    "a chunk size in 0x": `${head}Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n`,
    "a chunk size that overflows": `${head}Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\n\r\n`,
    "a chunk without an end": `${head}Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n`,
    "a line feed in a chunk's extension": `${head}Transfer-Encoding: chunked\r\n\r\n1;a="\n5\n"\r\na\r\n0\r\n\r\n`,
    "a carriage return in a chunk's extension": `${head}Transfer-Encoding: chunked\r\n\r\n1;a="\r5"\r\na\r\n0\r\n\r\n`,
    "a trailer": `${head}Transfer-Encoding: chunked\r\n\r\n0\r\nX-Forwarded-For: 6.6.6.6\r\n\r\n`,
    "no host": "GET / HTTP/1.1\r\n\r\n",
    "two hosts": "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "bare line feeds": "GET / HTTP/1.1\nHost: x\n\n",
    "a bare carriage return": "GET / HTTP/1.1\r\nHost: x\rX: y\r\n\r\n",
    "a tab in the request line": "GET\t/ HTTP/1.1\r\nHost: x\r\n\r\n",
    "HTTP/2's preface": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
  };
  for (const [name, bytes] of Object.entries(patterns)) {
    const answer = await ask(server.listen, bytes + smuggled, { end: true });
    assert.equal(answer.statuses.length, 1, `${name}: ${answer.text}`);
    assert.ok(answer.statuses[0] === 400 || answer.statuses[0] === 413, `${name}: ${answer.text}`);
    assert.match(answer.text, /Connection: close/, name);
  }
});

test("a thousand pipelined requests are answered in order", async () => {
  const raw = await Raw.open(server.listen);
  for (let i = 0; i < 500; ++i) raw.send(post(load(`https://pipeline.example/${i}`)) + "GET /none HTTP/1.1\r\nHost: x\r\n\r\n");
  await raw.answers(1000);
  assert.deepEqual(raw.statuses, Array.from({ length: 1000 }, (_, i) => (i % 2 === 0 ? 202 : 404)));
  raw.destroy();
  await server.untilSql("select count(*) from reporting.events where domain_id = (select domain_id from reporting.domains where domain_name = 'pipeline.example')", [], (n) => Number(n) === 500);
});

test("a chunked body counts like any other, in chunks of one byte too, and has the same limit", async () => {
  const body = load("https://chunks.example/one");
  const raw = await Raw.open(server.listen);
  raw.send(`POST /p HTTP/1.1\r\nHost: x\r\nUser-Agent: ${chrome}\r\nTransfer-Encoding: chunked\r\n\r\n`);
  for (const c of body) raw.send(`1;extension=ignored\r\n${c}\r\n`);
  raw.send("0\r\n\r\n");
  await raw.answers(1);
  assert.deepEqual(raw.statuses, [202]);
  raw.destroy();
  const endless = await Raw.open(server.listen);
  endless.send("POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (let i = 0; i < 5000 && !endless.closed; ++i) endless.send("1\r\nx\r\n");
  await endless.end();
  assert.deepEqual(endless.statuses, [400]); // as the original answers a body that is too large
  const extended = await ask(server.listen, `POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;${"x".repeat(200_000)}`, { end: true });
  assert.deepEqual(extended.statuses, [400]);
});

test("heads are limited in all, however they are made up", async () => {
  for (const head of [`X: ${"y".repeat(40_000)}\r\n`, "X: y\r\n".repeat(5000), `${"X".repeat(40_000)}: y\r\n`, "Cookie: a=b\r\n".repeat(3000)]) {
    const answer = await ask(server.listen, `GET / HTTP/1.1\r\nHost: x\r\n${head}\r\n`, { end: true });
    assert.deepEqual(answer.statuses, [431], head.slice(0, 20));
  }
  assert.deepEqual((await ask(server.listen, `GET /${"x".repeat(40_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, { end: true })).statuses, [431]);
  const repeated = await ask(server.listen, `GET / HTTP/1.1\r\nHost: x\r\n${"X-Repeated: y\r\n".repeat(900)}\r\n`);
  assert.deepEqual(repeated.statuses, [200]);
});

test("no text of a client is refused by Postgres: a hundred of those would halt the writer", async () => {
  const nasty = ["\0", "\u0001", "\u{10ffff}", "%00", "%ff", "%ed%a0%80", "\\u0000", "\u202e", "x".repeat(300), "'; drop table pico.events; --"];
  let sent = 0;
  const send = async (event, headers = {}) => {
    const body = JSON.stringify({ n: "load", l: "https://nasty.example/", ...event }).replace(/\\\\u0000/g, "\\u0000");
    const answer = await server.event(body, { "User-Agent": `${chrome} ${++sent}`, "X-Forwarded-For": `203.0.113.${sent % 250}`, ...headers });
    assert.equal(answer.status, 202, body);
  };
  for (const text of nasty) {
    for (const place of [`path/${text}`, `?utm_source=${text}`, `?utm_campaign=a${text}&gclid=${text}`, `?ref=${text}#${text}`]) await send({ l: `https://nasty.example/${place}` });
    for (const field of ["r", "tz", "utm_source", "utm_medium", "utm_term"]) await send({ [field]: text });
    await send({ r: `https://referrer.example/${text}?${text}` });
    await send({ n: `custom${text}`, p: { [`key${text}`]: text, number: 1e308, small: -1e-308, deep: { text }, flag: true } });
    await send({ n: text, p: {} });
  }
  for (const number of [2147483647, -2147483648]) await send({ lt: number, fb: number, sw: number, sh: number, pd: number, pr: number });
  await send({ pr: 1e308 });
  for (const bytes of ["l=https%3A%2F%2Fnasty.example%2F%3Futm_source%3D%FF%00", "l=https%3A%2F%2Fnasty.example%2F%FF&r=%00&tz=%FF"])
    assert.equal((await server.get(`/pixel.gif?${bytes}`, { "User-Agent": `${chrome} pixel` })).status, 200);
  const latin = await ask(server.listen, post(load("https://nasty.example/latin")).replace("User-Agent: ", "Accept-Language: \xff\xfe\r\nReferer: \xff\r\nUser-Agent: \xe4\xff"));
  assert.deepEqual(latin.statuses, [202]);
  await server.untilSql("select count(*) from reporting.events where path = '/latin'");
  assert.deepEqual(await server.sql("select sqlstate, convert_from(payload, 'SQL_ASCII') from pico.dead_letters"), []);
  assert.equal((await server.request("GET", "/ready", { admin: true })).status, 200);
});

test("a hostile Host header makes the demo page's query fail for nobody else", async () => {
  for (const host of ["\xff", "a\xc3", "x'--", "[", "a".repeat(5000)]) {
    const answer = await ask(server.listen, `GET /demo/events HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    assert.ok([200, 400, 503].includes(answer.statuses[0]), answer.text);
  }
  assert.equal((await server.get("/demo/events", { Host: "nasty.example" })).status, 200);
  await until("ready", async () => (await server.request("GET", "/ready", { admin: true })).status === 200);
});

test("no answer carries a client's text as markup or as a header of its own", async () => {
  const script = "<script>alert(1)</script>";
  await server.event(JSON.stringify({ n: "load", l: `https://markup.example/${script}` }));
  const targets = [`/${script}`, `/demo/${script}`, `/demo?x=${script}`, `/p?${script}`, `/pico.js?${script}`, `/pixel.gif?l=${script}`, "/demo/events"];
  for (const admin of [false, true]) {
    for (const target of admin ? [`/${script}`, `/ready?${script}`, `/metrics?${script}`] : targets) {
      for (const method of ["GET", "POST", "OPTIONS", "DELETE"]) {
        const address = admin ? server.admin : server.listen;
        const request = `${method} ${target} HTTP/1.1\r\nHost: markup.example\r\nOrigin: https://${script}\r\nUser-Agent: ${script}\r\nX-Forwarded-For: ${script}\r\nContent-Length: 0\r\n`;
        const { text } = await ask(address, `${request}Access-Control-Request-Headers: ${script}\r\n\r\n`);
        const [head, ...body] = text.split("\r\n\r\n");
        if (/Content-Type: (?!application\/json|application\/javascript|text\/plain|image\/gif)/.test(head)) assert.ok(!body.join("").includes("alert(1)"), `${method} ${target}: ${text}`);
        for (const line of head.split("\r\n")) if (line.includes("alert(1)")) assert.match(line, /^Access-Control-Allow-Headers: /);
      }
    }
  }
  const folded = await ask(server.listen, `OPTIONS /p HTTP/1.1\r\nHost: x\r\nAccess-Control-Request-Headers: a\r\n\tSet-Cookie: b\r\n\r\n`);
  assert.doesNotMatch(folded.text, /^Set-Cookie/m);
});
