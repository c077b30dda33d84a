// Recorded conversations with a foreign protocol: files of requests and the answers they must get, in the order in which they are sent.
//
//   # What this shows, as a sentence; it names the test.
//   POST /page-views/single
//   Content-Type: application/json
//
//   {"page": "/home"}
//
//   HTTP 400
//   Content-Type: application/json; charset=utf-8
//
//   {"statusCode": 400, …}
//
// Exchanges are separated by a line of equals signs. Of the answer's headers only those that are written down are compared; a JSON body is
// compared as JSON, and one of the form /…/ as a pattern. A header `(absent)` must not be there. `@repeat N TEXT` stands for a body of TEXT N times.
import { once } from "node:events";
import http from "node:http";
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

function parsePart(text) {
  const [head, ...rest] = text.split(/\r?\n\r?\n/);
  const [first, ...lines] = head.split(/\r?\n/);
  const headers = Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]));
  let body = rest.join("\n\n").trim();
  const repeat = body.match(/^@repeat (\d+) (.+)$/);
  if (repeat) body = repeat[2].repeat(Number(repeat[1]));
  return { first, headers, body };
}

/** The exchanges of a file. */
export function parseExchanges(text) {
  return text.split(/^=+$/m).map((part) => {
    const comments = part.trim().match(/^(#.*\n)+/)?.[0] ?? "";
    const [request, answer] = part.trim().slice(comments.length).split(/^(?=HTTP \d+$)/m);
    if (answer === undefined) throw new Error(`no answer in:\n${part}`);
    const { first, headers, body } = parsePart(request.trim());
    const [method, target] = first.split(" ");
    const expected = parsePart(answer.trim());
    return {
      title: comments.replace(/^# ?/gm, "").trim().replaceAll("\n", " "),
      request: { method, target, headers, body: body === "" && !("content-length" in headers) ? undefined : body },
      answer: { status: Number(expected.first.split(" ")[1]), headers: expected.headers, body: expected.body },
    };
  });
}

export function assertAnswer(actual, expected) {
  assert.equal(actual.status, expected.status, actual.text);
  for (const [name, value] of Object.entries(expected.headers)) assert.equal(actual.headers[name], value === "(absent)" ? undefined : value, `header ${name}`);
  if (expected.body.length > 2 && expected.body.startsWith("/") && expected.body.endsWith("/")) assert.match(actual.text, new RegExp(expected.body.slice(1, -1)));
  else if (/json/.test(actual.headers["content-type"] ?? "")) assert.deepEqual(JSON.parse(actual.text), JSON.parse(expected.body));
  else assert.equal(actual.text.trim(), expected.body);
}

/** Makes a test of every exchange of every file in the folder. send(request) returns { status, headers, text }. */
export function contractTests(folder, send) {
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".http")).sort())
    for (const { title, request, answer } of parseExchanges(readFileSync(join(folder, file), "utf8")))
      test(`${file}: ${title || `${request.method} ${request.target}`}`, async () => assertAnswer(await send(request), answer));
}

/** A request to any of a server's listeners. The body is a text, or pieces that are sent as the server takes them. */
export function send(address, { method = "GET", target, headers = {}, body }) {
  const [host, port] = address.split(":");
  const length = typeof body === "string" ? { "Content-Length": Buffer.byteLength(body) } : {};
  return new Promise((resume, reject) => {
    const request = http.request({ host, port, method, path: target, headers: { ...length, ...headers } }, (response) => {
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.on("end", () => resume({ status: response.statusCode, headers: response.headers, text: Buffer.concat(parts).toString() }));
      response.on("error", reject);
    });
    request.on("error", reject);
    if (typeof body === "string" || body === undefined) return request.end(body);
    (async () => {
      for await (const piece of body) if (!request.write(piece) && !request.destroyed) await once(request, "drain").catch(() => {});
      request.end();
    })();
  });
}
