// The description of the API at /api/openapi.json is true: its examples are sent to the real server and the answers checked by its schemas.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { schemaFaults } from "../support/json_schema.mjs";
import { Server, chrome } from "../support/picolytics.mjs";
import { keyOf } from "../support/stats_api.mjs";

let server, key, spec;
before(async () => {
  server = await Server.start({ API_REQUESTS_PER_HOUR: "0" });
  key = keyOf(server, "--scope", "read");
  await server.event({ n: "load", l: "https://example.com/blog/one" });
  await server.untilSql("select count(*) from pico.events");
  spec = JSON.parse((await server.get("/api/openapi.json")).text);
});
after(() => server.destroy());

const operations = () => Object.entries(spec.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })));
const responseOf = (operation, status) => {
  const response = operation.responses[status];
  return response?.$ref ? spec.components.responses[response.$ref.split("/").pop()] : response;
};
/** Every request that the examples of an operation stand for. */
const requestsOf = ({ path, method, operation }) => {
  const given = (operation.parameters ?? []).filter((one) => one.example !== undefined);
  const parameters = given.filter((one) => one.in === "query").map((one) => [one.name, one.example]);
  for (const { name, example } of given.filter((one) => one.in === "path")) path = path.replace(`{${name}}`, example);
  const query = parameters.length > 0 ? `?${new URLSearchParams(parameters)}` : "";
  const headers = { "User-Agent": chrome, "Content-Type": "application/json", ...(operation.security?.length === 0 ? {} : { Authorization: `Bearer ${key}` }) };
  const bodies = Object.values(operation.requestBody?.content["application/json"].examples ?? { none: {} }).map((one) => one.value);
  return bodies.map((body) => ({ method, path: path + query, headers, body: body && JSON.stringify(body) }));
};

test("it is served as JSON, also compressed", async () => {
  const answer = await server.get("/api/openapi.json", { "Accept-Encoding": "gzip" });
  assert.deepEqual([answer.status, answer.headers["content-type"], answer.headers["content-encoding"]], [200, "application/json", "gzip"]);
});

test("every route below /api is in it, with its method", () => {
  const sources = (dir) => readdirSync(dir, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? sources(join(dir, entry.name)) : [readFileSync(join(dir, entry.name), "utf8")]));
  const routes = sources("src/api").flatMap((text) => [...text.matchAll(/\.add\(http::Method::(\w+), "(\/api\/[^"]*)"/g)].map(([, method, path]) => `${{ del: "DELETE" }[method] ?? method.toUpperCase()} ${path}`));
  assert.ok(routes.length >= 5, "routes are found");
  const described = operations().map(({ method, path }) => `${method} ${path}`);
  assert.deepEqual(routes.filter((route) => !described.includes(route)), []);
});

test("every example is answered as it says", async () => {
  let sent = 0;
  for (const one of operations())
    for (const { method, path, headers, body } of requestsOf(one)) {
      const answer = await server.request(method, path, { headers, body });
      const described = responseOf(one.operation, answer.status);
      assert.ok(answer.status < 300 && described, `${method} ${path} ${body}: ${answer.status} ${answer.text}`);
      ++sent;
      if (described.content === undefined) {
        assert.equal(answer.text, "", path);
        continue;
      }
      const content = Object.entries(described.content).find(([type]) => answer.headers["content-type"].startsWith(type));
      assert.ok(content, `${path}: ${answer.headers["content-type"]}`);
      if (content[0] === "application/json") assert.deepEqual(schemaFaults(JSON.parse(answer.text), content[1].schema, spec), [], `${path} ${body}`);
    }
  assert.ok(sent >= 10);
});

test("every example fits its own schema", () => {
  for (const { path, operation } of operations()) {
    for (const [status] of Object.entries(operation.responses))
      for (const { schema, example } of Object.values(responseOf(operation, status).content ?? {}))
        if (example !== undefined) assert.deepEqual(schemaFaults(example, schema, spec), [], `${path} ${status}`);
    const request = operation.requestBody?.content["application/json"];
    for (const { value } of Object.values(request?.examples ?? {})) assert.deepEqual(schemaFaults(value, request.schema, spec), [], path);
    for (const { name, schema, example } of operation.parameters ?? []) if (example !== undefined) assert.deepEqual(schemaFaults(example, schema, spec), [], `${path} ${name}`);
  }
});

test("refusals have the shape that it describes", async () => {
  const question = { site_id: "example.com", metrics: ["visitors"], date_range: "day" };
  const query = spec.paths["/api/v2/query"].post;
  for (const [status, body, token] of [[400, { ...question, metrics: ["baa"] }, key], [401, question, `pico_${"0".repeat(64)}`], [413, { ...question, site_id: "x".repeat(70_000) }, key]]) {
    const answer = await server.request("POST", "/api/v2/query", { headers: { Authorization: `Bearer ${token}` }, body: JSON.stringify(body) });
    assert.equal(answer.status, status);
    assert.deepEqual(schemaFaults(JSON.parse(answer.text), responseOf(query, status).content["application/json"].schema, spec), []);
  }
});

test("it knows every metric and dimension that docs/stats.md defines, and no other", () => {
  const text = readFileSync("docs/stats.md", "utf8");
  const section = (title) => text.split(`## ${title}`)[1].split("\n## ")[0];
  const rows = (title) => section(title).split("\n").filter((line) => line.startsWith("| `")).map((line) => line.split("|")[1]);
  const metrics = rows("Metrics").flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name));
  assert.deepEqual([...spec.components.schemas.Metric.enum].sort(), metrics.sort());
  const pattern = new RegExp(spec.components.schemas.Dimension.pattern);
  const dimensions = rows("Dimensions").flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => (name.includes(":") ? name : `visit:${name}`)));
  assert.ok(dimensions.length > 20);
  for (const name of [...dimensions, "time", "time:hour", "time:day", "time:week", "time:month"]) assert.match(name, pattern);
});

test("the commands of docs/api.md work as they are printed", () => {
  const blocks = [...readFileSync("docs/api.md", "utf8").matchAll(/^```sh\n(.*?)^```/gms)].map(([, text]) => text.replaceAll("http://localhost:8080", `http://${server.listen}`));
  assert.ok(blocks.length >= 5);
  for (const block of blocks) {
    const done = spawnSync("bash", ["-ec", `curl() { command curl -sS --fail-with-body "$@"; }\n${block}`], { encoding: "utf8", env: { PATH: process.env.PATH, KEY: key } });
    assert.equal(done.status, 0, `${block}\n${done.stdout}${done.stderr}`);
    assert.doesNotMatch(done.stdout, /"error"/);
  }
});
