-- How many ids a row has is told by its size (20 to 24 bytes, then 8 each), which does not read it.
with changed as materialized (
  select visitors
  from pico.feed
  where site_id = $1 and day = $2 and not pg_visible_in_snapshot(xid, $3::pg_snapshot)
), total as (
  select sum((pg_column_size(visitors) - 20) / 8) as ids from changed
)
select case when total.ids <= $4 then changed.visitors end
from changed cross join total
