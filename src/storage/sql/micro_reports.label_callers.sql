-- As micro_reports.labels.sql, with callers told apart. Words become the numbers of their labels first: millions of numbers are sorted much
-- faster than texts, and count(distinct) sorts them faster than groups of both are made.
with words as (
  select true as micro, label_id as word, case $7::text when 'platform' then platform when 'domain' then referer_domain else country end as label
  from pico.micro_labels
  union all
  select false, device_id, platform from pico.micro_devices where $7 = 'platform'
  union all
  select false, acquisition_id, split_part(referrer, '/', 1) from pico.acquisitions where site_id = $1 and $7 = 'domain'
  union all
  select false, location_id, lower(country) from pico.locations where $7 = 'country'
), numbered as materialized (
  select micro, word, label, case label when '' then 0 else dense_rank() over (order by label collate "C") end as number
  from words
), counted as (
  select number, count(*) as visits, count(distinct who) as callers
  from (
    select coalesce(n.number, 0) as number, i.who
    from (
      select true as micro, label_id as word, who
      from pico.micro_visits
      where site_id = $1 and day between $4 and $5 and at >= $2 and at < $3
      union all
      select false, case $7 when 'platform' then v.device_id when 'domain' then v.acquisition_id else v.location_id end, v.visit_id & -1024
      from pico.events e
      join pico.visits v on v.site_id = e.site_id and v.day = e.day and v.visit_id = e.visit_id
      where e.site_id = $1 and e.day between $4 and $5 and e.at >= $2 and e.at < $3 and e.kind in (1, 5, 6) and v.bot = 0
      union all
      select false, case $7 when 'platform' then v.device_id when 'domain' then v.acquisition_id else v.location_id end, v.visit_id & -1024
      from pico.event_details d
      join pico.visits v on v.site_id = d.site_id and v.day = d.day and v.visit_id = d.visit_id
      where d.site_id = $1 and d.day between $4 and $5 and d.at >= $2 and d.at < $3 and not d.micro and v.bot = 0
    ) i
    left join numbered n using (micro, word)
  ) items
  group by number
)
select coalesce(l.label, '') collate "C", c.visits, c.callers
from counted c
left join (select distinct number, label from numbered) l using (number)
order by 2 desc, 1
limit $6;
