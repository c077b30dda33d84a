insert into pico.visits (
  visit_id, started_at, last_at, entry_page_id, exit_page_id, acquisition_id, device_id, location_id, screen_id, site_id, day,
  pageviews, events, entry_ms, exit_ms, rev, bot, flags
)
select * from unnest(
  $1::bigint[], $2::timestamptz[], $3::timestamptz[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[],
  $9::bigint[], $10::int[], $11::date[], $12::int[], $13::int[], $14::int[], $15::int[], $16::smallint[], $17::smallint[],
  $18::smallint[]
)
on conflict (site_id, day, visit_id) do update set
  started_at = excluded.started_at,
  last_at = excluded.last_at,
  entry_page_id = excluded.entry_page_id,
  exit_page_id = excluded.exit_page_id,
  acquisition_id = excluded.acquisition_id,
  device_id = excluded.device_id,
  location_id = excluded.location_id,
  screen_id = excluded.screen_id,
  pageviews = excluded.pageviews,
  events = excluded.events,
  entry_ms = excluded.entry_ms,
  exit_ms = excluded.exit_ms,
  bot = excluded.bot,
  flags = excluded.flags
