with forgotten as (
  delete from pico.default_zones where seen_at < clock_timestamp() - interval '1 day' and tz <> $1
), announced as (
  insert into pico.default_zones as known (tz, seen_at)
  values ($1, clock_timestamp())
  on conflict (tz) do update set seen_at = excluded.seen_at where known.seen_at < excluded.seen_at - interval '1 minute'
)
select tz
from pico.default_zones
where seen_at > clock_timestamp() - interval '1 hour';
