// scripts/bench stats: how long answers take, and how much room a year of traffic needs (tests/bench/stats has the program).
//
//   --events 10000000   events of a year, half of them of one of twenty sites; 100000000 for the full one
//   --today N           of those, on the last day; a hundredth when not given
//   --data DIR          where the data set is kept between runs (default build/bench-stats-EVENTS)
//   --engagement        with a row of engagement a pageview
//   --runs 50           how often a warm question is asked
//   --verify            compares the fast loading with the real writer instead (1,000,000 events when not given)
import { spawn } from "node:child_process";
import { cpus, totalmem } from "node:os";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";

const { values: options } = parseArgs({
  options: { events: { type: "string" }, today: { type: "string" }, data: { type: "string" }, engagement: { type: "boolean" }, runs: { type: "string" }, verify: { type: "boolean" } },
});
const events = options.events ?? (options.verify ? "1000000" : "10000000");
const args = ["--events", events, "--data", options.data ?? `build/bench-stats-${events}`];
for (const name of ["today", "runs"]) if (options[name]) args.push(`--${name}`, options[name]);
for (const name of ["engagement", "verify"]) if (options[name]) args.push(`--${name}`);

console.log(`machine: ${cpus().length} × ${cpus()[0].model}, ${Math.round(totalmem() / 2 ** 30)} GiB; ${Number(events).toLocaleString("en-US")} events`);
const program = spawn("build/release/stats_bench", args, { stdio: ["ignore", "pipe", "inherit"] });
for await (const line of createInterface({ input: program.stdout })) {
  const [what, value, budget] = line.split("\t");
  console.log(value === undefined ? line : `${what.padEnd(66)} ${value.padStart(20)}   ${budget}`);
}
process.exitCode = program.exitCode ?? (await new Promise((resolve) => program.once("exit", (code) => resolve(code ?? 1))));
