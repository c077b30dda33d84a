// A database as the original picolytics leaves it, and a stand-in for its server that writes as that does: a session is looked up or made, then the
// event is stored.
const core = `
  create table domains (domain_id serial primary key, domain_name text unique not null);
  create table sessions (
    id bigserial primary key, updated_at timestamptz, duration int default 0, bounce boolean not null default false, exit_path text not null default '',
    visitor_id text, created_at timestamptz not null default current_timestamp, domain_id int not null references domains, entry_path text not null,
    country varchar(4), latitude float, longitude float, subdivision text, city text,
    browser text, browser_version text, os text, os_version text, platform text, device_type text, bot boolean not null default true,
    screen_w int, screen_h int, timezone text, pixel_ratio float, pixel_depth int,
    utm_source text, utm_medium text, utm_campaign text, utm_content text, utm_term text);
  create table events (
    id bigserial primary key, name text not null, domain_id int not null references domains, path text not null, referrer text not null, visitor_id text not null,
    session_id bigint not null references sessions, load_time int not null default 0, ttfb int not null default 0, created_at timestamptz not null default current_timestamp);
  create table salt (salt uuid not null, created_at timestamptz not null default current_timestamp);
  create table schema_version (version int not null);
  insert into schema_version values (1);`;
const later = `
  create index on sessions (created_at); create index on sessions (domain_id); create index on sessions (visitor_id);
  create index on events (created_at); create index on events (domain_id); create index on events (session_id); create index on events (visitor_id);
  create table autocert_cache (key varchar primary key, data bytea not null, created_at timestamptz default current_timestamp, updated_at timestamptz default current_timestamp);
  insert into autocert_cache (key, data) values ('stats.example.com', '\\x00');
  update schema_version set version = 3;`;

/** Tables of its first migration (0.1 before the first update) or of all three (0.1 to 0.3), in that schema. */
export async function makeOldTables(client, { migrations = 3, schema = "public" } = {}) {
  await client.query(`create schema if not exists ${schema}; set search_path = ${schema}; ${core} ${migrations === 3 ? later : ""} set search_path = public`);
}

const person = { country: "AT", latitude: 48.2085, longitude: 16.3721, subdivision: "Vienna", city: "Vienna", browser: "Chrome", browser_version: "129.0", os: "Linux", os_version: "0.0",
  platform: "Linux", device_type: "Computer", bot: false, screen_w: 1920, screen_h: 1080, timezone: "Europe/Vienna", pixel_ratio: 1.5, pixel_depth: 24,
  utm_source: "", utm_medium: "", utm_campaign: "", utm_content: "", utm_term: "" };

export class OldServer {
  constructor(client, { timeoutMinutes = 30 } = {}) {
    this.client = client;
    this.timeoutMinutes = timeoutMinutes;
  }

  async domain(name) {
    const { rows } = await this.client.query("insert into domains (domain_name) values ($1) on conflict (domain_name) do update set domain_name = excluded.domain_name returning domain_id", [name]);
    return rows[0].domain_id;
  }

  async session(domainId, { at, visitor, name, path, ...fields }) {
    const found = await this.client.query("select id from sessions where visitor_id = $1 and updated_at > $2::timestamptz - make_interval(mins => $3) order by updated_at desc limit 1", [visitor, at, this.timeoutMinutes]);
    if (found.rows.length > 0) {
      await this.client.query(`update sessions set bounce = bounce and $2 in ('hidden', 'ping'), updated_at = $3, exit_path = $4, duration = extract(epoch from $3::timestamptz - created_at) where id = $1`,
        [found.rows[0].id, name, at, path]);
      return found.rows[0].id;
    }
    const row = { ...person, ...fields, updated_at: at, created_at: at, bounce: true, exit_path: path, entry_path: path, visitor_id: visitor, domain_id: domainId };
    const keys = Object.keys(row);
    const made = await this.client.query(`insert into sessions (${keys}) values (${keys.map((_, i) => `$${i + 1}`)}) returning id`, Object.values(row));
    return made.rows[0].id;
  }

  /** One event: { at, domain, visitor, name, path, referrer, load_time, ttfb } and the session's fields, should it begin with this event. */
  async event({ domain = "shop.example", visitor = "a1", name = "load", path = "/", referrer = "", load_time = 0, ttfb = 0, at, ...fields }) {
    const domainId = await this.domain(domain);
    const sessionId = await this.session(domainId, { at, visitor, name, path, ...fields });
    const { rows } = await this.client.query("insert into events (name, domain_id, path, referrer, visitor_id, session_id, load_time, ttfb, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id",
      [name, domainId, path, referrer, visitor, sessionId, load_time, ttfb, at]);
    return Number(rows[0].id);
  }
}

/** Many visits at once: of each visitor four events of one session, one of them a ping, half a minute apart, spread over some days before `end`. */
export async function fillOldTables(client, { visitors, end = "2026-11-20T12:00:00Z", days = 3, domain = "many.example" }) {
  await client.query("insert into domains (domain_name) values ($1) on conflict do nothing", [domain]);
  await client.query(`
    with v as (
      select i, $2::timestamptz - make_interval(secs => (i::float8 / $1) * $3 * 86400 + 120) as at, (select domain_id from domains where domain_name = $4) as domain_id
      from generate_series(1, $1::int) i
    ), s as (
      insert into sessions (updated_at, duration, bounce, exit_path, visitor_id, created_at, domain_id, entry_path, country, latitude, longitude, subdivision, city, browser,
        browser_version, os, os_version, platform, device_type, bot, screen_w, screen_h, timezone, pixel_ratio, pixel_depth)
      select at + interval '90 s', 90, false, '/p' || i % 50, to_hex(i), at, domain_id, '/', 'DE', 52.5, 13.4, 'Berlin', 'Berlin', 'Firefox', '130.0', 'Windows', '10.0', 'Windows', 'Computer',
        i % 20 = 0, 1280, 720, 'Europe/Berlin', 1, 24
      from v
      returning id, visitor_id, created_at, domain_id
    )
    insert into events (name, domain_id, path, referrer, visitor_id, session_id, load_time, ttfb, created_at)
    select case k when 2 then 'ping' when 3 then 'load' when 1 then 'visible' else 'load' end, domain_id, case k when 0 then '/' else '/p' || s.id % 50 end,
      case when k = 0 and s.id % 3 = 0 then 'https://www.google.com/' else '' end, visitor_id, s.id, 100, 20, s.created_at + make_interval(secs => 30 * k)
    from s cross join generate_series(0, 3) k
    order by s.created_at, k`, [visitors, end, days, domain]);
}
