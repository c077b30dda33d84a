// The rules of the source tree that a reader relies on, checked by reading the sources.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const sources = (dir) =>
  readdirSync(dir).flatMap((name) => {
    const path = join(dir, name);
    return statSync(path).isDirectory() ? sources(path) : /\.(cpp|hpp)$/.test(name) ? [path] : [];
  });

const files = [...sources("src"), ...sources("include/pico")];
const moduleOf = (path) => path.match(/^(?:src|include\/pico)\/([^/]+)\//)?.[1];
const allowed = new Map(
  readFileSync("tests/tidy/layers.txt", "utf8").split("\n").filter((line) => line && !line.startsWith("#"))
    .map((line) => line.split(":")).map(([name, list]) => [name, new Set(list.trim().split(/\s+/).filter(Boolean))]),
);

test("includes go downward only", () => {
  const wrong = [];
  for (const file of files) {
    const module = moduleOf(file);
    if (!module) continue; // main.cpp
    assert.ok(allowed.has(module), `${file}: module ${module} is missing in layers.txt`);
    for (const [, included] of readFileSync(file, "utf8").matchAll(/#include [<"]pico\/([^/]+)\//g))
      if (included !== module && !allowed.get(module).has(included)) wrong.push(`${file} includes pico/${included}`);
  }
  assert.deepEqual(wrong, []);
});

test("only storage sees the Postgres client, only http and tls see Asio and Beast, only tls sees OpenSSL", () => {
  const wrong = [];
  for (const file of files) {
    const text = readFileSync(file, "utf8");
    if (moduleOf(file) !== "storage" && /#include <(pqxx|libpq)/.test(text)) wrong.push(`${file}: Postgres client`);
    if (!["http", "tls"].includes(moduleOf(file)) && /#include <boost\/(asio|beast)/.test(text)) wrong.push(`${file}: Asio or Beast`);
    if (moduleOf(file) !== "tls" && /#include <(openssl|boost\/asio\/ssl)/.test(text)) wrong.push(`${file}: OpenSSL`);
  }
  assert.deepEqual(wrong, []);
});

test("no capturing lambda stands in one statement with co_await", () => {
  const wrong = [];
  for (const file of files)
    for (const statement of readFileSync(file, "utf8").split(";"))
      if (/co_await[^;]*\[(?:[=&]|[a-z_]\w*)[^\]]*\]\s*[({]/.test(statement.replace(/\w+\[[^\]]*\]/g, ""))) wrong.push(`${file}: ${statement.trim().slice(0, 80)}`);
  assert.deepEqual(wrong, []);
});

test("no source file is longer than 400 lines, none holds a TODO", () => {
  const wrong = [];
  for (const file of files) {
    const text = readFileSync(file, "utf8");
    if (text.split("\n").length > 400) wrong.push(`${file}: ${text.split("\n").length} lines`);
    if (/\b(TODO|FIXME|XXX|HACK)\b/.test(text)) wrong.push(`${file}: TODO`);
  }
  assert.deepEqual(wrong, []);
});
