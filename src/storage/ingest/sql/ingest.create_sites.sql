-- The first zone holds since ever, so that events dated back have a day too.
with wanted as (
  select domain, tz from unnest($1::text[], $2::text[]) as w (domain, tz)
), created as (
  insert into pico.sites (domain)
  select domain from wanted order by domain
  on conflict (domain) do nothing
  returning site_id, domain
)
insert into pico.site_zones (site_id, tz)
select site_id, tz from created join wanted using (domain)
