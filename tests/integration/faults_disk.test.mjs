// Whatever the disk does: a clear state, no acknowledged event lost that reached it, and recovery without hand-work where the data
// allow it. (docs/reliability.md)
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { closeSync, ftruncateSync, mkdirSync, mkdtempSync, openSync, readFileSync, readSync, readdirSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { Load, Server, assertStoredOnce, binary, caughtUp, dataDirectory, preload, run, scaled, someEvents, storedPaths, until } from "../support/picolytics.mjs";
import { Cluster } from "../support/postgres.mjs";

let cluster;
const open = [];
const folders = [];
before(async () => (cluster = await Cluster.start()));
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await (one.destroy ?? one.stop).call(one);
});
after(async () => {
  await cluster.destroy();
  for (const dir of folders) spawnSync("umount", [dir]), rmSync(dir, { recursive: true, force: true });
});

const opened = (one) => (open.push(one), one);
const small = { JOURNAL_SEGMENT_BYTES: "1MB", JOURNAL_MAX_BYTES: "64MB" };
/** A fast machine fills a small segment in a second: where a test hurts the last one, all that it acknowledged is to be in it. */
const oneSegment = { JOURNAL_SEGMENT_BYTES: "16MB" };
async function start(env = {}, options) {
  const server = opened(await Server.start({ ...cluster.env, ...small, ...env }, options));
  server.database = cluster.database;
  return server;
}
let sites = 0;
const startLoad = (server, options) => opened(new Load(server, { site: `disk-${++sites}.example`, connections: 4, ...options }));
const problems = async (server) => JSON.parse((await server.request("GET", "/ready", { admin: true })).text).problems ?? {};
const readyProblem = (server, name) => until(`/ready to speak of ${name}`, async () => (await problems(server))[name], 60_000);
const ready = (server) => until("ready", async () => (await server.request("GET", "/ready", { admin: true })).status === 200, 60_000);
const segments = (server) => readdirSync(join(server.dir, "journal")).filter((name) => name.endsWith(".journal")).sort().map((name) => join(server.dir, "journal", name));

/** A file system of its own. */
function smallDisk(megabytes) {
  const dir = mkdtempSync(join(tmpdir(), "pico-disk-"));
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m,mode=0755`, "tmpfs", dir], { encoding: "utf8" });
  assert.equal(mounted.status, 0, mounted.stderr);
  folders.push(dir);
  return dir;
}
/** A data directory in it: a mount point cannot be removed as other folders can. */
function folderIn(disk) {
  const dir = join(disk, "data");
  mkdirSync(dir, { mode: 0o755 });
  return dir;
}
const noMounts = process.getuid() === 0 && spawnSync("sh", ["-c", "d=$(mktemp -d) && mount -t tmpfs tmpfs $d && umount $d && rmdir $d"]).status === 0 ? false : "needs the right to mount";

/** A start that is expected to end by itself. */
const startOnce = (server) => run([], { DATA_DIR: server.dir, LISTEN_ADDR: "127.0.0.1:0", ADMIN_LISTEN: "off", ...server.env });

const withFile = (path, action) => {
  const file = openSync(path, "r+");
  try {
    return action(file);
  } finally {
    closeSync(file);
  }
};

/** Acknowledged events that are in the journal and not in Postgres: the writer waits for a lock meanwhile; then the server dies. */
async function dieWithAJournal(server, load, events) {
  await server.untilSql("select count(*)::int from pico.events join pico.sites using (site_id) where domain = $1", [load.site], (n) => n >= 50, 60_000);
  const blocker = cluster.client();
  await blocker.connect();
  await blocker.query("begin; lock table pico.ingest_checkpoint in access exclusive mode");
  await someEvents(load, load.acknowledged.size + events);
  await server.signal("SIGKILL");
  await load.stop();
  await blocker.query("rollback");
  await blocker.end();
}

test("a full disk: 503, /ready says so, what was acknowledged is kept, and it takes events again by itself", { skip: noMounts }, async () => {
  const disk = smallDisk(24);
  const server = await start({ JOURNAL_KEEP_MINUTES: "0" }, { dir: folderIn(disk) });
  const load = startLoad(server);
  await someEvents(load, 100);
  spawnSync("sh", ["-c", `head -c 100M /dev/zero > ${disk}/filler`]);
  assert.match(await readyProblem(server, "journal"), /full|room/);
  const answer = await server.event({ n: "load", l: `https://${load.site}/refused` });
  assert.equal(answer.status, 503);
  assert.ok(Number(answer.headers["retry-after"]) > 0);
  rmSync(join(disk, "filler"));
  await ready(server);
  await someEvents(load, load.acknowledged.size + 100);
  await assertStoredOnce(server, await load.stop(), load.site);
});

