// The program that is shipped is built with the protections that cmake/options.cmake asks for.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { binary } from "../support/picolytics.mjs";

const readelf = (...options) => {
  const done = spawnSync("readelf", ["-W", ...options, binary], { encoding: "utf8", maxBuffer: 1 << 28 });
  assert.equal(done.status, 0, done.stderr);
  return done.stdout;
};

test("it is loaded at a random address (PIE)", () => {
  assert.match(readelf("-h"), /Type: +DYN/);
  assert.match(readelf("-d"), /FLAGS_1.*PIE/);
  assert.doesNotMatch(readelf("-d"), /TEXTREL|RPATH|RUNPATH/);
});

test("its tables of functions are bound at the start and read-only from then on (RELRO, BIND_NOW)", () => {
  assert.match(readelf("-l"), /GNU_RELRO/);
  assert.match(readelf("-d"), /BIND_NOW/);
});

test("no memory is writable and executable", () => {
  const segments = readelf("-l").split("\n").filter((line) => /^ +(LOAD|GNU_STACK) /.test(line));
  assert.ok(segments.length > 2);
  for (const line of segments) assert.doesNotMatch(line, /\bRWE\b/);
});

test("overflows of the stack and of known buffers end it (stack protector, FORTIFY)", () => {
  const symbols = readelf("--dyn-syms");
  assert.match(symbols, /__stack_chk_fail/);
  assert.match(symbols, /__memcpy_chk/);
});

test("functions begin with landing pads for indirect calls (CET)", { skip: process.arch !== "x64" }, () => {
  const bytes = readFileSync(binary);
  const endbr64 = Buffer.from([0xf3, 0x0f, 0x1e, 0xfa]);
  let count = 0;
  for (let at = bytes.indexOf(endbr64); at !== -1; at = bytes.indexOf(endbr64, at + 4)) ++count;
  assert.ok(count > 1000, `${count} landing pads`);
});
