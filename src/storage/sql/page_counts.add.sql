-- $1 pages, $2 the domain each would belong to, $3 hours in seconds since 1970, $4 views, $5 the shard.
insert into pico.page_counts as c (site_id, page, hour, shard, views)
select coalesce(s.site_id, 0), r.page, to_timestamp(r.hour), $5::smallint, r.views
from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[]) as r (page, domain, hour, views)
left join pico.sites s on s.domain = r.domain
order by 1, 2, 3
on conflict (site_id, page, hour, shard)
  do update set views = least(c.views::numeric + excluded.views, 9223372036854775807)::bigint;
