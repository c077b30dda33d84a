select coalesce(sum(c.unique_views), 0)::bigint, coalesce(sum(c.total_views), 0)::bigint
from unnest($1::text[], $2::text[], $3::text[]) with ordinality as r (domain, tag, item, position)
left join pico.sites s on s.domain = r.domain
left join pico.view_counts c on c.site_id = s.site_id and c.tag = r.tag and c.item = r.item
group by r.position
order by r.position;
