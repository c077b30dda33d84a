-- $1 domain, $2 articles or pages, $3 an item, blank for all, $4 rows at most.
select c.tag, c.item, (array_agg(c.title order by c.titled_at desc))[1], sum(c.unique_views)::bigint, sum(c.total_views)::bigint
from pico.sites s
join pico.view_counts c on c.site_id = s.site_id
where s.domain = $1 and (c.tag = 'post_view') = $2 and ($3 = '' or c.item = $3)
group by c.tag, c.item
order by 5 desc, c.item collate "C"
limit $4;
