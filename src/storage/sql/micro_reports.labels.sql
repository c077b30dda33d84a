-- $1 site, $2 and $3 the range of time, $4 and $5 the local days that may fall into it, $6 how many at most, $7 what is counted: platform,
-- domain or country.
select label, sum(visits)::bigint, 0::bigint
from (
  select coalesce(case
           when i.micro then case $7::text when 'platform' then l.platform when 'domain' then l.referer_domain else l.country end
           when $7 = 'domain' then split_part(a.referrer, '/', 1)
           when $7 = 'country' then lower(o.country)
           else d.platform
         end, '') collate "C" as label,
         i.visits
  from (
    select micro, word, count(*) as visits
    from (
      select true as micro, label_id as word
      from pico.micro_visits
      where site_id = $1 and day between $4 and $5 and at >= $2 and at < $3
      union all
      select false, case $7 when 'platform' then v.device_id when 'domain' then v.acquisition_id else v.location_id end
      from pico.events e
      join pico.visits v on v.site_id = e.site_id and v.day = e.day and v.visit_id = e.visit_id
      where e.site_id = $1 and e.day between $4 and $5 and e.at >= $2 and e.at < $3 and e.kind in (1, 5, 6) and v.bot = 0
      union all
      select false, case $7 when 'platform' then v.device_id when 'domain' then v.acquisition_id else v.location_id end
      from pico.event_details d
      join pico.visits v on v.site_id = d.site_id and v.day = d.day and v.visit_id = d.visit_id
      where d.site_id = $1 and d.day between $4 and $5 and d.at >= $2 and d.at < $3 and not d.micro and v.bot = 0
    ) items
    group by 1, 2
  ) i
  left join pico.micro_labels l on i.micro and l.label_id = i.word
  left join pico.micro_devices d on not i.micro and $7 = 'platform' and d.device_id = i.word
  left join pico.acquisitions a on not i.micro and $7 = 'domain' and a.site_id = $1 and a.acquisition_id = i.word
  left join pico.locations o on not i.micro and $7 = 'country' and o.location_id = i.word
) labelled
group by label
order by 2 desc, 1
limit $6;
