-- $1 site, $2 and $3 the range of time, $4 and $5 the local days that may fall into it.
select coalesce(sum(visits), 0)::bigint, count(*)
from (
  select who, count(*) as visits
  from (
    select who
    from pico.micro_visits
    where site_id = $1 and day between $4 and $5 and at >= $2 and at < $3
    union all
    select v.visit_id & -1024
    from pico.events e
    join pico.visits v on v.site_id = e.site_id and v.day = e.day and v.visit_id = e.visit_id
    where e.site_id = $1 and e.day between $4 and $5 and e.at >= $2 and e.at < $3 and e.kind in (1, 5, 6) and v.bot = 0
    union all
    select v.visit_id & -1024
    from pico.event_details d
    join pico.visits v on v.site_id = d.site_id and v.day = d.day and v.visit_id = d.visit_id
    where d.site_id = $1 and d.day between $4 and $5 and d.at >= $2 and d.at < $3 and not d.micro and v.bot = 0
  ) items
  group by who
) callers;
