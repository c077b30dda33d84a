-- Unless it is there. Its first zone holds since ever, so that the past has days as well.
with site as (
  insert into pico.sites (domain, created_at)
  values ($1, coalesce($2, now()))
  on conflict (domain) do nothing
  returning site_id
)
insert into pico.site_zones (site_id, tz)
select site_id, $3
from site;
