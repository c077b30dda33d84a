// Runs clang-tidy over src, several files of a module at a time: most of its time goes into the headers that they share. Where files
// cannot stand in one translation unit (each has a `lock_id` of its own, say), those that clash are looked at in another one. What was
// found clean is not looked at again until a source, a header, the list of checks or the program changes.
//
//   node tests/tidy/clang_tidy.mjs [--deep] [FILE…]      from the root, with build/fuzz configured (scripts/analyse does that)
//
// --deep: with Clang's static analyzer, which takes several times as long.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join, relative, resolve } from "node:path";

const program = "clang-tidy-19";
const most = 12; // files in a unit: small enough that all processors have work until the end
const folder = resolve("build/tidy");

const under = (dir) => readdirSync(dir).sort().flatMap((name) => (statSync(join(dir, name)).isDirectory() ? under(join(dir, name)) : [join(dir, name)]));
const commands = new Map(JSON.parse(readFileSync("build/fuzz/compile_commands.json", "utf8")).map((entry) => [relative(".", entry.file), entry]));
const deep = process.argv.includes("--deep");
const ending = deep ? ".deep" : ".clean";
const named = process.argv.slice(2).filter((word) => word !== "--deep");
const wanted = named.length > 0 ? named.map((file) => relative(".", file)) : under("src").filter((file) => file.endsWith(".cpp"));
const unknown = wanted.filter((file) => !commands.has(file));
if (unknown.length > 0) {
  console.error(`not part of the build: ${unknown.join(" ")}`);
  process.exit(2);
}

const version = spawnSync(program, ["--version"], { encoding: "utf8" }).stdout;
const headers = createHash("sha256");
for (const file of [".clang-tidy", ...under("include"), ...under("src").filter((path) => path.endsWith(".hpp"))]) headers.update(file).update(readFileSync(file));
const common = headers.update(version + deep).digest("hex");

/** What the compiler is called with for all of the files. */
function command(files) {
  const words = files.map((file) => commands.get(file).command.replace(/ -o .*/s, "").split(/\s+/).map((word) => word.replace(/\\(.)/g, "$1")));
  return [...words[0], ...new Set(words.flat().filter((word) => /^-[DI]/.test(word) && !words[0].includes(word)))];
}

/** The files as one translation unit, with a database of its own. */
function unit(files) {
  const compile = command(files);
  const hash = createHash("sha256").update(common).update(compile.join(" "));
  for (const file of files) hash.update(file).update(readFileSync(file));
  const name = hash.digest("hex").slice(0, 32);
  return { files, compile, clean: join(folder, name + ending), source: join(folder, name, "unit.cpp"), dir: join(folder, name) };
}

/** The text of the unit, and where each file begins in it. Included, the files would be headers to the analyzer, which passes those over. */
function joined(files) {
  const begins = [];
  let text = "", line = 1;
  for (const file of files) {
    const content = readFileSync(file, "utf8").replace(/^#include "([^"]+)"/gm, (whole, name) => {
      const beside = resolve(dirname(file), name);
      return existsSync(beside) ? `#include "${beside}"` : whole;
    });
    begins.push({ file, line });
    text += `${content}\n`;
    line += content.split("\n").length;
  }
  return { text, begins };
}

/** Runs the program over a unit; its words name the files that the lines are from. */
function look({ files, compile, source, dir }) {
  const { text, begins } = joined(files);
  mkdirSync(dir, { recursive: true });
  writeFileSync(source, text);
  writeFileSync(join(dir, "compile_commands.json"), JSON.stringify([{ directory: resolve("build/fuzz"), file: source, arguments: [...compile, "-c", source] }]));
  const original = (place, number) => {
    const { file, line } = begins.findLast((begin) => begin.line <= Number(number));
    return `${file}:${number - line + 1}:`;
  };
  return new Promise((resume) => {
    let said = "";
    const process = spawn(program, ["-p", dir, "--config-file=.clang-tidy", "--quiet", ...(deep ? [] : ["--checks=-clang-analyzer-*"]), source], { stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [process.stdout, process.stderr]) stream.on("data", (bytes) => (said += bytes));
    process.once("exit", (status) => {
      rmSync(dir, { recursive: true });
      const clear = said.replace(/^\d+ (warning|error)s?( and \d+ errors?)? generated\.\n|^(Error while processing|Suppressed) .*\n/gm, "");
      resume({ status, text: clear.replace(new RegExp(`${source}:(\\d+):`, "g"), original).replaceAll(`${resolve(".")}/`, "") });
    });
  });
}

/** What it says of the inside of Asio's coroutines is none: it does not know that one that runs has somebody who has resumed it. */
const known = /^\/usr\/include\/boost\/asio\/impl\/awaitable\.hpp:.*'resume_context_'/;
const withoutKnown = (text) => text.split(/^(?=\S+:\d+:\d+: (?:error|warning): )/m).filter((finding) => !known.test(finding)).join("");

const seen = new Set(); // the stamps that still say something
let found = false, looked = 0;
async function check(files) {
  const one = unit(files);
  seen.add(one.clean);
  if (existsSync(one.clean)) return;
  const { status, text } = await look(one);
  if (status !== 0 && files.length > 1 && text.includes("[clang-diagnostic-error]")) {
    const clashing = files.filter((file) => text.split("\n").some((line) => line.includes("[clang-diagnostic-error]") && line.startsWith(`${file}:`)));
    const rest = files.filter((file) => !clashing.includes(file));
    const parts = clashing.length > 0 && rest.length > 0 ? [rest, clashing] : [files.slice(0, files.length / 2), files.slice(files.length / 2)];
    for (const part of parts) await check(part);
    return;
  }
  looked += files.length;
  const findings = withoutKnown(text);
  if (status === 0 || (text !== "" && findings === "")) return writeFileSync(one.clean, "");
  found = true;
  process.stdout.write(findings);
}

/** Files of one module beside each other, in units of about the same size. */
function units() {
  const modules = new Map();
  for (const file of wanted) modules.set(dirname(file).split("/")[1], [...(modules.get(dirname(file).split("/")[1]) ?? []), file]);
  return [...modules.values()].flatMap((files) => {
    const count = Math.ceil(files.length / most);
    return Array.from({ length: count }, (_, i) => files.slice(Math.floor((i * files.length) / count), Math.floor(((i + 1) * files.length) / count)));
  });
}

mkdirSync(folder, { recursive: true });
const waiting = units();
await Promise.all(
  Array.from({ length: availableParallelism() }, async () => {
    while (waiting.length > 0) await check(waiting.shift());
  }),
);
if (named.length === 0) for (const name of readdirSync(folder)) if (name.endsWith(ending) && !seen.has(join(folder, name))) rmSync(join(folder, name));
console.log(`clang-tidy: ${wanted.length} files, ${looked} of them looked at now${found ? "" : ", nothing found"}`);
process.exit(found ? 1 : 0);
