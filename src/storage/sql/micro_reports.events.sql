-- $1 site, $2 and $3 the range of time, $4 and $5 the local days that may fall into it, $6 how many names at most. A name may be one of the
-- tracker's page views and one that was handed in.
select name, sum(visits)::bigint, 0::bigint
from (
  select coalesce(k.name, n.name, '') collate "C" as name, i.visits
  from (
    select kind, name_id, count(*) as visits
    from (
      select null::smallint as kind, name_id
      from pico.micro_visits
      where site_id = $1 and day between $4 and $5 and at >= $2 and at < $3
      union all
      select e.kind, 0
      from pico.events e
      join pico.visits v on v.site_id = e.site_id and v.day = e.day and v.visit_id = e.visit_id
      where e.site_id = $1 and e.day between $4 and $5 and e.at >= $2 and e.at < $3 and e.kind in (1, 5, 6) and v.bot = 0
      union all
      select null, d.name_id
      from pico.event_details d
      join pico.visits v on v.site_id = d.site_id and v.day = d.day and v.visit_id = d.visit_id
      where d.site_id = $1 and d.day between $4 and $5 and d.at >= $2 and d.at < $3 and not d.micro and v.bot = 0
    ) items
    group by 1, 2
  ) i
  left join pico.event_kinds k on k.kind = i.kind
  left join pico.event_names n on n.name_id = i.name_id
) named
group by name
order by 2 desc, 1
limit $6;
