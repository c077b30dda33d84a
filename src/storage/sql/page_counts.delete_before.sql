-- $1 instant, $2 rows at most.
delete from pico.page_counts c
using (select site_id, page, hour, shard from pico.page_counts where hour < $1 limit $2) old
where c.site_id = old.site_id and c.page = old.page and c.hour = old.hour and c.shard = old.shard;
