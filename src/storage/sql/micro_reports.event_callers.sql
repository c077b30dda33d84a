-- As micro_reports.events.sql, with callers told apart; micro_reports.label_callers.sql says why so. kind 0: the event has a name.
with words as (
  select 0::smallint as kind, name_id, name from pico.event_names
  union all
  select kind, 0, name from pico.event_kinds
), numbered as materialized (
  select kind, name_id, name, case name when '' then 0 else dense_rank() over (order by name collate "C") end as number
  from words
), counted as (
  select number, count(*) as visits, count(distinct who) as callers
  from (
    select coalesce(n.number, 0) as number, i.who
    from (
      select 0::smallint as kind, name_id, who
      from pico.micro_visits
      where site_id = $1 and day between $4 and $5 and at >= $2 and at < $3
      union all
      select e.kind, 0, v.visit_id & -1024
      from pico.events e
      join pico.visits v on v.site_id = e.site_id and v.day = e.day and v.visit_id = e.visit_id
      where e.site_id = $1 and e.day between $4 and $5 and e.at >= $2 and e.at < $3 and e.kind in (1, 5, 6) and v.bot = 0
      union all
      select 0, d.name_id, v.visit_id & -1024
      from pico.event_details d
      join pico.visits v on v.site_id = d.site_id and v.day = d.day and v.visit_id = d.visit_id
      where d.site_id = $1 and d.day between $4 and $5 and d.at >= $2 and d.at < $3 and not d.micro and v.bot = 0
    ) i
    left join numbered n using (kind, name_id)
  ) items
  group by number
)
select coalesce(l.name, '') collate "C", c.visits, c.callers
from counted c
left join (select distinct number, name from numbered) l using (number)
order by 2 desc, 1
limit $6;
