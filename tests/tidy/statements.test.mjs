// SQL is never made of input: what the program sends to Postgres is fixed text, and values travel beside it as parameters. A statement
// that is put together of parts has a line in statements.txt that says where the parts come from.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const sources = (dir) =>
  readdirSync(dir).flatMap((name) => {
    const path = join(dir, name);
    return statSync(path).isDirectory() ? sources(path) : /\.(cpp|hpp)$/.test(name) ? [path] : [];
  });

/** The first argument of a call whose parenthesis opens at `open`. */
function firstArgument(text, open) {
  let depth = 0;
  for (let at = open + 1; at < text.length; ++at) {
    if (text[at] === '"') for (++at; text[at] !== '"'; ++at) if (text[at] === "\\") ++at;
    if ("([{".includes(text[at])) ++depth;
    if (depth === 0 && (text[at] === "," || text[at] === ")")) return text.slice(open + 1, at).replace(/\s+/g, " ").trim();
    if (")]}".includes(text[at])) --depth;
  }
  return "";
}

const withoutRaw = (text) => text.replace(/R"(\w*)\(([\s\S]*?)\)\1"/g, '"raw"').replace(/\/\/.*$/gm, "");
/** Literals, and sql(…): the text of a file that is part of the program. */
const isFixed = (argument) => /^("([^"\\]|\\.)*"\s*)+$/.test(argument) || /^sql\(.*\)$/.test(argument);

/** Every statement that is sent: file and expression. */
function statements() {
  const found = [];
  for (const file of sources("src")) {
    const text = withoutRaw(readFileSync(file, "utf8"));
    for (const match of text.matchAll(/(?:\.|->)(?:execute|exec_params|exec)\(/g)) found.push({ file, argument: firstArgument(text, match.index + match[0].length - 1) });
    for (const match of text.matchAll(/\bPQ(?:send)?(?:[eE]xec|[qQ]uery|[pP]repare)\w*\(/g)) found.push({ file, argument: match[0] });
  }
  return found;
}

const known = readFileSync("tests/tidy/statements.txt", "utf8").split("\n").filter((line) => line && !line.startsWith("#")).map((line) => {
  const [file, argument, reason] = line.split(" | ");
  return { file, argument, reason };
});

test("statements are fixed text, or say where their parts come from", () => {
  const all = statements();
  assert.ok(all.length > 40, "the search finds the statements");
  const wrong = all.filter(({ file, argument }) => !isFixed(argument) && !known.some((one) => one.file === file && one.argument === argument));
  assert.deepEqual(wrong.map(({ file, argument }) => `${file} | ${argument} | why?`), []);
});

test("what is said of statements is still true of one, and says why", () => {
  const all = statements();
  const stale = known.filter((one) => !one.reason || !all.some(({ file, argument }) => one.file === file && one.argument === argument));
  assert.deepEqual(stale, []);
});

test("values are not quoted by hand", () => {
  const wrong = sources("src").filter((file) => /\b(quote_name|quote|esc|escape_string|PQescape\w*)\(/.test(withoutRaw(readFileSync(file, "utf8"))) && file.startsWith("src/storage"));
  assert.deepEqual(wrong, []);
});
