-- offset 0 keeps the planner from turning the look-ups by primary key into a join over the whole day.
select
  v.visit_id, v.started_at, v.last_at, v.entry_page_id, v.exit_page_id, v.acquisition_id, v.device_id, v.location_id, v.screen_id,
  v.pageviews, v.flags
from unnest($3::bigint[]) as k (visitor)
cross join lateral (
  select * from pico.visits
  where site_id = $1::int and day = $2::date and visit_id between k.visitor and k.visitor + 1023
  offset 0
) v
where v.events > 0 and v.bot = 0
