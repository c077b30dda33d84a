// What docs/reliability.md and docs/security.md point to is there: each test, each metric, each source file.
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const files = (dir) => readdirSync(dir).flatMap((name) => (statSync(join(dir, name)).isDirectory() ? files(join(dir, name)) : [join(dir, name)]));
const tests = files("tests").filter((path) => /\.(cpp|hpp|mjs)$/.test(path));
const text = (paths) => paths.map((path) => readFileSync(path, "utf8")).join("\n");
const unitTests = [...text(tests.filter((path) => path.endsWith(".cpp"))).matchAll(/^(?:TEST|TEST_F|TEST_P)\((\w+),\s*(\w+)\)/gm)].map(([, suite, name]) => `${suite}.${name}`);
const suites = new Set(unitTests.map((name) => name.split(".")[0]));
const source = text(files("src").filter((path) => /\.[ch]pp$/.test(path)));
const documents = ["docs/reliability.md", "docs/security.md"];

/** Texts in backquotes, each with its line. */
function quoted(document) {
  return readFileSync(document, "utf8").split("\n").flatMap((line, i) => [...line.matchAll(/`([^`]+)`/g)].map(([, word]) => ({ word, place: `${document}:${i + 1}: ${word}` })));
}
const missing = (pattern, exists) => documents.flatMap(quoted).filter(({ word }) => pattern.test(word) && !exists(word)).map(({ place }) => place);
/** `…` and `*` stand for any ending. */
const matches = (word, names) => names.some((name) => new RegExp(`^${word.replace(/[.]/g, "\\.").replace(/…|\*/g, ".*")}$`).test(name));

test("the unit tests that the documents name exist", () => {
  assert.deepEqual(missing(/^[A-Z]\w+\.[A-Z*]\w*[…*]?$/, (word) => matches(word, unitTests)), []);
  assert.deepEqual(missing(/^[A-Z]\w+(\*|Test)$/, (word) => matches(word, [...suites])), []);
});

test("the files of tests that the documents name exist", () => {
  const names = tests.map((path) => path.replace(/^.*\/|\.(test\.mjs|cpp)$/g, ""));
  assert.deepEqual(missing(/^\w+_test$/, (word) => names.includes(word)), []);
  assert.deepEqual(missing(/^(faults_\w+|hostile_\w+|privacy\w*|durability|removal|flood|hardening)$/, (word) => names.includes(word)), []);
  assert.deepEqual(missing(/^(src|tests|scripts|docs)\/[\w./]+$/, (word) => existsSync(word)), []);
});

test("the metrics that the documents name exist", () => {
  assert.deepEqual(missing(/^picolytics_\w+$/, (word) => source.includes(`"${word}"`)), []);
  assert.deepEqual(missing(/^…_\w+$/, (word) => new RegExp(`"\\w+${word.slice(1)}"`).test(source)), []);
});
