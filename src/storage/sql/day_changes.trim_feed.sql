with removed as (
  delete from pico.feed
  where created_at < now() - interval '10 minutes'
  returning xid
), newest as (
  select xid from removed order by xid desc limit 1
)
update pico.feed_horizon h
set xid = greatest(h.xid, newest.xid)
from newest;
