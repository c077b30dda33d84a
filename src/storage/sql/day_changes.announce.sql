-- Must be a statement after the one that took the locks: its snapshot has to show which days were closed before them.
-- $3, $4: the part of $5 that belongs to the day, counted from 1; -1: anything may have changed.
with changed as materialized (
  select * from unnest($1::int[], $2::date[], $3::int[], $4::int[]) as c (site_id, day, first, last)
), days as (
  insert into pico.site_days (site_id, day)
  select site_id, day from changed
  on conflict (site_id, day) do nothing
), marks as (
  insert into pico.rollup_marks (site_id, day)
  select site_id, day from changed join pico.site_days using (site_id, day) where closing
)
insert into pico.feed (site_id, day, visitors)
select site_id, day, case when last >= 0 then ($5::bigint[])[first:last] end from changed;
