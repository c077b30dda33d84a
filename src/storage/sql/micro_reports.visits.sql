-- $1 site, $2 and $3 the range of time, $4 and $5 the local days that may fall into it, $6 how many at most; null: all.
declare micro_visits no scroll cursor for
select date_trunc('second', at), event, path, ip, platform, referer_domain, country
from (
  select m.at, m.number, m.visit_id, coalesce(n.name, '') as event, coalesce(p.path, '') as path, coalesce(a.ip, '') as ip,
         coalesce(l.platform, '') as platform, coalesce(l.referer_domain, '') as referer_domain, coalesce(l.country, '') as country
  from pico.micro_visits m
  left join pico.event_names n on n.name_id = m.name_id
  left join pico.pages p on p.site_id = m.site_id and p.page_id = m.page_id
  left join pico.micro_labels l on l.label_id = m.label_id
  left join pico.micro_addresses a on a.site_id = m.site_id and a.who = m.who
  where m.site_id = $1 and m.day between $4 and $5 and m.at >= $2 and m.at < $3
  union all
  select i.at, 0, i.visit_id, i.event, coalesce(p.path, ''), '', coalesce(d.platform, ''),
         coalesce(split_part(a.referrer, '/', 1), ''), coalesce(lower(o.country), '')
  from (
    select e.at, e.visit_id, k.name as event, e.page_id, v.device_id, v.acquisition_id, v.location_id
    from pico.events e
    join pico.visits v on v.site_id = e.site_id and v.day = e.day and v.visit_id = e.visit_id
    join pico.event_kinds k on k.kind = e.kind
    where e.site_id = $1 and e.day between $4 and $5 and e.at >= $2 and e.at < $3 and e.kind in (1, 5, 6) and v.bot = 0
    union all
    select c.at, c.visit_id, coalesce(n.name, ''), c.page_id, v.device_id, v.acquisition_id, v.location_id
    from pico.event_details c
    join pico.visits v on v.site_id = c.site_id and v.day = c.day and v.visit_id = c.visit_id
    left join pico.event_names n on n.name_id = c.name_id
    where c.site_id = $1 and c.day between $4 and $5 and c.at >= $2 and c.at < $3 and not c.micro and v.bot = 0
  ) i
  left join pico.pages p on p.site_id = $1 and p.page_id = i.page_id
  left join pico.micro_devices d on d.device_id = i.device_id
  left join pico.acquisitions a on a.site_id = $1 and a.acquisition_id = i.acquisition_id
  left join pico.locations o on o.location_id = i.location_id
) visits
order by at, number, visit_id, event
limit $6;
