-- As in day_changes.trim_feed.sql: whoever holds days in memory has to learn that rows are gone.
with removed as (
  delete from pico.feed
  where site_id = $1
  returning xid
), newest as (
  select xid from removed order by xid desc limit 1
)
update pico.feed_horizon h
set xid = greatest(h.xid, newest.xid)
from newest;