test("a disk that is read-only stops the start with a clear sentence, and nothing is lost", { skip: noMounts }, async () => {
  const disk = smallDisk(64);
  const server = await start({}, { dir: folderIn(disk) });
  const load = startLoad(server);
  await dieWithAJournal(server, load, 100);
  const remount = (how) => assert.equal(spawnSync("mount", ["-o", `remount,${how}`, disk]).status, 0);
  remount("ro");
  const refused = startOnce(server);
  remount("rw");
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /Read-only file system/);
  await server.launch();
  await assertStoredOnce(server, load.acknowledged, load.site);
});

/** A server whose disk fails in one way or another (tests/support/failing_disk.cpp) while the file has something in it. */
async function startOnFailingDisk() {
  const switchFile = join(dataDirectory(), "fail");
  folders.push(dirname(switchFile));
  const server = await start({ ...preload(join(dirname(binary), "tests/support/libfailing_disk.so")), FAILING_DISK: switchFile });
  return { server, switchFile };
}

test("a disk that becomes read-only under load: 503, /ready says so, and it goes on by itself; what was acknowledged is kept", async () => {
  const { server, switchFile } = await startOnFailingDisk();
  const load = startLoad(server);
  await someEvents(load, 100);
  writeFileSync(switchFile, "read-only");
  assert.match(await readyProblem(server, "journal"), /Read-only file system/);
  const [acknowledged, refused] = [load.acknowledged.size, load.refused];
  assert.equal((await server.event({ n: "load", l: `https://${load.site}/refused` })).status, 503);
  await until("more refusals", () => load.refused > refused + 100, 60_000);
  assert.equal(load.acknowledged.size, acknowledged);
  rmSync(switchFile);
  await ready(server);
  await someEvents(load, load.acknowledged.size + 100);
  await load.stop();
  await server.signal("SIGKILL");
  await server.launch();
  await assertStoredOnce(server, load.acknowledged, load.site);
});

test("fdatasync that fails: 503 and not ready, then a new segment without a restart; what was acknowledged is kept", async () => {
  const { server, switchFile } = await startOnFailingDisk();
  const load = startLoad(server);
  await someEvents(load, 100);
  writeFileSync(switchFile, "fdatasync");
  assert.match(await readyProblem(server, "journal"), /sync/);
  assert.equal((await server.event({ n: "load", l: `https://${load.site}/refused` })).status, 503);
  rmSync(switchFile);
  await ready(server);
  await someEvents(load, load.acknowledged.size + 100);
  const acknowledged = await load.stop();
  await server.signal("SIGKILL");
  await server.launch();
  await assertStoredOnce(server, acknowledged, load.site);
});

test("a torn tail of the journal is the normal end: everything acknowledged is written", async () => {
  const server = await start(oneSegment);
  const load = startLoad(server);
  await dieWithAJournal(server, load, 300);
  // What a crash in the midst of a write leaves behind: the beginning of a block, and rubbish.
  const last = segments(server).at(-1);
  const bytes = readFileSync(last);
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) --end;
  end = Math.ceil(end / 512) * 512;
  withFile(last, (file) => writeSync(file, Buffer.concat([bytes.subarray(4096, 4096 + 100), Buffer.alloc(200, 0xa5)]), 0, 300, end));
  await server.launch();
  await assertStoredOnce(server, load.acknowledged, load.site);
  assert.equal(await server.metric("picolytics_journal_damaged_blocks_total"), 0);
});

test("a flipped bit costs the block that it is in, and is counted and logged; all others are written once", async () => {
  const server = await start(oneSegment);
  const load = startLoad(server, { connections: 1 });
  await dieWithAJournal(server, load, 300);
  const [path] = segments(server);
  const bytes = readFileSync(path);
  const blocks = [];
  for (let at = 4096; at < bytes.length; at += 512) if (bytes.toString("latin1", at, at + 4) === "PBLK") blocks.push(at);
  const hurt = blocks.at(-50) + 60; // one connection has one event a block, and the last 300 are not in Postgres
  withFile(path, (file) => {
    const one = Buffer.alloc(1);
    readSync(file, one, 0, 1, hurt);
    one[0] ^= 4;
    writeSync(file, one, 0, 1, hurt);
  });
  await server.launch();
  await caughtUp(server);
  const stored = await storedPaths(server, load.site);
  assert.equal([...load.acknowledged].filter((path) => !stored.get(path)).length, 1);
  assert.deepEqual([...stored].filter(([, n]) => n > 1), []);
  assert.equal(await server.metric("picolytics_journal_damaged_blocks_total"), 1);
  assert.equal(await server.metric("picolytics_journal_lost_records_total"), 1);
  assert.match(server.stderr, /is damaged at byte/);
});

