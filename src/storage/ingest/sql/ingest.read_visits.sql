-- offset 0 keeps the planner from turning the look-ups by primary key into a join over the whole table.
-- $4, $5: the first and last of the days, so that the planner leaves out all partitions but those of their months.
select
  k.position, v.visit_id - k.visitor, v.rev, v.started_at, v.last_at, v.entry_page_id, v.exit_page_id, v.acquisition_id,
  v.device_id, v.location_id, v.screen_id, v.pageviews, v.events, v.entry_ms, v.exit_ms, v.bot, v.flags
from unnest($1::int[], $2::date[], $3::bigint[]) with ordinality as k (site_id, day, visitor, position)
cross join lateral (
  select * from pico.visits
  where day between $4::date and $5::date and site_id = k.site_id and day = k.day and visit_id between k.visitor and k.visitor + 1023
  offset 0
) v
