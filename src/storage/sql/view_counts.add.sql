-- $1 domains, $2 tags, $3 items, $4 unique views, $5 total views, $6 titles, $7 the shard.
insert into pico.view_counts as c (site_id, tag, item, shard, unique_views, total_views, title, titled_at)
select s.site_id, r.tag, r.item, $7::smallint, r.uniques, r.totals, r.title,
  case when r.title = '' then '-infinity' else clock_timestamp() end
from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::text[]) as r (domain, tag, item, uniques, totals, title)
join pico.sites s on s.domain = r.domain
order by 1, 2, 3
on conflict (site_id, tag, item, shard) do update set
  unique_views = c.unique_views + excluded.unique_views,
  total_views = c.total_views + excluded.total_views,
  title = case when excluded.title = '' then c.title else excluded.title end,
  titled_at = greatest(c.titled_at, excluded.titled_at);
