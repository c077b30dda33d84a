with m as (
  select domain_id, site from unnest($1::bigint[], $2::text[]) as m (domain_id, site)
)
select m.site, count(distinct m.domain_id), count(s.id)
from m
left join sessions s on s.domain_id = m.domain_id
group by m.site;
