// Keys and backdated facts, for the tests of the Stats API.
import assert from "node:assert/strict";
import pg from "pg";
import { run } from "./picolytics.mjs";

/** A key made by the command line. */
export function keyOf(server, ...args) {
  const made = run(["key", "create", ...args], { DATA_DIR: server.dir });
  assert.equal(made.status, 0, made.stderr);
  return made.stdout.trim();
}

/**
 * Moves what was counted of a site some days back, before anybody has asked for its figures. secondEventAfterMinutes: where a visit's later
 * event goes; path: only the visits that began on that page.
 */
export async function backdate(server, site, { days, secondEventAfterMinutes, path }) {
  const [{ site_id }] = await server.sql("select site_id from pico.sites where domain = $1", [site]);
  const pages = path === undefined ? "" : `and entry_page_id in (select page_id from pico.pages where site_id = ${site_id} and path = '${path}')`;
  const chosen = (await server.sql(`select visit_id from pico.visits where site_id = ${site_id} ${pages}`)).map((row) => row.visit_id);
  const those = `site_id = ${site_id} and visit_id in (${chosen.join(", ")})`;
  const later = secondEventAfterMinutes === undefined ? "" : `
    update pico.events e set at = v.started_at + interval '${secondEventAfterMinutes} minutes' from pico.visits v
      where e.site_id = ${site_id} and v.site_id = ${site_id} and v.visit_id = e.visit_id and e.at > v.started_at;
    update pico.visits set last_at = started_at + interval '${secondEventAfterMinutes} minutes', exit_ms = ${secondEventAfterMinutes * 60_000} where ${those} and pageviews > 1;`;
  await server.sql(`begin; ${later}
    insert into pico.site_days (site_id, day) select distinct site_id, day - ${days} from pico.visits where ${those} on conflict do nothing;
    update pico.events set day = day - ${days}, at = at - interval '${days} days' where ${those};
    update pico.visits set day = day - ${days}, started_at = started_at - interval '${days} days', last_at = last_at - interval '${days} days' where ${those};
    commit`);
}

/** Makes everybody who reads the table wait until the returned function is called. */
export async function lockTable(server, table) {
  const client = new pg.Client({ host: server.postgres.socket, port: Number(server.postgres.port), user: server.postgres.user, database: server.postgres.database });
  await client.connect();
  await client.query(`begin; lock table ${table} in access exclusive mode`);
  return () => client.end();
}