test("a segment that is cut short loses what is gone, says so, and nothing else", async () => {
  const server = await start(oneSegment);
  const load = startLoad(server, { connections: 1 });
  await dieWithAJournal(server, load, 300);
  const path = segments(server).at(-1);
  const bytes = readFileSync(path);
  let end = bytes.length;
  while (bytes[end - 1] === 0) --end;
  withFile(path, (file) => ftruncateSync(file, Math.floor((4096 + end) / 2)));
  await server.launch();
  await caughtUp(server);
  const stored = await storedPaths(server, load.site);
  const kept = [...load.acknowledged].filter((path) => stored.get(path)).length;
  assert.ok(kept >= load.acknowledged.size / 3 && kept < load.acknowledged.size, `${kept} of ${load.acknowledged.size}`);
  assert.deepEqual([...stored].filter(([, n]) => n > 1), []);
  assert.equal((await server.event({ n: "load", l: `https://${load.site}/goes-on` })).status, 202);
});

test("a journal of another format version stops the start with the file's name and what to do; moved away, the server starts", async () => {
  const server = await start();
  const load = startLoad(server);
  await dieWithAJournal(server, load, 50);
  const crc32c = (data) => {
    let crc = ~0;
    for (const byte of data) {
      crc ^= byte;
      for (let bit = 0; bit < 8; ++bit) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
    }
    return ~crc >>> 0;
  };
  const path = segments(server)[0];
  const original = readFileSync(path).subarray(0, 4096);
  for (const version of [0, 2]) {
    const header = Buffer.from(original);
    header.writeUInt32LE(version, 8);
    header.writeUInt32LE(crc32c(header.subarray(0, 4092)), 4092);
    withFile(path, (file) => writeSync(file, header, 0, 4096, 0));
    const done = startOnce(server);
    assert.equal(done.status, 1, `version ${version}: ${done.stderr}`);
    assert.ok(done.stderr.includes(path), done.stderr);
    assert.match(done.stderr, version === 0 ? /older version/ : /newer version/);
    assert.match(done.stderr, /mv /);
  }
  withFile(path, (file) => writeSync(file, original, 0, 4096, 0));
  await server.launch();
  await assertStoredOnce(server, load.acknowledged, load.site);
});

test("a data directory that is lost costs what was not in Postgres yet, and the start is as the first", async () => {
  const server = await start();
  const load = startLoad(server);
  await someEvents(load, 200);
  const acknowledged = await load.stop();
  await caughtUp(server);
  await server.signal("SIGKILL");
  rmSync(join(server.dir, "journal"), { recursive: true });
  await server.launch();
  await assertStoredOnce(server, acknowledged, load.site);
  assert.equal((await server.event({ n: "load", l: `https://${load.site}/goes-on` })).status, 202);
});

test("a data directory that is copied to a second server counts nothing twice, whenever it turns up", async () => {
  const server = await start({ JOURNAL_KEEP_MINUTES: "0" });
  const load = startLoad(server);
  await dieWithAJournal(server, load, 300);
  const copies = ["first", "second"].map(() => {
    const dir = dataDirectory();
    assert.equal(spawnSync("cp", ["-a", join(server.dir, "journal"), dir]).status, 0);
    return dir;
  });
  await server.launch();
  const early = await start({}, { dir: copies[0] }); // both write the same epochs at the same time
  await assertStoredOnce(server, load.acknowledged, load.site);
  await assertStoredOnce(early, load.acknowledged, load.site);
  await until("the epoch to be gone from the first", async () => segments(server).length === 1, 60_000);
  const late = await start({}, { dir: copies[1] });
  await assertStoredOnce(late, load.acknowledged, load.site);
});

test("a copy of a data directory that is in use keeps off and says so, and goes on when the other server has gone", async () => {
  const server = await start();
  const load = startLoad(server);
  await someEvents(load, 200);
  await load.stop();
  const dir = dataDirectory();
  assert.equal(spawnSync("cp", ["-a", join(server.dir, "journal"), dir]).status, 0);
  const copy = await start({}, { dir });
  await until("the copy to say what it is", async () => /this data directory is a copy of that server's/.test((await problems(copy)).writer), 60_000);
  const [more, meanwhile] = [startLoad(server), startLoad(copy)];
  await someEvents(more, 200);
  await someEvents(meanwhile, 200);
  for (const one of [more, meanwhile]) await one.stop();
  await assertStoredOnce(server, more.acknowledged, more.site);
  assert.equal((await storedPaths(server, meanwhile.site)).size, 0);
  await ready(server);
  await server.signal(scaled("SIGTERM", "SIGKILL")); // killed, it is given a minute to come back
  await assertStoredOnce(copy, meanwhile.acknowledged, meanwhile.site);
  await server.launch();
  for (const one of [load, more, meanwhile]) await assertStoredOnce(server, one.acknowledged, one.site);
});
