-- Daily figures, counted from the visits when they are asked for, so that they are exact at any moment. What a filter on domain_id and day
-- leaves out is not read. Bots, and visits of pings alone, are left out as in every figure (docs/stats.md).
create view reporting.daily as
select
  site_id as domain_id,
  day,
  count(distinct visit_id & -1024) as visitors,
  count(*) as visits,
  sum(pageviews) as pageviews,
  count(*) filter (where pageviews < 2 and flags & 1 = 0) as bounces
from pico.visits
where events > 0 and bot = 0
group by site_id, day;

do $$
begin
  if exists (select from pg_roles where rolname = 'picolytics_reader') then
    grant select on reporting.daily to picolytics_reader;
  end if;
end
$$;
