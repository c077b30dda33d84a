-- One answer of rows of several kinds: the version of the site's rollups, days of the range $2 … $3 that are not rolled up, those that
-- are marked; and, unless the caller knows them from this version ($4), all days that are rolled up and of which each month was made.
with known as (
  select coalesce((select version from pico.rollup_versions where site_id = $1), 0) as version
)
select 'version' as kind, version, null::date as day, null::bytea as payload
from known
union all
select 'open', null, day, null
from pico.site_days
where site_id = $1 and day between $2::date and $3::date and not rolled
union all
(select distinct 'marked', null::bigint, day, null::bytea
 from pico.rollup_marks
 where site_id = $1 and day between $2::date and $3::date)
union all
select 'rolled', null, day, null
from pico.site_days
where site_id = $1 and rolled and (select version from known) <> $4::bigint
union all
select 'month', null, start, payload
from pico.rollups
where site_id = $1 and period = 1 and dimension = 64 and (select version from known) <> $4::bigint
