-- $1 site, $2 and $3 the range of time, $4 and $5 the local days that may fall into it, $6 seconds of a period, $7 whether callers are told
-- apart, $8 how many periods at most.
select start, sum(visits)::bigint, count(*)
from (
  select date_bin($6::bigint * interval '1 second', at, timestamptz '1970-01-01 00:00:00+00') as start,
         case when $7::boolean then who else 0 end as caller, count(*) as visits
  from (
    select at, who
    from pico.micro_visits
    where site_id = $1 and day between $4 and $5 and at >= $2 and at < $3
    union all
    select e.at, v.visit_id & -1024
    from pico.events e
    join pico.visits v on v.site_id = e.site_id and v.day = e.day and v.visit_id = e.visit_id
    where e.site_id = $1 and e.day between $4 and $5 and e.at >= $2 and e.at < $3 and e.kind in (1, 5, 6) and v.bot = 0
    union all
    select d.at, v.visit_id & -1024
    from pico.event_details d
    join pico.visits v on v.site_id = d.site_id and v.day = d.day and v.visit_id = d.visit_id
    where d.site_id = $1 and d.day between $4 and $5 and d.at >= $2 and d.at < $3 and not d.micro and v.bot = 0
  ) items
  group by 1, 2
) callers
group by start
order by start
limit $8;
