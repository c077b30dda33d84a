// The original stored events in batches under one time, in an outage's end very many: their order is in their ids, however they come over.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { OldDatabases, succeeded, takeover } from "../support/old_databases.mjs";

let databases;
before(async () => (databases = await OldDatabases.start()));
after(() => databases.destroy());
afterEach(() => databases.disconnect());

const moment = "2026-11-20T12:00:00.123456Z";

/** So many events of one other session each, under these times in turn. */
const others = (db, count, times = [moment]) =>
  db.sql(`with s as (insert into sessions (visitor_id, domain_id, entry_path, created_at, updated_at, bot)
      select gen_random_uuid(), 1, '/', ($2::timestamptz[])[1 + i % cardinality($2::timestamptz[])], '2026-11-20', false from generate_series(1, $1::int) i returning id, visitor_id, created_at)
    insert into events (name, domain_id, path, referrer, visitor_id, session_id, created_at) select 'load', 1, '/other', '', visitor_id, id, created_at from s order by id`, [count, times]);

const visits = (db) => db.sql("select entry_path, exit_path, pageviews, duration from reporting.sessions where pageviews > 1 order by created_at, entry_path");

test("events that were stored under one time keep their order", async () => {
  const db = await databases.make();
  for (const path of ["/z", "/m", "/a"]) await db.old.event({ at: moment, path });
  succeeded(takeover(db));
  assert.deepEqual(await visits(db), [{ entry_path: "/z", exit_path: "/a", pageviews: 3, duration: 0 }]);
});

test("also where there are more of one time than are written at once", async () => {
  const db = await databases.make();
  await db.old.event({ at: moment, path: "/z" });
  await others(db, 6_000);
  await db.old.event({ at: moment, path: "/m" });
  await others(db, 6_000);
  await db.old.event({ at: moment, path: "/a" });
  succeeded(takeover(db));
  assert.deepEqual(await visits(db), [{ entry_path: "/z", exit_path: "/a", pageviews: 3, duration: 0 }]);
  assert.equal(await db.one("select count(*)::int from reporting.events"), 12_003);
});

test("also where two old servers stored theirs at the same time, and the ids alternate", async () => {
  const db = await databases.make();
  const times = [moment, "2026-11-20T12:00:00.2Z"];
  for (const [i, at] of times.entries()) await db.old.event({ at, path: "/z", visitor: `v${i}` });
  await others(db, 4_996, times);
  for (const path of ["/m", "/a"]) for (const [i, at] of times.entries()) await db.old.event({ at, path, visitor: `v${i}` });
  succeeded(takeover(db));
  assert.deepEqual(await visits(db), [0, 1].map(() => ({ entry_path: "/z", exit_path: "/a", pageviews: 3, duration: 0 })));
});

test("also where another run brings the rest", async () => {
  const db = await databases.make();
  await db.old.event({ at: moment, path: "/z" });
  await others(db, 6_000);
  succeeded(takeover(db));
  await db.old.event({ at: moment, path: "/m" });
  await db.old.event({ at: moment, path: "/a" });
  succeeded(takeover(db));
  assert.deepEqual(await visits(db), [{ entry_path: "/z", exit_path: "/a", pageviews: 3, duration: 0 }]);
});
